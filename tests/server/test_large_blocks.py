"""A large block that is freed is the system's again, however many came and went before."""

import subprocess
import sys

import pytest

PAGE = 4096

STORY = """
import ctypes, sys
from doorless_server import large_blocks
if sys.argv[1] == "apart":
    large_blocks.map_apart()
library = ctypes.CDLL(None)
library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]
library.free(library.malloc(256 * 1024))
print(library.malloc(256 * 1024))
"""


def place(how: str) -> int:
    """Where in its page a block begins that comes after another one was freed."""
    command = [sys.executable, "-c", STORY, how]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return int(said) % PAGE


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_a_large_block_is_mapped_by_itself_however_many_were_freed() -> None:
    assert place("apart") == 16  # behind the two words that glibc keeps before each


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_without_it_the_next_one_lies_anywhere_in_the_heap() -> None:
    assert place("as it was") != 16
