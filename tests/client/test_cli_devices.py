"""Two computers and a real relay: linked, named, removed and restored on the command line."""

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from doorless_client import cli
from doorless_lab.processes import PATIENCE, Client, Relay
from in_process import Here


def until(process: "subprocess.Popen[str]", begins: str) -> str:
    """The next line of its output that begins so."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(begins):
            return line.strip()
    raise AssertionError(f"it ended without saying {begins}: {process.stderr.read()}")  # type: ignore[union-attr]


def link(primary: Client, new: Client, relay: Relay, name: str, wrong: int = 0) -> tuple[int, int]:
    """Both ends as a person plays them; how each ended. `wrong` is added to the code."""
    with new.start("device", "link", "--relay", relay.url, "--name", name, "--yes") as showing:
        shown = until(showing, "doorless:link1?")
        with primary.start("device", "approve", shown) as approving:
            code = until(showing, "code ").removeprefix("code ")[:9]
            assert approving.stdin is not None
            number = (int(code.replace(" ", "")) + wrong) % 10**8
            approving.stdin.write(f"{number:08}\n")
            approving.stdin.flush()
            out, err = approving.communicate(timeout=PATIENCE)
            assert name in out, err
            assert "read all that is said to you" in out
        _, told = showing.communicate(timeout=PATIENCE)  # at once, also after a wrong code
        assert not wrong or "given another code" in told
    return approving.returncode, showing.returncode


def test_a_computer_is_linked_used_renamed_and_cut_off(world: Path, relay: Relay) -> None:
    alice, bob, laptop = (Here(world / name) for name in ("alice", "bob", "laptop"))
    assert link(alice, laptop, relay, "laptop") == (0, 0)
    listed = laptop.run("devices", "--json").objects()
    assert [(one["name"], one["this"], one["primary"]) for one in listed] == [
        ("", False, True),
        ("laptop", True, False),
    ]
    assert [
        one["address"].partition("@")[0] for one in laptop.run("contacts", "--json").objects()
    ] == ["bob"]
    assert [one["text"] for one in laptop.run("history", "bob", "--json").objects()][:1] == [
        "hello"
    ]
    said = laptop.run("send", "bob", "from the laptop")
    assert (said.code, "copies for your other devices" in said.err) == (0, True)
    alice.run("receive")
    copied = alice.run("history", "bob", "--json").objects()[-1]
    assert (copied["text"], copied["state"]) == ("from the laptop", "sent"), "left with `send`"
    assert "from the laptop" in bob.run("receive").out
    assert laptop.run("device", "rename", "laptop", "mine").code == 1
    assert alice.run("device", "rename", "laptop", "old laptop").code == 0
    assert alice.run("device", "remove", "old laptop").code == 0
    assert [one["this"] for one in alice.run("device", "list", "--json").objects()] == [True]
    refused = laptop.run("send", "bob", "still me?")
    assert (refused.code, "was removed from your account" in refused.err) == (1, True)
    assert laptop.run("keep").code == 1
    refused = laptop.run("add", f"bob@{relay.name}")
    assert (refused.code, "was removed from your account" in refused.err) == (1, True)


def test_a_wrong_code_links_nothing_and_exits_3(world: Path, relay: Relay) -> None:
    alice, laptop = Here(world / "alice"), Here(world / "laptop")
    assert link(alice, laptop, relay, "laptop", wrong=1) == (3, 1)
    assert len(alice.run("devices", "--json").objects()) == 1
    assert not (world / "laptop").exists()


def test_an_account_comes_back_from_its_words(tmp_path: Path, relay: Relay) -> None:
    lost, again, words = Here(tmp_path / "lost"), Here(tmp_path / "again"), tmp_path / "words"
    account = ("--relay", relay.url, "--handle", "carol")
    assert lost.run("register", *account, "--words-file", str(words)).code == 0
    assert again.run("recover", *account, "--words-file", str(words)).code == 0
    (only,) = again.run("devices", "--json").objects()
    assert (only["this"], only["primary"]) == (True, True)
    assert lost.run("doctor").code != 0
    other = again.run("recover", *account, "--words-file", str(words))
    assert other.code == 1  # a profile is there already
    words.write_text("abandon " * 24)
    assert Here(tmp_path / "none").run("recover", *account, "--words-file", str(words)).code == 2


OVER = f"doorless:link1?relay=relay.test&until=1700000000&secret={'A' * 43}&offer={'A' * 43}"
"""A link in its form, whose time is long over."""


@pytest.mark.parametrize(
    "arguments",
    [
        ("device", "approve", "nonsense"),
        ("device", "approve", "doorless:link1?relay=relay.test"),
        ("device", "approve", "doorless:v1?relay=relay.test&handle=bob&account=" + "0" * 64),
        ("device", "approve", OVER),
        ("device", "approve"),
        ("device", "approve", OVER, "--image", "link.png"),
        ("device", "approve", OVER.replace("1700000000", "2" * 10)),
        ("device", "link", "--relay", "not a relay", "--name", "laptop"),
        ("device", "link", "--relay", "relay.test#xyz", "--name", "laptop"),
        ("add", OVER),
        ("add", "doorless:v1?relay=relay.test"),
        ("add", "bob@@relay.test"),
    ],
)
def test_a_link_that_cannot_be_used_exits_2(doorless: Any, arguments: tuple[str, ...]) -> None:
    ended = doorless(*arguments)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)


def test_a_picture_that_is_not_there_links_nothing(doorless: Any) -> None:
    ended = doorless("device", "approve", "--image", "nowhere.png")
    assert (ended.code, ended.out) == (1, "")
    assert "no such file" in ended.err


def test_what_cannot_be_a_code_or_a_name_exits_2(doorless: Any, relay: Relay) -> None:
    soon = OVER.replace("1700000000", str(int(time.time()) + 100))
    assert doorless("device", "approve", soon, "--code", "yes").code == 2
    assert doorless("device", "link", "--relay", relay.url, "--name", " ").code == 2


def test_every_device_command_has_help(doorless: Any) -> None:
    assert cli.COMMANDS["device"] == "cli_devices"
    for what in ("link", "approve", "remove", "rename", "list"):
        helped = doorless("device", what, "--help")
        assert helped.code == 0
        assert "--profile" in helped.out
    assert doorless("device").code == 2
