"""send --file and save, between two people and a relay that is a process of its own."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from doorless_client import cli_waiting
from doorless_lab.processes import PASSPHRASE, Relay

FILE = os.urandom(200_000)


@pytest.fixture
def bob(world: Path, doorless: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(cli_waiting, "GRACE", 0.1)

    def run(*arguments: str) -> Any:
        return doorless("--profile", str(world / "bob"), *arguments, passphrase=PASSPHRASE)

    return run


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(FILE)
    return path


def newest(history: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(history.out.splitlines()[-1])
    return value


def test_a_file_is_sent_shown_and_saved(
    relay: Relay, alice: Any, bob: Any, picture: Path, tmp_path: Path
) -> None:
    sent = alice("send", "bob", "--file", str(picture), "look at this")
    assert (sent.code, sent.err) == (0, "")
    assert "[file holiday.jpg, 200000 bytes, offered] look at this" in bob("receive").out
    arrived = newest(bob("history", "alice", "--json"))
    assert arrived["file"] == {
        "name": "holiday.jpg",
        "size": 200_000,
        "state": "offered",
        "done": 0,
        "incoming": True,
    }
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    saved = bob("save", "alice", arrived["id"][:6], "--to", str(inbox))
    assert (saved.code, saved.out) == (0, f"{inbox / 'holiday.jpg'}\n")
    assert (inbox / "holiday.jpg").read_bytes() == FILE
    shown = newest(bob("history", "alice", "--json"))["file"]
    assert (shown["state"], shown["done"]) == ("here", 200_000)
    assert newest(alice("history", "bob", "--json"))["file"]["incoming"] is False


def test_without_the_relay_it_is_queued_and_the_next_command_sends_it(
    relay: Relay, alice: Any, bob: Any, picture: Path, tmp_path: Path
) -> None:
    relay.stop()
    sent = alice("send", "bob", "--file", str(picture))
    assert sent.code == 5
    assert "the file is queued" in sent.err
    picture.unlink()
    relay.start()
    assert alice("send", "bob", "and a word").code == 0
    while any(one["state"] == "waiting" for one in alice("history", "bob", "--json").objects()):
        assert alice("receive", "--wait", "1").code == 0  # the word does not wait for the file
    assert bob("receive").code == 0
    arrived = [json.loads(line) for line in bob("history", "alice", "--json").out.splitlines()]
    (message,) = [one for one in arrived if one["file"]]
    relay.stop()
    saved = bob("save", "alice", message["id"], "--to", str(tmp_path))
    assert saved.code == 5
    assert "the next time goes on" in saved.err
    relay.start()
    assert bob("save", "alice", message["id"], "--to", str(tmp_path)).code == 0
    assert picture.read_bytes() == FILE


def test_what_cannot_be_is_refused_in_words(
    relay: Relay, alice: Any, picture: Path, tmp_path: Path
) -> None:
    for arguments, code, words in (
        (("send", "bob", "--file", str(tmp_path / "none")), 1, "cannot be read"),
        (("send", "bob", "--file", str(tmp_path)), 1, "not a file"),
        (("send", "bob"), 2, "nothing to send"),
        (("save", "bob", "last"), 1, "no file in this message"),
        (("send", "bob", "a", "--file", "b", "c"), 2, "one text at a time"),
        (("save", "bob", "x"), 1, "4 or more digits"),
    ):
        ended = alice(*arguments)
        assert (ended.code, words in ended.err) == (code, True), ended.err


def test_a_folder_that_is_not_there_is_said_before_anything_is_fetched(
    relay: Relay, alice: Any, bob: Any, picture: Path, tmp_path: Path
) -> None:
    assert alice("send", "bob", "--file", str(picture)).code == 0
    assert bob("receive").code == 0
    refused = bob("save", "alice", "last", "--to", str(tmp_path / "none"))
    assert (refused.code, refused.out) == (1, "")
    assert "there is no such folder" in refused.err
    assert newest(bob("history", "alice", "--json"))["file"]["state"] == "offered"
