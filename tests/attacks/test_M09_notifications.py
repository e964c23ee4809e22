"""M09: what is shown outside of the messenger tells the desktop, and other users, next to nothing.

A desktop keeps its notifications, other users read the arguments of programs, and some desktops
fetch what a body links to.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from doorless_client.core.views import Message
from doorless_client.notifying.desktop import Command, Library
from doorless_client.notifying.terminal import command_for
from doorless_client.notifying.told import Arrivals, Told, by_conversation
from doorless_client.settings.profile import ProfileSettings
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_000_000
CANARY = "canary-4711"


def told_of(text: str, *, name: str = "Ada", level: str) -> Told:
    engine, arrivals = FakeEngine(NOW), Arrivals()
    arrivals.take(engine.arrive(engine.person(name), text))
    told = arrivals.summed_up(level, by_conversation(engine.chats()), NOW)
    assert told is not None
    return told


class Desktop:
    """A library that keeps what it is given, as desktops do."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.DesktopNotifier = lambda **named: self

    async def send(self, *, title: str, message: str, on_dispatched: Any) -> None:
        self.kept += [title, message]
        on_dispatched()


def says_all(count: int, last: Message, level: str) -> str:
    return str(last.text)


@pytest.mark.attack(
    "M09",
    "by default a desktop learns who wrote, and not what",
    weaken={"doorless_client.notifying.told._body": says_all},
)
async def test_no_text_is_left_with_the_desktop() -> None:
    desktop = Desktop()
    told = told_of(CANARY, level=ProfileSettings().notifications)
    assert await Library(desktop).post(told)
    assert CANARY not in " ".join(desktop.kept)


def passes_it_on(told: Told) -> tuple[str, ...]:
    return told.title, told.body


@pytest.mark.attack(
    "M09",
    "a program that shows notifications gets no name, no text and no option from a peer",
    weaken={"doorless_client.notifying.desktop.arguments": passes_it_on},
)
@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for the program")
@pytest.mark.parametrize("name", ["Ada", "--icon=/etc/passwd"])
async def test_arguments_name_nobody_and_are_no_options(tmp_path: Path, name: str) -> None:
    program = tmp_path / "notify-send"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/argv"\n')
    program.chmod(0o755)
    told = told_of(f"--hint=string:image-path:{CANARY}", name=name, level="text")
    await Command(str(program)).post(told)
    arguments = (tmp_path / "argv").read_text().splitlines()
    assert CANARY not in " ".join(arguments)
    assert name not in arguments
    assert arguments.index("--") < len(arguments) - 1
    assert all(not one.startswith("-") for one in arguments[arguments.index("--") + 1 :])


@pytest.mark.attack(
    "M09",
    "a text in a notification is no markup: it loads no picture and names no link",
    weaken={"doorless_client.notifying.desktop.as_plain": str},
)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="desktops of Linux read tags")
async def test_a_notification_fetches_nothing() -> None:
    desktop = Desktop()
    told = told_of(f'<img src="http://{CANARY}.example/x.png">', level="text")
    await Library(desktop).post(told)
    assert "<" not in "".join(desktop.kept)


@pytest.mark.attack(
    "M09",
    "what a terminal is told of a message ends where it should, and commands nothing else",
    weaken={"doorless_client.notifying.terminal._clean": str},
)
@pytest.mark.parametrize("environment", [{"TERM_PROGRAM": "iTerm.app"}, {"TERM": "foot"}])
@pytest.mark.parametrize("text", ["\x1b\\\x1b]52;c;cm0gLXJm\x07", "a\x9cb", "4;3;100", "x;y;z"])
def test_a_message_is_no_command_of_the_terminal(environment: dict[str, str], text: str) -> None:
    command = command_for(environment)
    assert command is not None
    sequence = command(Told(text, text))
    inner = sequence.removeprefix("\x1b]").removesuffix("\x1b\\")
    assert inner.startswith(("9;doorless: ", "777;notify;"))
    assert not any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 for letter in inner)
    assert inner.count(";") == (3 if inner.startswith("777") else 1)
