"""Keep the process small: give memory back to the system after work that needed much of it."""

import ctypes
import gc
import math
import mmap
from functools import cache
from pathlib import Path

_MMAP_THRESHOLD, _MOST_HEAPS = -3, -8
"""Parameters of ``mallopt`` of the GNU C library."""
_LARGE = 256 * 1024

_GROWTH = 2 * 1024 * 1024
"""Bytes worth a collection, which takes 0.1 s: a receipt needs fewer, a table more."""

_SIZES = Path("/proc/self/statm")
_settled = {"size": 0.0}
"""Bytes the process held after the last collection."""


def keep_small() -> None:
    """Let large blocks be given back as soon as they are free, and threads share two heaps.

    Otherwise the C library moves its threshold above the largest block that was freed (19 MiB, of a hashed password),
    and keeps a heap for each thread that was ever as large as its largest request.
    """
    if library := _gnu():
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_MOST_HEAPS, 2)


def settle() -> None:
    """Exempt what the process has loaded from collection: it stays to the end, and looking through it takes 0.1 s."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Collect what is unreachable and return free memory to the system, if the process has grown since it last did."""
    if _size() < _settled["size"] + _GROWTH:
        return
    gc.collect()
    if library := _gnu():
        library.malloc_trim(0)
    _settled["size"] = _size()


def _size() -> float:
    """Return the bytes of memory the process holds; infinity on a system that does not say."""
    try:
        return int(_SIZES.read_text().split()[1]) * mmap.PAGESIZE
    except OSError:
        return math.inf


@cache
def _gnu() -> ctypes.CDLL | None:
    """Return the GNU C library; None on a system with another one."""
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
