"""Copies of a profile, on the command line, with a relay."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from doorless_client.core.sign_in import FROZEN, KNOCKED
from doorless_lab.processes import PASSPHRASE, Relay


@pytest.fixture
def bob(world: Path, doorless: Any) -> Any:
    def run(*arguments: str) -> Any:
        return doorless("--profile", str(world / "bob"), *arguments, passphrase=PASSPHRASE)

    return run


def heard(bob: Any) -> list[str]:
    objects = bob("receive", "--json").objects()
    return [one["text"] for one in objects if one["kind"] == "text"]


def test_a_copy_is_stopped_until_it_is_kept(
    world: Path, relay: Relay, alice: Any, bob: Any, doorless: Any
) -> None:
    shutil.copytree(world / "alice", world / "copy")

    def copy(*arguments: str) -> Any:
        return doorless("--profile", str(world / "copy"), *arguments, passphrase=PASSPHRASE)

    assert alice("send", "bob", "from the original").code == 0
    stopped = copy("send", "bob", "from the copy")
    assert stopped.code == 5
    assert stopped.err == f"doorless: {FROZEN}; the message is queued\n"
    assert copy("receive").code == 5
    assert FROZEN in copy("doctor").out
    told = alice("receive")
    assert told.code == 0
    assert KNOCKED in told.err
    assert heard(bob) == ["from the original"]

    kept = copy("keep")
    assert kept.code == 0, kept.err
    assert kept.out.startswith("this copy of the profile goes on")
    said = heard(bob)  # begins anew with the copy
    assert copy("receive").code == 0
    assert said + heard(bob) == ["from the copy"]
    assert alice("send", "bob", "does not leave").code == 5


def test_nothing_is_kept_without_a_relay(alice: Any) -> None:
    ended = alice("keep")
    assert ended.code == 5
    assert ended.err == "doorless: the relay cannot be reached; nothing was changed\n"
