"""The command line keeps its contract: outputs, exit codes, and nothing changed on refusal."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doorless_client import cli
from doorless_client.cli_messages import check_known
from doorless_client.core.api import RefusedError
from doorless_lab.processes import PASSPHRASE, Relay
from doorless_lab.world import World
from doorless_protocol.content import Text
from doorless_protocol.first_contact import Us

MALFORMED_ADDRESSES = [
    "b b",
    "bob@",
    "@127.0.0.1",
    "Bob@127.0.0.1",
    "bob@127.0.0.1:99999",
    "bob@[::1",
    "b\u043eb@relay.example",
    "bob\u200b@relay.example",
    "\x1b[2J@relay.example",
    "bob@relay.example\n",
    "doorless:",
    "doorless:v1?",
    "doorless:v2?relay=a&handle=bob&account=AAAA",
    "doorless:v1?relay=127.0.0.1&handle=bob",
    "doorless:v1?relay=127.0.0.1&handle=bob&account=AAAA",
    "doorless:v1?" + "a" * 5000,
]


# --- what is there, and what is not -----------------------------------------------------------


def test_help_names_every_command(doorless: Any) -> None:
    helped = doorless("--help")
    assert helped.code == 0
    for name in cli.COMMANDS:
        assert name == "messenger" or f"    {name} " in helped.out
    assert "--plain" in helped.out


@pytest.mark.parametrize("name", [name for name in cli.COMMANDS if name != "messenger"])
def test_every_command_has_help(doorless: Any, name: str) -> None:
    helped = doorless(name, "--help")
    assert helped.code == 0
    assert "--profile" in helped.out


def test_help_is_there_at_once() -> None:
    """Nothing of the messenger is loaded for it; docs/adr/0011 has the times."""
    seen = "import sys; from doorless_client.cli import parser; parser(); print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", seen], capture_output=True, text=True, check=True
    ).stdout.split()
    for heavy in ("asyncio", "cryptography", "textual", "websockets", "sqlcipher3", "nacl"):
        assert heavy not in modules


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["send", "bob"],
        ["register", "--handle", "bob"],
        ["history", "bob", "--limit", "0"],
        ["history", "bob", "--limit", "x"],
        ["receive", "--wait", "-1"],
        ["receive", "--wait", "nan"],
        ["verify", "bob", "--show", "--number", "1"],
        ["contacts", "--jso"],
        ["search"],
        ["mute", "bob", "--for", "x"],
        ["mute", "bob", "--for", "0"],
        ["timer", "bob", "never"],
        ["react", "bob", "last"],
        ["edit", "bob", "last"],
        ["log", "nothing"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_exits_2(doorless: Any, arguments: list[str]) -> None:
    ended = doorless(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1
    assert ended.err.rstrip().endswith("--help")


def test_without_a_terminal_the_messenger_does_not_start(doorless: Any) -> None:
    ended = doorless()
    assert (ended.code, ended.out) == (2, "")
    assert "needs a terminal" in ended.err


def test_without_a_passphrase_and_a_terminal_it_exits_2(alice: Any, fingerprint: Any) -> None:
    before = fingerprint()
    ended = alice("contacts", passphrase=None)
    assert ended.code == 2
    assert "--passphrase-file" in ended.err
    assert fingerprint() == before


def test_the_passphrase_may_come_from_a_file(alice: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(f"{PASSPHRASE}\nanything else")
    ended = alice("contacts", "--passphrase-file", str(tmp_path / "file"), passphrase=None)
    assert ended.code == 0
    ended = alice("contacts", "--passphrase-file", str(tmp_path / "none"), passphrase=None)
    assert ended.code == 2


def test_the_environment_of_children_has_no_passphrase(alice: Any) -> None:
    alice("contacts")
    assert "DOORLESS_PASSPHRASE" not in os.environ


# --- registering ------------------------------------------------------------------------------


def test_registering_writes_24_words_where_they_are_wanted(
    doorless: Any, relay: Relay, tmp_path: Path
) -> None:
    words = tmp_path / "words"
    options = ("--relay", relay.url, "--handle", "carol", "--words-file", str(words))
    ended = doorless("--profile", str(tmp_path / "carol"), "register", *options)
    assert ended.code == 0
    assert ended.out.startswith(f"registered carol@{relay.name}\n")
    assert len(words.read_text().split()) == 24
    assert stat.S_IMODE(words.stat().st_mode) == 0o600
    assert words.read_text().split()[0] not in ended.out.split()[3:]
    assert doorless("--profile", str(tmp_path / "carol"), "register", *options).code == 1


def test_a_taken_handle_leaves_nothing(doorless: Any, relay: Relay, tmp_path: Path) -> None:
    words = tmp_path / "words"
    options = ("--relay", relay.url, "--handle", "alice", "--words-file", str(words))
    ended = doorless("--profile", str(tmp_path / "other"), "register", *options)
    assert ended.code == 1
    assert "taken" in ended.err
    assert not (tmp_path / "other").exists()
    assert not words.exists()


def test_registering_offline_exits_5_and_leaves_nothing(doorless: Any, tmp_path: Path) -> None:
    options = ("--relay", "ws://127.0.0.1:1", "--handle", "carol")
    ended = doorless("--profile", str(tmp_path / "carol"), "register", *options)
    assert (ended.code, ended.out) == (5, "")
    assert not (tmp_path / "carol").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--relay", "ws://relay.example", "--handle", "bob"],
        ["--relay", "http://127.0.0.1", "--handle", "bob"],
        ["--relay", "a b", "--handle", "bob"],
        ["--relay", "127.0.0.1:0", "--handle", "bob"],
        ["--relay", "127.0.0.1", "--handle", "Bob"],
        ["--relay", "127.0.0.1", "--handle", "b\u043eb"],
        ["--relay", "127.0.0.1", "--handle", "x" * 32],
        ["--relay", "127.0.0.1#zz", "--handle", "bob"],
        ["--relay", "127.0.0.1#" + "AB" * 32, "--handle", "bob"],
        ["--relay", "127.0.0.1", "--handle", "bob", "--words-file", "/"],
    ],
    ids=lambda options: " ".join(options).encode("ascii", "replace").decode(),
)
def test_a_malformed_registration_exits_2_and_leaves_nothing(
    doorless: Any, tmp_path: Path, options: list[str]
) -> None:
    ended = doorless("--profile", str(tmp_path / "x"), "register", *options)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert not (tmp_path / "x").exists()


# --- contacts, messages -----------------------------------------------------------------------


@pytest.mark.parametrize("address", MALFORMED_ADDRESSES, ids=ascii)
def test_a_malformed_address_exits_2_and_changes_nothing(
    alice: Any, fingerprint: Any, address: str
) -> None:
    before = fingerprint()
    ended = alice("add", address)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "\x1b" not in ended.err
    assert fingerprint() == before


def test_an_unknown_handle_exits_1(alice: Any, relay: Relay) -> None:
    ended = alice("add", f"nobody@{relay.name}")
    assert ended.code == 1
    assert [one["address"] for one in alice("contacts", "--json").objects()] == [
        f"bob@{relay.name}"
    ]


def test_somebody_at_our_own_relay_is_added_by_a_handle_alone(alice: Any, relay: Relay) -> None:
    assert alice("add", "bob").out == f"added bob@{relay.name}\n"


def test_adding_offline_exits_5_and_queues_nothing(alice: Any, fingerprint: Any) -> None:
    before = fingerprint()
    assert alice("add", "carol@127.0.0.1:1").code == 5
    assert fingerprint() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["send", "nobody", "x"],
        ["send", "bob", ""],
        ["send", "bob", "x" * 20_000],
        ["history", "nobody"],
        ["accept", "nobody"],
        ["block", "nobody"],
        ["forget", "nobody"],
        ["verify", "nobody"],
        ["unblock", "bob"],
        ["react", "bob", "ffffffff", "x"],
        ["react", "bob", "abc", "x"],
        ["edit", "bob", "nothing", "x"],
        ["send", "bob", "x", "--reply", "ffffffff"],
        ["forward", "bob", "last", "nobody"],
        ["pin", "nobody"],
        ["search", "x", "--in", "nobody"],
    ],
    ids=lambda arguments: " ".join(arguments)[:20],
)
def test_what_cannot_be_done_exits_1(alice: Any, fingerprint: Any, arguments: list[str]) -> None:
    before = fingerprint()
    ended = alice(*arguments)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("\n") == 1
    assert fingerprint() == before


@pytest.mark.parametrize("said", [b"\xff\xfe", b"x" * 20_000], ids=["no text", "too long"])
def test_standard_input_that_is_no_message_exits_2(alice: Any, said: bytes) -> None:
    assert alice("send", "bob", "-", says=said).code == 2


def test_history_has_the_fields_of_the_contract(alice: Any, world: Path) -> None:
    (one,) = alice("history", "bob", "--json").objects()
    assert list(one) == [
        *("id", "conversation", "from", "device", "at", "received", "kind", "text", "state"),
        *("gap", "late", "forwarded", "edited", "deleted", "pinned", "lasts", "gone_at"),
        *("quote", "reactions", "file"),
    ]
    assert one["text"] == "hello"
    assert one["from"].startswith("alice@")
    assert one["state"] in ("sent", "delivered")
    assert one["at"].endswith("Z")
    assert len(alice("history", "bob").out.splitlines()) == 1


def test_limit_keeps_the_newest(alice: Any) -> None:
    for text in ("two", "three"):
        assert alice("send", "bob", text).code == 5  # no relay runs: stored, and queued
    newest = alice("history", "bob", "--json", "--limit", "2").objects()
    assert [(one["text"], one["state"]) for one in newest] == [
        ("two", "waiting"),
        ("three", "waiting"),
    ]


def test_verifying_with_another_number_exits_3(alice: Any, fingerprint: Any) -> None:
    shown = alice("verify", "bob", "--show")
    digits = "".join(line.replace(" ", "") for line in shown.out.splitlines()[1:4])
    assert len(digits) == 60
    before = fingerprint()
    wrong = str((int(digits[0]) + 1) % 10) + digits[1:]
    assert alice("verify", "bob", "--number", wrong).code == 3
    assert alice("verify", "bob", "--number", "123").code == 1
    assert fingerprint() == before
    assert alice("verify", "bob", "--number", digits).code == 0
    assert alice("contacts", "--json").objects()[0]["trust"] == "verified"


def test_an_invite_is_a_link_and_its_qr_code(alice: Any) -> None:
    first, *code = alice("invite").out.splitlines()
    assert first.startswith("doorless:v1?relay=127.0.0.1:")
    assert {len(line) for line in code} == {len(code[0])}
    assert set("".join(code)) <= set("█▀▄ ")


def test_devices_lists_this_one(alice: Any) -> None:
    (device,) = alice("devices", "--json").objects()
    assert device["this"] is True
    assert list(device) == ["device", "name", "added", "this", "primary"]


def test_forgetting_deletes_the_conversation(alice: Any) -> None:
    assert alice("forget", "bob").code == 0
    assert alice("contacts").out == ""
    assert alice("history", "bob").code == 1


def test_a_stranger_is_not_written_to_by_the_address_that_he_gives() -> None:
    with World() as world:
        alice, mallory = world.people("alice", "mallory")
        state = mallory.engine.state
        world.write_first(Us(state.manifest, state.keys, "bob@relay.test"), alice, Text("hello"))
        world.settle()
        request = alice.engine.find("bob@relay.test")
        with pytest.raises(RefusedError, match="a request"):
            check_known(request)
        alice.engine.accept(request.conversation)
        check_known(alice.engine.chat(request.conversation))
