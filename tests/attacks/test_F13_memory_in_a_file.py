"""F13: what was said, and keys, are in a core dump; or another program of the person reads them."""

import subprocess
import sys

import pytest

from doorless_client import private_memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what it allows")

ASKED = """
import ctypes, resource, sys, doorless_client.__main__ as program
if sys.argv[1] == "weak":
    program.keep_private = lambda: None
program.run = lambda *_, **__: 0
program.main()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
"""What the program says of itself once a command began. 3: PR_GET_DUMPABLE."""

keep_private = private_memory.keep_private


@pytest.mark.attack(
    "F13",
    "the program leaves no core dump, and lets nobody attach to it",
    weaken={"doorless_client.private_memory.keep_private": lambda: None},
)
def test_the_memory_of_the_program_is_its_own() -> None:
    how = "strong" if private_memory.keep_private is keep_private else "weak"
    command = [sys.executable, "-c", ASKED, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "(0, 0) 0"
