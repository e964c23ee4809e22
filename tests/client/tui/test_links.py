"""Links are found, drawn as ours, and opened only after the true host was shown."""

import pytest

from doorless_client.tui import linking_out
from doorless_client.tui.screens.confirm import Confirm


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


@pytest.fixture
def opened_links(monkeypatch):
    """What would have been handed to the system."""
    begun: list[list[str]] = []
    monkeypatch.setattr(linking_out, "_begin", begun.append)
    monkeypatch.setattr(linking_out, "opener", lambda link: ["opener", link.url])
    return begun


async def test_o_asks_with_the_host_before_anything_opens(
    people, opened, text_of, opened_links
) -> None:
    people.engine.arrive(people.ada, "see https://example.org/a?b=c now", seen=True)
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "o")
        assert isinstance(pilot.app.screen, Confirm)
        assert "Open example.org?" in text_of(pilot)
        await press(pilot, "enter")  # the safe answer has the focus
        assert opened_links == []
        await press(pilot, "o")
        await pilot.click("#yes")
        await pilot.pause()
        assert opened_links == [["opener", "https://example.org/a?b=c"]]


async def test_a_name_that_looks_like_another_one_is_spelled_out(
    people, opened, text_of, opened_links
) -> None:
    people.engine.arrive(
        people.ada, "https://\u0440aypal.com/", seen=True
    )  # its first letter is Cyrillic
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "o")
        assert "xn--" in text_of(pilot)
        assert opened_links == []


async def test_a_click_on_a_link_asks_as_well(people, opened, text_of, opened_links) -> None:
    people.engine.arrive(people.ada, "https://example.org/long/way/to/a/page/that/wraps", seen=True)
    async with opened(people.engine) as pilot:
        lines = text_of(pilot).splitlines()
        row = next(at for at, line in enumerate(lines) if "▐https://" in line)
        for below in (0, 1):  # the link goes on in the next row
            await pilot.click(offset=(lines[row].index("▐https") + 3, row + below))
            await pilot.pause()
            assert isinstance(pilot.app.screen, Confirm)
            await press(pilot, "escape")
        assert opened_links == []


async def test_nothing_but_web_addresses_is_a_link(people, opened, opened_links) -> None:
    people.engine.arrive(people.ada, "file:///etc/passwd javascript:alert(1) ssh://x", seen=True)
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "o")
        assert not isinstance(pilot.app.screen, Confirm)  # it tells about the message instead
        assert opened_links == []
