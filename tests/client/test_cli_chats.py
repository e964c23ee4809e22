"""Chats arranged, and messages acted upon, from the command line; a relay at hand."""

from pathlib import Path
from typing import Any

import pytest

from doorless_client import profiles
from doorless_client.profile_lock import ProfileLock
from doorless_lab.processes import PASSPHRASE, Relay

pytestmark = pytest.mark.usefixtures("relay")


@pytest.fixture
def bob(world: Path, doorless: Any) -> Any:
    """Runs a command as Bob, in this process."""

    def run(*arguments: str) -> Any:
        return doorless("--profile", str(world / "bob"), *arguments, passphrase=PASSPHRASE)

    return run


def history(alice: Any, whom: str = "bob") -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = alice("history", whom, "--json").objects()
    return [one for one in objects if one["kind"] == "text"]


def chat(alice: Any, *arguments: str) -> dict[str, Any]:
    (one,) = [
        one for one in alice("chats", "--json", *arguments).objects() if not one["note_to_self"]
    ]
    return dict(one)


def test_a_chat_is_arranged_and_everything_is_taken_back(alice: Any) -> None:
    assert alice("pin", "bob").code == 0
    assert alice("mute", "bob", "--for", "8h").out.startswith("muted for 8 hours: bob@")
    assert alice("unread", "bob").code == 0
    assert alice("name", "bob", "Bobby\x1b[31m").out.startswith("called Bobby␛[31m here: bob@")
    assert alice("archive", "bob").code == 0
    arranged = chat(alice, "--archived")
    assert arranged["pinned"] is True
    assert arranged["archived"] is True
    assert arranged["marked_unread"] is True
    assert arranged["muted_until"].endswith("Z")
    assert arranged["name"] == "Bobby␛[31m"
    assert "bob@" in alice("chats", "--archived").out
    for command in ("pin", "mute", "unread", "archive"):
        assert alice(command, "bob", "--off").code == 0
    assert alice("name", "bob", "").code == 0
    plain = chat(alice)
    assert (plain["pinned"], plain["muted_until"], plain["archived"]) == (False, None, False)
    assert plain["name"] == "bob"


def test_messages_are_answered_reacted_to_edited_and_taken_back(alice: Any, bob: Any) -> None:
    assert alice("send", "bob", "second", "--reply", "last").code == 0
    assert alice("react", "bob", "last", "👍").out == "reacted\n"
    assert alice("edit", "bob", "last", "-", says=b"other words\n").out == "edited\n"
    (first, second) = history(alice)
    assert second["quote"]["text"] == first["text"] == "hello"
    assert second["text"] == "other words"
    assert second["edited"] == 1
    assert second["reactions"][0]["emoji"] == "👍"
    printed = alice("history", "bob", "--ids").out.splitlines()[1]
    assert printed.startswith(second["id"][:8])
    assert "(edited; answers alice@" in printed
    assert alice("react", "bob", second["id"][:4], "--off").code == 0
    assert history(alice)[1]["reactions"] == []
    assert alice("delete", "bob", second["id"], "--everyone").out == "taken back for everyone\n"
    assert history(alice)[1]["deleted"] is True
    assert alice("delete", "bob", first["id"]).out == "deleted here\n"
    texts = [one["text"] for one in bob("receive", "--json").objects()]
    assert "other words" not in texts


def test_a_note_is_found_again_and_leaves_nothing_waiting(alice: Any) -> None:
    assert alice("note", "remember the milk").code == 0
    assert alice("note", "-", says=b"and the bread\n").code == 0
    assert [one["state"] for one in history(alice, "alice")] == ["received", "received"]
    assert "notes  " in alice("search", "mil").out
    assert [one["text"] for one in alice("search", "the", "--json").objects()] == [
        "remember the milk",
        "and the bread",
    ]
    (here,) = alice("search", "hel", "--in", "bob", "--json").objects()
    assert here["spans"] == [[0, 5]]
    assert here["address"].startswith("bob@")
    assert alice("search", "absent").out == ""
    assert alice("forward", "alice", "last", "bob").out == "forwarded\n"
    assert history(alice)[-1]["text"] == "and the bread"
    assert history(alice)[-1]["forwarded"] is True


def test_a_timer_is_set_and_taken_back(alice: Any) -> None:
    assert alice("timer", "bob", "1h").code == 0
    assert chat(alice)["lasts"] == 3600
    assert alice("timer", "bob", "off").code == 0
    assert chat(alice)["lasts"] == 0
    assert alice("timer", "bob", "9w").code in (1, 2)


def test_who_is_blocked_is_listed_and_unblocked(alice: Any) -> None:
    assert alice("contacts", "--blocked").out == ""
    assert alice("block", "bob", "--delete").code == 0
    assert "bob@" in alice("contacts", "--blocked").out
    assert history(alice) == []
    assert alice("send", "bob", "x").code == 1
    assert alice("unblock", "bob").code == 0
    assert alice("contacts", "--blocked").out == ""
    assert alice("send", "bob", "again").code == 0


def test_a_contact_on_another_relay_just_works(
    alice: Any, doorless: Any, tmp_path: Path, world: Path
) -> None:
    other = Relay(tmp_path / "other", tmp_path / "other.log")
    other.start()
    try:
        carol = tmp_path / "carol"

        def run(*arguments: str) -> Any:
            return doorless("--profile", str(carol), *arguments)

        assert run("register", "--relay", other.url, "--handle", "carol").code == 0
        assert alice("add", f"carol@{other.name}").code == 0
        assert alice("send", "carol", "over there").code == 0
        (request,) = run("receive", "--json").objects()
        assert (request["text"], request["state"]) == ("over there", "request")
        assert run("accept", "alice").code == 0
        assert run("send", "alice", "and back").code == 0
        assert alice("receive", "--json").objects()[-1]["text"] == "and back"
    finally:
        other.stop()


def test_profiles_are_named_and_listed(
    doorless: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, relay: Relay
) -> None:
    default = tmp_path / "profiles" / "default"
    monkeypatch.setattr(profiles, "default_directory", lambda: default)
    assert doorless("profiles").out.startswith("none yet")
    for name in ("default", "work"):
        made = doorless("--profile", name, "register", "--relay", relay.url, "--handle", f"{name}1")
        assert made.code == 0
    (one, two) = doorless("profiles", "--json").objects()
    assert (one["name"], one["default"], one["open"]) == ("default", True, False)
    assert (two["name"], two["default"]) == ("work", False)
    assert doorless("--profile", "work", "chats").code == 0
    held = ProfileLock(default.parent / "work")
    assert [one["open"] for one in doorless("profiles", "--json").objects()] == [False, True]
    assert "open" in doorless("profiles").out
    held.release()
    assert Path(two["directory"]) == default.parent / "work"


def test_what_others_did_with_a_message_is_received(alice: Any, bob: Any) -> None:
    assert bob("send", "alice", "frist").code == 0
    (said,) = alice("receive", "--json").objects()
    assert bob("react", "alice", "last", "👍").code == 0
    assert bob("edit", "alice", "last", "first").code == 0
    (changed,) = alice("receive", "--json").objects()
    assert (changed["event"], changed["id"]) == ("changed", said["id"])
    assert (changed["text"], changed["edited"]) == ("first", 1)
    assert changed["reactions"][0]["emoji"] == "👍"
    assert bob("delete", "alice", "last", "--everyone").code == 0
    assert alice("receive").out.startswith("changed: ")
    assert alice("receive").out == ""
