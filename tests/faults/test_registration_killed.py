"""A registration that is killed at any moment: the same command goes on with it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_lab.processes import PASSPHRASE, Client, Relay, running_relay

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed: no kill at a chosen moment"
)

EVERY_MOMENT = range(1, 16)
MOMENTS = EVERY_MOMENT if os.environ.get("DOORLESS_EVERY_POINT") else (10,)
"""How many times a thread told the disk to keep something, when the program is killed."""


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with running_relay(tmp_path_factory.mktemp("relay")) as relay:
        yield relay


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_registration_loses_neither_the_account_nor_its_words(
    relay: Relay, tmp_path: Path, moment: int
) -> None:
    client, words = Client(tmp_path / "profile"), tmp_path / "words"
    handle = f"person{moment}"
    wanted = ["register", "--relay", relay.url, "--handle", handle, "--words-file", str(words)]
    kill(client, wanted, moment)
    shown = words.read_text() if words.exists() else ""
    if client.run("contacts").code != 0:
        again = client.run(*wanted)
        assert (again.code, again.err) == (0, "")
        assert f"registered {handle}@{relay.name}" in again.out
    assert len(words.read_text().split()) == 24
    assert shown in ("", words.read_text())
    other = Client(tmp_path / "other")
    assert other.run("register", "--relay", relay.url, "--handle", f"{handle}.b").code == 0
    assert other.run("add", f"{handle}@{relay.name}").code == 0
    assert other.run("send", handle, "hello").code == 0
    assert [one["text"] for one in client.run("receive", "--json").objects()] == ["hello"]


def kill(client: Client, arguments: list[str], moment: int) -> None:
    inject = f"inject=fsync:signal=SIGKILL:when={moment}"
    strace = ["strace", "-f", "-o", os.devnull, "-e", "trace=fsync", "-e", inject]
    program = [sys.executable, "-m", "doorless_client", "--profile", str(client.profile)]
    environment = {**os.environ, "DOORLESS_PASSPHRASE": PASSPHRASE}
    ended = subprocess.run(
        [*strace, *program, *arguments], env=environment, check=False, capture_output=True
    )
    assert ended.returncode == -9, f"it was not killed: {ended.stdout!r} {ended.stderr!r}"
