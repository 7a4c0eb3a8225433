"""Keep the process small: give memory back to the system after work that needed much of it."""

import ctypes
import gc
from functools import cache

_MMAP_THRESHOLD, _MOST_HEAPS = -3, -8
"""Parameters of ``mallopt`` of the GNU C library."""
_LARGE = 256 * 1024


def keep_small() -> None:
    """Let large blocks be given back as soon as they are free, and threads share two heaps.

    Otherwise the C library moves its threshold above the largest block that was freed (19 MiB, of a hashed password),
    and keeps a heap for each thread that was ever as large as its largest request.
    """
    if library := _gnu():
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_MOST_HEAPS, 2)


def give_back() -> None:
    """Collect what is unreachable, and return free memory to the system."""
    gc.collect()
    if library := _gnu():
        library.malloc_trim(0)


@cache
def _gnu() -> ctypes.CDLL | None:
    """Return the GNU C library; None on a system with another one."""
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
