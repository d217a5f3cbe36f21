"""How the C library keeps the memory that Python gives back. Who takes memory, and how much, is not known here."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress

_MMAP_THRESHOLD = -3
"""glibc's number for it (malloc.h)."""

LARGE = 128 * 1024
"""Bytes from which on a piece of memory is the system's own, and goes back to it whole."""


def give_back_what_is_large() -> None:
    """Keeps glibc's threshold where it begins. Nothing happens where there is another C library.

    By itself glibc raises it to the largest piece that was ever given back. For each read asyncio takes 256 kB, most of
    which it gives back at once: from then on those come out of the heap too. What stays of one stands where the next
    would have room, so that the heap rises by some 20 MB an hour of lively traffic, though no more of it is in use.
    """
    with suppress(OSError, TypeError, AttributeError):
        mallopt: Callable[[int, int], int] = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, LARGE)
