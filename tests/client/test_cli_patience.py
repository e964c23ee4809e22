"""What a command says while it waits for another device."""

import asyncio
import io
import os
from collections.abc import Callable, Iterator

import pytest

from doorless_client.cli_devices import _ask
from doorless_client.cli_patience import CLEAR, waiting_for
from doorless_client.core.views import Wait


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorless_client.cli_patience.LOOK_EVERY", 0.0)


async def said(
    to: io.StringIO, monkeypatch: pytest.MonkeyPatch, wait: Callable[[], Wait | None]
) -> str:
    monkeypatch.setattr("sys.stderr", to)
    async with waiting_for("the new device", wait):
        for _ in range(20):
            await asyncio.sleep(0)
    return to.getvalue()


async def test_a_script_gets_a_line_for_each_change(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = [None, Wait(240, False), Wait(239, False), Wait(238, True), Wait(5, False)]
    looks = iter(waits)
    told = await said(io.StringIO(), monkeypatch, lambda: next(looks, waits[-1]))
    begins = "doorless: waiting for the new device: "
    assert [one.removeprefix(begins) for one in told.splitlines()] == [
        "4:00 left",
        "the relay cannot be reached, trying again; 3:58 left",
        "0:05 left",
    ]


async def test_a_terminal_gets_one_line_that_fits_and_is_cleared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = await said(Terminal(), monkeypatch, lambda: Wait(200, True))
    assert "3:20 left; Ctrl-C gives up" in told
    assert "\n" not in told
    assert told.endswith(CLEAR)
    assert max(map(len, told.split(CLEAR))) < 80


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """What a person types on, while standard input is a terminal."""
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    keys, screen = pty.openpty()
    with os.fdopen(screen, encoding="utf-8") as terminal, os.fdopen(keys, "wb"):
        monkeypatch.setattr("sys.stdin", terminal)
        yield keys


async def test_a_question_on_a_terminal_takes_a_line(keyboard: int) -> None:
    os.write(keyboard, b"1234 5678\n")
    assert await asyncio.wait_for(_ask("Code? "), 60) == "1234 5678\n"


@pytest.mark.usefixtures("keyboard")
async def test_a_question_that_is_interrupted_waits_for_no_enter() -> None:
    asked = asyncio.create_task(_ask("Code? "))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asked, 60)
