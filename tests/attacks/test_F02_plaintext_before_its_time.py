"""F02: something of a file stands under its name before all of it was verified."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random as Seeded
from typing import Any

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.file_names import harmless_name
from doorless_client.saving import _Folder, save_new
from doorless_protocol.attachment import Seal, open_sealed, seal

FILE = Seeded(2).randbytes(200_000)


def sealed() -> tuple[bytes, Seal]:
    ciphertext, steps = bytearray(), seal([FILE], len(FILE), Seeded(3).randbytes)
    while True:
        try:
            ciphertext += next(steps)
        except StopIteration as end:
            return bytes(ciphertext), end.value


_write = _Folder.write


def under_its_name(folder: Any, plaintext: Iterator[bytes]) -> None:
    """What a careless program does: name it, then write it."""
    folder._link(harmless_name("letter.txt"))
    _write(folder, plaintext)


@pytest.mark.attack(
    "F02",
    "a file that turns out to be altered, at whatever byte, leaves nothing in the folder",
    weaken={"doorless_client.saving._Folder.write": under_its_name},
)
@pytest.mark.parametrize("draft", [False, True], ids=["without a name", "with a draft"])
def test_an_altered_file_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, draft: bool
) -> None:
    if draft:
        monkeypatch.setattr("doorless_client.saving._NO_NAME", None)
    ciphertext, its_seal = sealed()
    for at in (0, 60, len(ciphertext) // 2, len(ciphertext) - 1):
        altered = bytearray(ciphertext)
        altered[at] ^= 1
        with pytest.raises(RefusedError, match="not the file that was sent"):
            save_new(
                tmp_path, "letter.txt", open_sealed([bytes(altered)], its_seal), Seeded(1).randbytes
            )
        assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from doorless_client.saving import save_new
def plaintext():
    yield b"the first half"
    os.kill(os.getpid(), signal.SIGKILL)
save_new(Path(sys.argv[1]), "letter.txt", plaintext(), os.urandom)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a draft has a name")
def test_a_program_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, timeout=60)
    assert ran.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []
