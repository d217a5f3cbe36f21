"""The heap keeps no large piece of memory that was given back."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READS = """
import ctypes, sys
from bot import heap

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena small chunks mapped bytes a b used free top".split()]

c = ctypes.CDLL(None)
c.mallinfo2.restype = Info
c.malloc.restype, c.malloc.argtypes, c.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
if sys.argv[1:]:
    heap.give_back_what_is_large()
c.free(c.malloc(256 * 1024))
mapped = c.mallinfo2().mapped
c.malloc(256 * 1024)
print(c.mallinfo2().mapped - mapped)
"""


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="another C library")
@pytest.mark.parametrize(("told", "mapped"), [(["told"], 1), ([], 0)])
def test_what_is_large_goes_back_to_the_system_a_second_time_too(told: list[str], mapped: int) -> None:
    """Without being told, glibc would take the second one out of its heap."""
    ran = subprocess.run([sys.executable, "-c", READS, *told], cwd=ROOT, capture_output=True, check=True)
    assert int(ran.stdout) == mapped
