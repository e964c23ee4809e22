"""A prompt ends at the first signal, whatever loop it stands in."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="terminals are a matter of Unix")

WITHIN = 60


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_the_first_signal_ends_a_prompt(world: Path, sent: signal.Signals) -> None:
    screen, inside = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-m", "doorless_client", "--profile", str(world / "alice"), "contacts"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    try:
        seen = b""
        while b"Passphrase: " not in seen:
            assert select.select([screen], [], [], WITHIN)[0], "it never asked"
            seen += os.read(screen, 1024)
        asking.send_signal(sent)
        assert asking.wait(WITHIN) == 128 + sent
    finally:
        asking.kill()
        asking.wait()
        os.close(screen)
