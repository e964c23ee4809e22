"""Saved replies without a screen: on the command line, and in plain mode, where one asks first."""

from pathlib import Path
from typing import Any

import pytest

from doorless_client.core.saved import LONGEST, LONGEST_NAME
from doorless_lab.processes import PASSPHRASE, Client
from in_process import Here

WORDS = "Thank you, that helps a lot!"


@pytest.fixture
def saved(world: Path, doorless: Any) -> Any:
    """Runs `doorless saved` as Alice, in this process; there is no relay."""

    def run(*arguments: str) -> Any:
        profile = ("--profile", str(world / "alice"))
        return doorless(*profile, "saved", *arguments, passphrase=PASSPHRASE)

    return run


def test_they_are_added_listed_renamed_and_removed(saved: Any, world: Path) -> None:
    assert saved().out == ""
    assert saved("add", "thanks", WORDS).out == "saved: thanks\n"
    assert saved("add", "way", "On my way.\nTen minutes.").code == 0
    assert saved("rename", "thanks", "merci").out == "called merci now\n"
    assert saved("list", "--json").objects() == [
        {"name": "merci", "text": WORDS},
        {"name": "way", "text": "On my way.\nTen minutes."},
    ]
    assert saved().out.split("\n")[0].split() == ["merci", *WORDS.split()]
    assert saved("remove", "way").out == "deleted: way\n"
    assert [one["name"] for one in saved("--json").objects()] == ["merci"]
    files = [path for path in (world / "alice").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"helps a lot" in path.read_bytes()]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("add", "thanks"), 2, "saved list, add NAME TEXT"),
        (("list", "thanks"), 2, "saved list, add NAME TEXT"),
        (("add", "two words", "x"), 2, "a name holds no blank"),
        (("add", "\x1b[2J", "x"), 2, "a name holds no blank"),
        (("add", "n" * (LONGEST_NAME + 1), "x"), 2, f"1 to {LONGEST_NAME} characters"),
        (("add", "long", "x" * (LONGEST + 1)), 2, f"{LONGEST + 1} characters are too long"),
        (("add", "blank", " "), 2, "there is nothing in it"),
        (("remove", "\x1b[2Jx"), 1, "no saved reply is called '␛[2Jx'"),
        (("rename", "nobody", "x"), 1, "no saved reply is called 'nobody'"),
    ],
)
def test_what_is_refused_is_a_line_and_a_code(
    saved: Any, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = saved(*arguments)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
    assert "\x1b" not in done.err


def test_one_comes_from_standard_input(world: Path) -> None:
    alice = Here(world / "alice")
    assert alice.run("saved", "add", "way", "-", says="On my way.\nTen minutes.\n").code == 0
    assert alice.run("saved", "--json").objects()[0]["text"] == "On my way.\nTen minutes."


def test_in_plain_mode_one_is_told_and_sent_after_a_yes(world: Path, relay: object) -> None:
    lines = (
        "/saved",
        f"/saved add thanks {WORDS}",
        "/saved add way On my way.\\",
        "Ten minutes.",
        "/open bob",
        "/saved keep 1 hello",
        "/saved say hello",
        "no",
        "/saved say thanks 1",
        "yes",
        "/saved rename thanks merci",
        "/saved remove way",
        "/saved",
    )
    alice = Client(world / "alice")
    done = alice.run("--plain", says="\n".join(lines) + "\n")
    assert (done.code, done.err) == (0, "")
    assert "none; /saved add NAME TEXT saves one" in done.out
    assert "to bob@" in done.out
    assert "not sent" in done.out
    (sent,) = [line for line in done.out.splitlines() if line.startswith("[2]") and WORDS in line]
    assert "answers" in sent
    said = [line for line in done.out.splitlines() if not line.startswith("* ")]  # at any time
    assert said[said.index("deleted") + 1 :][:2] == ["hello: hello", f"merci: {WORDS}"]


def test_in_plain_mode_what_is_refused_is_a_line_each(world: Path) -> None:
    lines = (
        "/saved say nobody",
        "/saved add thanks",
        "/saved add thanks Thank you",
        "/saved say thanks",  # no conversation is open
        "/saved say thanks 9",
        "/saved keep 9 x",
        "/saved sing",
    )
    done = Here(world / "alice").run("--plain", says="\n".join(lines) + "\n")
    errors = [line for line in done.out.splitlines() if line.startswith("error: ")]
    assert len(errors) == len(lines) - 1
    assert "no saved reply is called 'nobody'" in errors[0]
    assert "send it?" not in done.out
