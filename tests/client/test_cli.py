"""The command line keeps its contract: outputs, exit codes, and nothing changed on refusal."""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doorless_client import cli, cli_waiting
from doorless_client.cli_output import rfc3339
from doorless_lab.processes import Relay, registered, running_relay

MALFORMED_ADDRESSES = [
    "bob",
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


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alice and Bob, who accepted each other, and the files of their relay; nothing runs."""
    folder = tmp_path_factory.mktemp("made")
    with running_relay(folder) as relay:
        alice, bob = registered(folder, relay, ["alice", "bob"])
        assert alice.run("add", f"bob@{relay.name}").code == 0
        assert alice.run("send", "bob", "hello").code == 0
        assert bob.run("receive").code == 0
        assert bob.run("accept", "alice").code == 0
        assert alice.run("receive").code == 0
        (folder / "url").write_text(relay.url)
    return folder


@pytest.fixture
def world(made: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "world"
    shutil.copytree(made, folder)
    return folder


@pytest.fixture
def relay(world: Path) -> Iterator[Relay]:
    relay = Relay(world / "relay", world / "relay.log")
    relay.url = (world / "url").read_text()
    relay.start()
    yield relay
    relay.stop()


@pytest.fixture
def alice(world: Path, doorless: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command as Alice."""
    monkeypatch.setattr(cli_waiting, "GRACE", 0.1)

    def run(*arguments: str, **options: Any) -> Any:
        options.setdefault("passphrase", PASSPHRASE)
        return doorless("--profile", str(world / "alice"), *arguments, **options)

    return run


PASSPHRASE = "correct horse battery staple"


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if not path.name.endswith("-shm")  # an index that SQLite makes anew
    }


# --- what is there, and what is not -----------------------------------------------------------


def test_help_names_every_command_and_nothing_that_is_not_there(doorless: Any) -> None:
    helped = doorless("--help")
    assert helped.code == 0
    for name in cli.COMMANDS:
        assert name == "messenger" or f"    {name} " in helped.out
    for later in ("search", "device link", "log status", "backup", "--plain", "--file"):
        assert later not in helped.out


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
        ["search", "x"],
        ["log", "status"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_exits_2(doorless: Any, arguments: list[str]) -> None:
    ended = doorless(*arguments)
    assert ended.code == 2
    assert ended.out == ""


def test_without_a_terminal_the_messenger_does_not_start(doorless: Any) -> None:
    ended = doorless()
    assert (ended.code, ended.out) == (2, "")
    assert "needs a terminal" in ended.err


def test_without_a_passphrase_and_a_terminal_it_exits_2(alice: Any, world: Path) -> None:
    before = fingerprint(world / "alice")
    ended = alice("contacts", passphrase=None)
    assert ended.code == 2
    assert "--passphrase-file" in ended.err
    assert fingerprint(world / "alice") == before


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
        ["--relay", "127.0.0.1", "--handle", "bob", "--certificate", "zz"],
        ["--relay", "127.0.0.1", "--handle", "bob", "--certificate", "ab"],
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
    alice: Any, world: Path, address: str
) -> None:
    before = fingerprint(world / "alice")
    ended = alice("add", address)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert "\x1b" not in ended.err
    assert fingerprint(world / "alice") == before


def test_an_unknown_handle_exits_1(alice: Any, relay: Relay) -> None:
    ended = alice("add", f"nobody@{relay.name}")
    assert ended.code == 1
    assert [one["address"] for one in alice("contacts", "--json").objects()] == [
        f"bob@{relay.name}"
    ]


def test_adding_offline_exits_5_and_queues_nothing(alice: Any, world: Path) -> None:
    before = fingerprint(world / "alice")
    assert alice("add", "carol@127.0.0.1:1").code == 5
    assert fingerprint(world / "alice") == before


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
    ],
    ids=lambda arguments: " ".join(arguments)[:20],
)
def test_what_cannot_be_done_exits_1(alice: Any, world: Path, arguments: list[str]) -> None:
    before = fingerprint(world / "alice")
    ended = alice(*arguments)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("\n") == 1
    assert fingerprint(world / "alice") == before


@pytest.mark.parametrize("said", [b"\xff\xfe", b"x" * 20_000], ids=["no text", "too long"])
def test_standard_input_that_is_no_message_exits_2(alice: Any, said: bytes) -> None:
    assert alice("send", "bob", "-", says=said).code == 2


def test_history_has_the_fields_of_the_contract(alice: Any, world: Path) -> None:
    (one,) = alice("history", "bob", "--json").objects()
    assert list(one) == [
        *("id", "conversation", "from", "device", "at", "received", "kind", "text", "state"),
        "gap",
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


def test_verifying_with_another_number_exits_3(alice: Any, world: Path) -> None:
    shown = alice("verify", "bob", "--show")
    digits = "".join(line.replace(" ", "") for line in shown.out.splitlines()[1:4])
    assert len(digits) == 60
    before = fingerprint(world / "alice")
    wrong = str((int(digits[0]) + 1) % 10) + digits[1:]
    assert alice("verify", "bob", "--number", wrong).code == 3
    assert alice("verify", "bob", "--number", "123").code == 1
    assert fingerprint(world / "alice") == before
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
    assert list(device) == ["device", "added", "this"]


def test_forgetting_deletes_the_conversation(alice: Any) -> None:
    assert alice("forget", "bob").code == 0
    assert alice("contacts").out == ""
    assert alice("history", "bob").code == 1


# --- the profile ------------------------------------------------------------------------------


def test_a_changed_passphrase_is_the_only_one(alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORLESS_NEW_PASSPHRASE", "better")
    assert alice("passphrase").code == 0
    assert alice("contacts").code == 4
    assert alice("contacts", passphrase="better").code == 0


def test_no_profile_exits_1_and_makes_none(doorless: Any, tmp_path: Path) -> None:
    ended = doorless("--profile", str(tmp_path / "none"), "contacts")
    assert ended.code == 1
    assert "doorless register" in ended.err
    assert not (tmp_path / "none").exists()


def test_a_profile_in_use_exits_7(alice: Any, world: Path) -> None:
    from doorless_client.profile import Profile

    with Profile.hold(world / "alice"):
        ended = alice("contacts")
    assert ended.code == 7
    assert "in use" in ended.err


@pytest.mark.parametrize("name", ["key", "store.db"])
@pytest.mark.parametrize("damage", ["cut", "altered", "empty"])
def test_a_damaged_profile_exits_4_and_stays_as_it_is(
    alice: Any, world: Path, name: str, damage: str
) -> None:
    path = world / "alice" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    data[20] ^= 1
    whole = {"cut": bytes(data[:100]), "altered": bytes(data), "empty": b""}[damage]
    path.write_bytes(whole)
    before = fingerprint(world / "alice")
    ended = alice("contacts")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.count("\n") == 1
    assert fingerprint(world / "alice") == before


def test_doctor_looks_at_everything(alice: Any, world: Path, relay: Relay) -> None:
    well = alice("doctor")
    assert well.code == 0
    for topic in ("profile", "settings", "store", "account", "clock", "relay"):
        assert f"ok    {topic}: " in well.out
    (world / "alice" / "settings.toml").write_text("colour = 'red'")
    (world / "alice" / "settings.toml").chmod(0o600)
    ill = alice("doctor")
    assert ill.code == 1
    assert "unknown setting 'colour'" in ill.out


def test_doctor_finds_a_damaged_page(alice: Any, world: Path) -> None:
    path = world / "alice" / "store.db"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    assert "fail  store" in alice("doctor").out


def test_doctor_without_a_relay_warns(alice: Any) -> None:
    away = alice("doctor")
    assert away.code == 0
    assert "warn  relay" in away.out


def test_a_mistake_of_ours_tells_where_and_not_what(
    alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise KeyError("the words of a person")

    monkeypatch.setattr("doorless_client.cli_contacts._list", fail)
    ended = alice("contacts")
    assert ended.code == 1
    assert "KeyError at test_cli.py" in ended.err
    assert "words" not in ended.err
    assert ended.err.count("\n") == 1


def test_whoever_reads_may_stop_reading(world: Path) -> None:
    command = [sys.executable, "-m", "doorless_client", "--profile", str(world / "alice")]
    environment = {**os.environ, "DOORLESS_PASSPHRASE": PASSPHRASE}
    process = subprocess.Popen(
        [*command, "invite"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 141


def test_modules_in_the_working_directory_are_not_ours(tmp_path: Path) -> None:
    """P10: the installed command, started among files with the names of modules."""
    for name in ("secrets", "argparse", "asyncio", "json", "doorless_protocol"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stranger was imported')")
    command = Path(sys.executable).with_name("doorless")
    environment = {**os.environ, "DOORLESS_PASSPHRASE": "x"}
    for arguments in (["--help"], ["--profile", "none", "contacts"]):
        ended = subprocess.run(
            [command, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert ended.returncode == (0 if "--help" in arguments else 1)
        assert "stranger" not in ended.stdout + ended.stderr


def test_times_that_nobody_can_mean_are_written_all_the_same() -> None:
    assert rfc3339(0) == "1970-01-01T00:00:00Z"
    assert rfc3339(-5) == "1970-01-01T00:00:00Z"
    assert rfc3339(2**53) == "9999-12-31T23:59:59Z"
    assert rfc3339(1_800_000_000.25) == "2027-01-15T08:00:00.250Z"
