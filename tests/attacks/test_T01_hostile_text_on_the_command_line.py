"""T01 to T06, T14: what a peer writes is harmless where the commands print it, in both forms."""

import json
import shutil
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from doorless_lab.processes import Client, running_relay
from in_process import Here, registered_here

PAYLOADS = {
    "T01": "\x1b[2J\x1b[1;1H\x1b[3;9r\x1b[?1049h\x1b[31mred\x08\x08\x7f\r",
    "T02": "\x1b]52;c;cm0gLXJm\x07\x1b]0;title\x1b\\\x1b]8;;http://x\x07\x1b_Gq=1\x1b\\\x90q\x9c",
    "T03": "\x1b[6n\x1b[c\x1bP$qm\x1b\\\x1bP+q544e\x1b\\\x05",
    "T04": "\x9b2J\x9d0;x\x9c\u0085\u0090 \x1b]unterminated",
    "T05": "invoice\u202efdp.exe \u2066x\u2069 pay\u200bpal \U000e0068\u2800\u3164\u061c",
    "T06": "[b]bold[/b] [@click=app.bell]press[/] [link=http://x]y[/link]",
    "T14": "one line\n2026-11-21 23:56  bob@relay: I agree\n\n\n",
}
WEAKEN = {"doorless_client.text.neutralise": lambda text: text}


def as_markup(text: str = "") -> None:
    sys.stdout.write(Text.from_markup(text).plain + "\n")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bob's profile, after Alice wrote every payload to him."""
    folder = tmp_path_factory.mktemp("told")
    with running_relay(folder) as relay:
        alice, bob = registered_here(folder, relay, ["alice", "bob"])
        assert alice.run("add", f"bob@{relay.name}").code == 0
        for payload in PAYLOADS.values():
            assert alice.run("send", "bob", "-", says=payload).code == 0
        received = bob.run("receive")
    assert received.code == 0
    check_harmless(received.out)
    return folder / "bob"


@pytest.fixture
def bob(told: Path, tmp_path: Path) -> Client:
    shutil.copytree(told, tmp_path / "bob")
    return Here(tmp_path / "bob")


def printed(bob: Client, *arguments: str) -> str:
    """What a command prints, run in this process so that a twin can weaken it."""
    done = bob.run(*arguments)
    assert done.code == 0
    return done.out


def check_harmless(text: str) -> None:
    for character in text:
        if character != "\n":
            assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
            assert character not in "\u2800\u3164"


def said(out: str) -> list[Any]:
    return [json.loads(line)["text"] for line in out.splitlines()]


def shown(bob: Client, sent: str) -> str:
    """What `history` has of the payload, in the place where it was sent."""
    text = said(printed(bob, "history", "alice", "--json"))[list(PAYLOADS).index(sent)]
    return str(text)


def check_surfaces(bob: Client) -> None:
    for command in (["history", "alice"], ["history", "alice", "--json"], ["requests"]):
        check_harmless(printed(bob, *command))
    for text in said(printed(bob, "history", "alice", "--json")):
        check_harmless(text)  # also when a script undoes the escapes of JSON


def test_every_payload_arrived_whole(bob: Client) -> None:
    assert len(shown(bob, "T01")) == len(PAYLOADS["T01"])
    assert shown(bob, "T06") == PAYLOADS["T06"]


@pytest.mark.attack("T01", "screen controls of a peer are printed as glyphs", weaken=WEAKEN)
def test_screen_controls(bob: Client) -> None:
    assert shown(bob, "T01").startswith("␛[2J␛[1;1H␛[3;9r␛[?1049h")
    check_surfaces(bob)


@pytest.mark.attack("T02", "clipboard and title commands are printed as glyphs", weaken=WEAKEN)
def test_operating_system_commands(bob: Client) -> None:
    assert shown(bob, "T02").startswith("␛]52;c;cm0gLXJm␇␛]0;title␛\\␛]8;;")
    check_surfaces(bob)


@pytest.mark.attack("T03", "questions to the terminal are printed, not asked", weaken=WEAKEN)
def test_questions_to_the_terminal(bob: Client) -> None:
    assert shown(bob, "T03") == "␛[6n␛[c␛P$qm␛\\␛P+q544e␛\\␅"
    check_surfaces(bob)


@pytest.mark.attack("T04", "8-bit controls are printed as glyphs", weaken=WEAKEN)
def test_eight_bit_controls(bob: Client) -> None:
    assert shown(bob, "T04") == "�2J�0;x��� ␛]unterminated"
    check_surfaces(bob)


@pytest.mark.attack("T05", "what turns or hides text is printed as a glyph", weaken=WEAKEN)
def test_deceiving_characters(bob: Client) -> None:
    assert shown(bob, "T05") == "invoice�fdp.exe �x� pay�pal ����"
    check_surfaces(bob)


@pytest.mark.attack(
    "T06",
    "markup of a peer is printed as it was written",
    weaken={"doorless_client.cli_messages.line": as_markup},
)
def test_markup_is_not_parsed(bob: Client) -> None:
    assert PAYLOADS["T06"] in printed(bob, "history", "alice")


@pytest.mark.attack(
    "T14",
    "no text of a peer can pass for another line of a command's output",
    weaken={"doorless_client.cli_output._CONTINUED": "\n"},
)
def test_lines_are_not_forged(bob: Client) -> None:
    lines = printed(bob, "history", "alice").splitlines()
    assert not [line for line in lines if line.startswith("2026-11-21 23:56  bob@relay")]
    assert any(line.strip() == "│ 2026-11-21 23:56  bob@relay: I agree" for line in lines)
