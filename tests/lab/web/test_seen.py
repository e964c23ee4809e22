"""Who teaches with one key sees what it brings: answers, evidence, and that a step still comes."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from browser import browsing, launched, needs_browser, shows
from classroom import SAMPLE, both, played, serving
from doorless_lab.scenario import Line, Scene, Seat, Step, Tone
from doorless_lab.words import same

needs_browser()
pytestmark = pytest.mark.asyncio(loop_scope="module")

HIDDEN = """selector => {
  const seen = document.querySelector(selector).getBoundingClientRect();
  const bar = document.getElementById("controls").getBoundingClientRect();
  return seen.top < 0 || seen.bottom > bar.top;
}"""
"""Whether an element is, in part, outside of what is seen."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Any]:
    async with launched() as browser:
        yield browser


async def open_sample(tab: Any, url: str) -> None:
    await tab.goto(url)
    await tab.click("#go-wall")
    await tab.click("#open-A1")
    await shows(tab, ".caption", "Is that so?")


async def test_what_was_right_is_seen_without_scrolling(chromium: Any) -> None:
    async with serving() as server, browsing(chromium, width=1024, height=600) as (browser, _):
        tab = await browser.new_page()
        await open_sample(tab, server.url)
        for _ in range(2):
            await tab.keyboard.press("ArrowRight")
        await shows(tab, ".caption", "How many?")
        await tab.keyboard.press("3")
        await tab.keyboard.press("ArrowRight")
        await shows(tab, ".answers .right", "24")
        assert not await tab.evaluate(HIDDEN, ".question.answered")


async def test_what_comes_next_is_seen_from_its_top(chromium: Any) -> None:
    async with serving() as server, browsing(chromium, width=800, height=420) as (browser, _):
        tab = await browser.new_page()
        await open_sample(tab, server.url)
        await tab.keyboard.press("ArrowRight")
        await shows(tab, ".caption", "Alice writes")
        await tab.evaluate("window.scrollTo(0, 9999)")
        assert await tab.evaluate("window.scrollY") > 0
        await tab.keyboard.press("PageDown")
        await shows(tab, ".caption", "How many?")
        assert await tab.evaluate("window.scrollY") == 0


async def test_evidence_is_on_the_wall_as_soon_as_it_is_asked_for(chromium: Any) -> None:
    async with serving() as server, browsing(chromium, width=1024, height=600) as (browser, _):
        tab = await browser.new_page()
        await open_sample(tab, server.url)
        for _ in range(3):
            await tab.keyboard.press("ArrowRight")
        await shows(tab, ".caption", "The agency asks")
        await tab.keyboard.press("e")
        await shows(tab, ".drawer", "SHA-256")
        assert not await tab.evaluate(HIDDEN, "#drawer")


async def test_a_clicker_shows_the_rest_of_a_long_page_before_it_goes_on(chromium: Any) -> None:
    async with serving() as server, browsing(chromium, width=800, height=420) as (browser, _):
        tab = await browser.new_page()
        await open_sample(tab, server.url)
        await tab.keyboard.press("ArrowRight")
        await shows(tab, ".caption", "Alice writes")
        await played(server)
        await tab.keyboard.press("v")
        await shows(tab, ".stamps", "24")
        stamp, moves = ".stamps .stamp:last-child", 0
        assert await tab.evaluate(HIDDEN, stamp)
        while await tab.evaluate(HIDDEN, stamp):
            before = await tab.evaluate("window.scrollY")
            await tab.keyboard.press("PageDown")
            await shows(tab, ".caption", "The verdict for")
            assert await tab.evaluate("window.scrollY") > before
            moves += 1
        while await tab.evaluate("window.scrollY") > 0:
            await tab.keyboard.press("PageUp")
            await shows(tab, ".caption", "The verdict for")
        for _ in range(moves + 1):
            await tab.keyboard.press("PageDown")
        await tab.wait_for_selector("#product-1[aria-pressed=true]")
        assert await tab.evaluate("window.scrollY") == 0
        await tab.keyboard.press("PageUp")
        await shows(tab, ".caption", "The verdict for")


async def test_notes_hold_no_clicker_up(chromium: Any) -> None:
    async with serving() as server, browsing(chromium, width=800, height=420) as (browser, _):
        tab, desk = await browser.new_page(), await browser.new_page()
        await open_sample(tab, server.url)
        await desk.goto(server.presenter_url)
        await shows(desk, ".desk", "Let them predict")
        await desk.keyboard.press("PageDown")
        await shows(desk, ".now", "Alice writes")


@pytest.mark.parametrize("how", ["r", "button"])
async def test_a_reset_is_asked_for_twice_where_something_was_played(
    chromium: Any, how: str
) -> None:
    async def reset() -> None:
        await (tab.keyboard.press("r") if how == "r" else tab.click("#reset"))

    async with serving() as server, browsing(chromium) as (browser, _):
        tab = await browser.new_page()
        await open_sample(tab, server.url)
        await tab.keyboard.press("ArrowRight")
        await shows(tab, ".caption", "Alice writes")
        world = server.classroom.room.instance
        await reset()
        await shows(tab, "#told[role=alert]", "again within 5 seconds")
        await tab.keyboard.press("l")  # whatever else is done takes the question away
        await shows(tab, ".caption", "Alice writes auf Deutsch")
        assert await tab.inner_text("#told") == ""
        await reset()
        await shows(tab, "#told", "innerhalb von 5 Sekunden")
        assert server.classroom.room.instance == world
        await reset()
        await shows(tab, "#live", "Alles gelöscht")
        assert await tab.inner_text("#told") == ""
        before = server.classroom.room.instance
        await reset()  # nothing is there to be lost
        await tab.wait_for_function(
            "world => !document.querySelector('.world').textContent.includes(world)", arg=before
        )


async def test_a_reset_that_nobody_asks_for_again_is_forgotten(chromium: Any) -> None:
    async with serving() as server, browsing(chromium) as (browser, _):
        tab = await browser.new_page()
        await tab.clock.install()
        await open_sample(tab, server.url)
        await tab.keyboard.press("ArrowRight")
        await shows(tab, ".caption", "Alice writes")
        world = server.classroom.room.instance
        await tab.keyboard.press("r")
        await shows(tab, "#told", "again within 5 seconds")
        await tab.clock.run_for(5000)
        assert await tab.inner_text("#told") == ""
        await tab.keyboard.press("r")
        await shows(tab, "#told", "again within 5 seconds")
        assert server.classroom.room.instance == world


async def test_a_step_that_is_still_being_played_is_announced(chromium: Any) -> None:
    going_on = threading.Event()

    async def slow(_scene: Scene) -> AsyncGenerator[Step, None]:
        yield Step(both("First"), {})
        await asyncio.to_thread(going_on.wait, 20)
        yield Step(both("Second"), {})

    async with serving(replace(SAMPLE, play=slow)) as server, browsing(chromium) as (browser, _):
        tab = await browser.new_page()
        await open_sample(tab, server.url)
        await tab.keyboard.press("ArrowRight")
        await shows(tab, ".caption .count", "Being played")
        going_on.set()
        await tab.wait_for_function(
            "() => !document.querySelector('.caption .count').textContent.includes('Being')"
        )


async def test_a_picture_of_block_characters_stays_one_whatever_the_width(chromium: Any) -> None:
    rows = ("░░░██░░░░█░░░░░░", "░░████████████░░")

    async def draws(_scene: Scene) -> AsyncGenerator[Step, None]:
        lines = tuple(Line(same(row), Tone.SAID) for row in rows)
        yield Step(both("Shown"), dict.fromkeys(list(Seat)[:4], lines))

    async with (
        serving(replace(SAMPLE, play=draws)) as server,
        browsing(chromium, width=1024, height=768) as (browser, _),
    ):
        tab = await browser.new_page()
        await open_sample(tab, server.url)
        await tab.keyboard.press("ArrowRight")
        await shows(tab, ".caption", "Shown")
        boxes = "[...document.querySelectorAll('.drawn')].map(e => e.getBoundingClientRect())"
        assert await tab.locator(".drawn").count() == 4 * len(rows)
        heights = await tab.evaluate(f"{boxes}.map(box => box.height)")
        assert max(heights) < 1.5 * 20
        first, second = await tab.evaluate(f"{boxes}.slice(0, 2).map(box => [box.top, box.bottom])")
        assert first[1] == pytest.approx(second[0], abs=0.5)
        whole = (
            "[...document.querySelectorAll('.drawn')].every(e => e.scrollWidth <= e.clientWidth)"
        )
        assert await tab.evaluate(whole)


async def test_a_group_that_somebody_added_has_its_letter_on_the_wall(chromium: Any) -> None:
    async with serving(SAMPLE, replace(SAMPLE, id="F1")) as server, browsing(chromium) as (b, _):
        tab = await b.new_page()
        await tab.goto(server.url)
        await tab.click("#go-wall")
        await tab.wait_for_selector("#group-F")
        assert await tab.inner_text("#group-F") == "F"
        assert await tab.inner_text("#group-A") == "A · Demands"
