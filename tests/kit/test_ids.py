"""Public ids are opaque and unambiguous; tokens are unguessable, and only their hash is stored."""

import re

from training.kit.ids import PUBLIC_ID_LENGTH, is_public_id, is_token, new_public_id, new_token, token_hash
from training.models import Base


def test_id_has_no_ambiguous_characters() -> None:
    for _ in range(500):
        assert re.fullmatch(r"[0-9a-hjkmnp-tv-z]{12}", new_public_id())


def test_ids_are_unique_and_use_the_whole_alphabet() -> None:
    ids = [new_public_id() for _ in range(2000)]
    assert len(set(ids)) == len(ids)
    assert len(set("".join(ids))) == 32


def test_id_fits_its_column_in_every_table() -> None:
    columns = [table.c.public_id for table in Base.metadata.tables.values() if "public_id" in table.c]
    assert columns
    for column in columns:
        assert column.type.length == PUBLIC_ID_LENGTH, column  # type: ignore[attr-defined]
        assert column.unique, column


def test_token_is_url_safe() -> None:
    tokens = {new_token() for _ in range(500)}
    assert len(tokens) == 500
    for token in tokens:
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token), "43 characters of 6 bits hold 256 bits"


def test_invalid_id_is_detected() -> None:
    assert is_public_id(new_public_id())
    for text in (
        "",
        "\x00",
        "0123456789a",
        "0123456789abc",
        "0123456789aB",
        "0123456789ai",
        "٠123456789ab",
        "0123456789a\n",
    ):
        assert not is_public_id(text), text


def test_invalid_token_is_detected() -> None:
    assert is_token(new_token())
    assert is_token("key-1")
    for text in ("", "nul\x00", "with a space", "مفتاح", "k" * 44, f"{new_token()}\n", "٤"):
        assert not is_token(text), text


def test_token_is_stored_as_its_sha_256() -> None:
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert token_hash("abd") != token_hash("abc")
