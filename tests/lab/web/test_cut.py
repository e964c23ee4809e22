"""A line that is cut, and a lab that has ended: what the wall says, and that it finds back."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from browser import browsing, launched, needs_browser, shows
from classroom import PIN, TOKEN, outside, serving, window
from doorless_lab.web.server import WINDOWS, Server

needs_browser()
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Any]:
    async with launched() as browser:
        yield browser


async def test_a_line_that_is_cut_comes_back_where_the_lesson_stood(chromium: Any) -> None:
    async with serving() as server, browsing(chromium) as (browser, _):
        tab = await browser.new_page()
        await tab.goto(server.url)
        await tab.click("#begin-15")
        await tab.wait_for_selector("#more-0")
        async with window(server, "presenter") as desk:
            await tab.keyboard.press("1")
            await desk.until("presenter.counts.0", 1)
        counted = dict(server.classroom.room.bets)
        for one in tuple(server._windows):
            one.connection.transport.abort()
        await shows(tab, "#told", "gone")
        await tab.keyboard.press("PageDown")
        await shows(tab, "#told", "gone")
        await tab.wait_for_function("() => document.getElementById('told').textContent === ''")
        await tab.keyboard.press("PageDown")
        await shows(tab, ".asked", "demands the content")
        assert server.classroom.room.bets == counted


async def test_a_lab_that_was_started_again_asks_for_its_new_address(chromium: Any) -> None:
    async with browsing(chromium) as (browser, _):
        tab = await browser.new_page()
        async with serving() as server:
            port = server.port
            await tab.goto(server.url)
            await shows(tab, "h1", "hand over")
        await shows(tab, "#told", "gone")
        again = Server(outside(), "en", "cd" * 32, PIN)
        await again.start(port)
        try:
            await shows(tab, "#told", "address that the lab printed")
            await tab.goto(again.url)
            await tab.wait_for_function("() => document.getElementById('told').textContent === ''")
            await shows(tab, "h1", "hand over")
        finally:
            await again.close()


async def test_a_window_too_many_is_told_so(chromium: Any) -> None:
    async with serving() as server, browsing(chromium) as (browser, _):
        entered = [window(server, token=TOKEN) for _ in range(WINDOWS)]
        try:
            for one in entered:
                await one.__aenter__()
            tab = await browser.new_page()
            await tab.goto(server.url)
            await shows(tab, "#told", "finds no room")
        finally:
            for one in entered:
                await one.__aexit__(None, None, None)
