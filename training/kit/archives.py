"""A backup as one file: a tar archive that ends with the hash of all before it, encrypted in the format of age or not.

Written and read piece by piece, whatever its size. ``age -d -i KEY FILE | tar -x`` opens it without this product.
"""

import hashlib
import io
import os
import re
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from training.kit.files import make_private_folder

_PIECE = 256 * 1024
_MARK = b"sha256:"
_TRAILER = len(_MARK) + 64 + 1
_AGE = b"age-encryption.org/"
_NAME = re.compile(r"[a-z_]+\.[a-z]+|evidence/[A-Za-z0-9_-]{1,64}")


class ArchiveError(Exception):
    """A backup or a key cannot be used; the message is a sentence for whoever runs the command."""


class ArchivePart(NamedTuple):
    """The size and the SHA-256 of a file in an archive."""

    size: int
    sha256: str


# Keys


def new_key(file: Path) -> str:
    """Write a new secret key into ``file``, for its owner alone, and return the public key that belongs to it."""
    from pyrage import x25519

    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    with open(file, "x", encoding="ascii", opener=_private) as written:
        written.write(f"# public key: {public}\n{identity}\n")
    return public


def _keys(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError) as error:
        raise ArchiveError(f"The key file {file} cannot be read.") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def recipients(file: Path) -> list[Any]:
    """Return the public keys that ``file`` holds, or to which the secret keys in it belong. Raises ArchiveError."""
    from pyrage import IdentityError, RecipientError, x25519

    try:
        found = [
            x25519.Identity.from_str(key).to_public()
            if key.startswith("AGE-SECRET")
            else x25519.Recipient.from_str(key)
            for key in _keys(file)
        ]
    except (IdentityError, RecipientError) as error:
        raise ArchiveError(f"The key file {file} holds something that is no key of age.") from error
    if not found:
        raise ArchiveError(f"The key file {file} holds no key.")
    return found


def _identities(file: Path | None) -> list[Any]:
    from pyrage import IdentityError, x25519

    if file is None:
        raise ArchiveError("The backup is encrypted: say which key file opens it.")
    try:
        return [x25519.Identity.from_str(key) for key in _keys(file)]
    except IdentityError as error:
        raise ArchiveError(f"The key file {file} holds no secret key: a public key only closes.") from error


# Writing


class ArchiveWriter:
    """Adds files to an archive that is being written."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._out = _Hashing(stream)
        self._tar = tarfile.open(fileobj=self._out, mode="w|", bufsize=_PIECE, format=tarfile.PAX_FORMAT)  # type: ignore[call-overload]  # noqa: SIM115
        self.parts: dict[str, ArchivePart] = {}

    def add(self, name: str, file: IO[bytes]) -> ArchivePart:
        """Add the content of an open file as ``name``; return its size and hash."""
        read = _Hashing(file)
        member = tarfile.TarInfo(name)
        member.size, member.mode = os.fstat(file.fileno()).st_size, 0o600
        self._tar.addfile(member, read)
        self.parts[name] = ArchivePart(member.size, read.hash.hexdigest())
        return self.parts[name]

    def add_text(self, name: str, text: bytes) -> None:
        """Add a small file."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(text), 0o600
        self._tar.addfile(member, io.BytesIO(text))

    def finish(self) -> None:
        """Write the end of the archive, and the hash of all before it."""
        self._tar.close()
        self._out.stream.write(_MARK + self._out.hash.hexdigest().encode() + b"\n")

    def abandon(self) -> None:
        """Write nothing more: the library would write an end when it is thrown away."""
        self._out.stream = io.BytesIO()


class _Hashing:
    """A stream that hashes what passes through it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream, self.hash = stream, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.hash.update(data)
        return self.stream.write(data)

    def read(self, size: int) -> bytes:
        data = self.stream.read(size)
        self.hash.update(data)
        return data


@contextmanager
def writing(file: IO[bytes], keys: Sequence[Any]) -> Iterator[ArchiveWriter]:
    """Yield a writer into an open file, encrypted for ``keys`` if there are any. Raises OSError as the file does."""
    if not keys:
        with _finished(file) as writer:
            yield writer
        return
    from pyrage import encrypt_io

    sink = _Sink(file)
    with _piped(lambda source: encrypt_io(source, sink, keys), sink) as stream, _finished(stream) as writer:
        yield writer


@contextmanager
def _finished(stream: IO[bytes]) -> Iterator[ArchiveWriter]:
    """Yield a writer whose end is written after the block, unless that fails."""
    writer = ArchiveWriter(stream)
    try:
        yield writer
        writer.finish()
    except BaseException:
        writer.abandon()
        raise


class _Sink:
    """A file that remembers why it could not be written: the library tells it in words alone."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.error = file, None  # type: IO[bytes], OSError | None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._file.flush()


@contextmanager
def _piped(consume: Callable[[IO[bytes]], object], sink: _Sink) -> Iterator[IO[bytes]]:
    """Yield a stream whose other end ``consume`` reads in a thread; raise what went wrong there."""
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []

    def run() -> None:
        with os.fdopen(read_end, "rb", buffering=_PIECE) as source:
            try:
                consume(source)
            except BaseException as error:
                failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    stream = os.fdopen(write_end, "wb", buffering=_PIECE)
    try:
        yield stream
        stream.close()
    except BrokenPipeError:  # the other end gave up, and says why below
        pass
    finally:
        with suppress(BrokenPipeError):
            stream.close()
        thread.join()
    if failures:
        raise sink.error or failures[0]


# Reading


class Unpacked(NamedTuple):
    """What an archive holds: all its files, and the content of the small ones that describe it."""

    parts: Mapping[str, ArchivePart]
    texts: Mapping[str, bytes]


def unpack(path: Path, key_file: Path | None, folder: Path) -> Unpacked:
    """Unpack an archive into ``folder``, one whose every byte is as it was written.

    Raises ArchiveError with the name of what is wrong; the folder then holds what is to be thrown away.
    """
    try:
        with path.open("rb") as file:
            is_encrypted = file.read(len(_AGE)) == _AGE
            file.seek(0)
            if not is_encrypted:
                return _unpacked(_UntilTrailer(file), path, folder)
            return _decrypted(file, key_file, path, folder)
    except FileNotFoundError as error:
        raise ArchiveError(f"{path} does not exist.") from error


def _decrypted(file: IO[bytes], key_file: Path | None, path: Path, folder: Path) -> Unpacked:
    from pyrage import DecryptError, decrypt_io

    keys = _identities(key_file)
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []

    def run() -> None:
        with suppress(BrokenPipeError), os.fdopen(write_end, "wb", buffering=_PIECE) as target:
            try:
                decrypt_io(file, target, keys)
            except BaseException as error:
                failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wrong: ArchiveError | None = None
    found = None
    try:
        with os.fdopen(read_end, "rb", buffering=_PIECE) as source:
            found = _unpacked(_UntilTrailer(source), path, folder)
    except ArchiveError as error:
        wrong = error
    finally:
        thread.join()
    if failures and isinstance(failures[0], DecryptError) and "key" in str(failures[0]):
        raise ArchiveError(f"No key in {key_file} opens {path.name}.")
    if wrong is not None:
        raise wrong
    if failures or found is None:
        raise ArchiveError(f"{path.name} was cut off or altered: what is encrypted does not fit together.")
    return found


class _UntilTrailer:
    """A stream that keeps back its last bytes, the hash of all before them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._held, self._hash = stream, b"", hashlib.sha256()

    def read(self, size: int) -> bytes:
        while len(self._held) < size + _TRAILER and (piece := self._stream.read(_PIECE)):
            self._held += piece
        given = self._held[: max(0, min(size, len(self._held) - _TRAILER))]
        self._held = self._held[len(given) :]
        self._hash.update(given)
        return given

    def is_whole(self) -> bool:
        """Read to the end and return whether the hash there is that of all before it."""
        while self.read(_PIECE):
            pass
        return self._held == _MARK + self._hash.hexdigest().encode() + b"\n"


def _unpacked(stream: _UntilTrailer, path: Path, folder: Path) -> Unpacked:
    parts: dict[str, ArchivePart] = {}
    texts: dict[str, bytes] = {}
    last = "its beginning"
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_PIECE) as tar:  # type: ignore[call-overload]
            for member in tar:
                _check_member(member, path)
                parts[member.name] = _extracted(tar, member, folder / member.name)
                last = member.name
    except (tarfile.TarError, EOFError) as error:
        raise ArchiveError(f"{path.name} was cut off or altered after {last}.") from error
    is_whole = stream.is_whole()
    for name in parts:
        if name.endswith(".json"):
            texts[name] = (folder / name).read_bytes()
    if not is_whole:
        raise AlteredError(path, Unpacked(parts, texts))
    return Unpacked(parts, texts)


class AlteredError(ArchiveError):
    """The bytes of an archive are not those that were written; ``found`` is what could be read of it."""

    def __init__(self, path: Path, found: Unpacked) -> None:
        super().__init__(f"{path.name} was cut off or altered: its hash does not fit.")
        self.path, self.found = path, found


def _check_member(member: tarfile.TarInfo, path: Path) -> None:
    """Refuse what no backup of ours holds: links, and names that lead elsewhere."""
    if not member.isreg() or not _NAME.fullmatch(member.name):
        raise ArchiveError(f"{path.name} was altered: it holds {member.name!r}, which no backup does.")


def _extracted(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> ArchivePart:
    make_private_folder(target.parent)
    source = tar.extractfile(member)
    digest, size = hashlib.sha256(), 0
    with open(target, "xb", opener=_private) as file:
        while source is not None and (piece := source.read(_PIECE)):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return ArchivePart(size, digest.hexdigest())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
