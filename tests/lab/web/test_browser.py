"""Lessons in a real browser, by keyboard and by mouse, in both languages."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from browser import browsing, launched, needs_browser, shows
from classroom import HOSTILE_SCENARIO, SAMPLE, serving
from doorless_lab.web.actions import Action
from doorless_lab.web.lesson_plans import LESSONS
from doorless_lab.web.room import Page
from doorless_lab.web.server import Server
from doorless_lab.words import LANGUAGES

needs_browser()
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Any]:
    async with launched() as browser:
        yield browser


LESSON = tuple(replace(SAMPLE, id=one) for one in ("A1", "E2"))
"""Two of the scenarios of a lesson; a station whose scenario is missing says so and goes on."""


class Acts:
    """What arrives at a classroom, and what its page was told of it: so that a test waits for what
    it did, and for nothing else."""

    def __init__(self, server: Server, page: Any) -> None:
        self._came, self._told, self._server = asyncio.Event(), asyncio.Event(), server
        self._drawn = self._heard = ""
        done, drawn = server.classroom.act, server._drawn

        def act(action: Action) -> None:
            done(action)
            self._came.set()

        def drawing(window: Any) -> str:
            self._drawn = drawn(window)
            return self._drawn

        server.classroom.act = act  # type: ignore[method-assign]
        server._drawn = drawing  # type: ignore[method-assign]
        page.on("websocket", lambda socket: socket.on("framereceived", self._hear))

    def _hear(self, frame: str) -> None:
        self._heard = frame
        self._told.set()

    async def shown(self) -> None:
        """Until the page has all that there is to draw."""
        async with asyncio.timeout(5):
            while self._server._draw.is_set() or self._heard != self._drawn:
                self._told.clear()
                await self._told.wait()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        self._came.clear()
        yield
        await asyncio.wait_for(self._came.wait(), 5)


async def drive(page: Any, how: str, keys: str, button: str) -> None:
    await (page.keyboard.press(keys) if how == "keyboard" else page.click(f"#{button}"))


@pytest.mark.parametrize(
    ("name", "language", "how"),
    [
        *(("45", language, "keyboard") for language in LANGUAGES),
        *(("15", language, "mouse") for language in LANGUAGES),
    ],
)
async def test_a_whole_lesson(chromium: Any, name: str, language: Any, how: str) -> None:
    async with (
        serving(*LESSON, language=language) as server,
        browsing(chromium, width=800, height=600) as (browser, complaints),
    ):
        page = await browser.new_page()
        acts = Acts(server, page)
        await page.goto(server.url)
        await shows(page, "h1", "herausgeben" if language == "de" else "hand over")
        assert await page.locator("html").get_attribute("lang") == language
        async with acts.one():
            await begin(page, how, name)
        seen = {0}
        while not at_the_end(server):
            await vote(page, server, how, acts)
            await go_on(page, how, acts)
            seen.add(server.classroom.room.station)
        assert seen == set(range(len(LESSONS[name].stations)))
        assert len(server.classroom.room.bets) == 2 * len(polled(name)) + played(name)
        await drive(page, how, "ArrowLeft", "back")
        assert complaints == []


async def go_on(page: Any, how: str, acts: "Acts") -> None:
    """By a clicker: it moves through what the window has no room for, then it goes on."""
    await acts.shown()
    if how == "keyboard":
        while await page.evaluate(MORE):
            await page.keyboard.press("PageDown")
    async with acts.one():
        await drive(page, how, "PageDown", "next")


MORE = """async () => (await import("/static/paging.js")).isMore(1)"""


async def begin(page: Any, how: str, name: str) -> None:
    if how == "mouse":
        await page.click(f"#begin-{name}")
        return
    await page.keyboard.press("Tab")
    for _ in range(30):
        if await page.evaluate("document.activeElement.id") == f"begin-{name}":
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")


async def vote(page: Any, server: Server, how: str, acts: "Acts") -> None:
    """For B before the lesson, for A afterwards."""
    if server.classroom.question:
        place = 0 if server.classroom.question.startswith("after") else 1
        await page.wait_for_selector(".question.open")
        await shows(page, "main", asked(server))
        async with acts.one():
            await drive(page, how, str(place + 1), f"more-{place}")


def asked(server: Server) -> str:
    """The question that stands; the page may still be at the one before."""
    room, station, recording = (
        server.classroom.room,
        server.classroom.station,
        server.classroom.recording,
    )
    if station is not None and station.poll:
        return station.poll[room.question].text.text(room.language)
    assert recording is not None
    assert room.place is not None
    question = recording.steps[room.place.shown].question
    assert question is not None
    return question.text.text(room.language)


def at_the_end(server: Server) -> bool:
    room, lesson = server.classroom.room, server.classroom.lesson
    return bool(lesson) and room.page is Page.STATION and is_last(server) and not going_on(server)


def is_last(server: Server) -> bool:
    lesson = server.classroom.lesson
    return lesson is not None and server.classroom.room.station == len(lesson.stations) - 1


def going_on(server: Server) -> bool:
    """A poll that has another question, or has not shown its comparison."""
    room, station = server.classroom.room, server.classroom.station
    more = station is not None and room.question < len(station.poll) - 1
    return more or bool(station and station.poll and not room.counted)


def polled(name: str) -> tuple[Any, ...]:
    return next(station.poll for station in LESSONS[name].stations if station.poll)


def played(name: str) -> int:
    """Questions within scenarios: one for each of two products."""
    ids = {one.id for one in LESSON}
    return 2 * sum(station.scenario in ids for station in LESSONS[name].stations)


@pytest_asyncio.fixture(loop_scope="module")
async def page(chromium: Any) -> AsyncIterator[tuple[Any, Server]]:
    """The sample's claim, in a window of 1024 by 768."""
    async with (
        serving() as server,
        browsing(chromium, width=1024, height=768) as (browser, complaints),
    ):
        found = await browser.new_page()
        await found.goto(server.url)
        await found.click("#go-wall")
        await found.click("#open-A1")
        await shows(found, "h1", "A1 A sample")
        yield found, server
        assert complaints == []


async def test_every_key_does_what_the_list_of_keys_says(page: tuple[Any, Server]) -> None:
    tab, _ = page
    await tab.keyboard.press("ArrowRight")
    await shows(tab, ".caption", "Alice writes")
    await shows(tab, "#live", "Alice writes")
    assert await tab.locator(".pane").count() == 3
    await tab.keyboard.press("2")
    await tab.wait_for_function("() => document.querySelectorAll('.pane').length === 1")
    await shows(tab, ".pane", "Operator")
    await tab.keyboard.press("2")
    await tab.keyboard.press("l")
    await shows(tab, ".caption", "Alice writes auf Deutsch")
    await tab.keyboard.press("h")
    await tab.wait_for_selector("html[data-theme=contrast]")
    await tab.keyboard.press("ArrowRight")
    await shows(tab, ".caption", "How many?")
    assert await tab.locator(".bar, .right").count() == 0
    await tab.keyboard.press("3")
    await tab.keyboard.press("ArrowRight")
    await shows(tab, ".answers .right .bar", "1 Stimme")
    await tab.keyboard.press("e")
    await shows(tab, ".drawer", "SHA-256")
    await tab.keyboard.press("v")
    await shows(tab, ".stamp", "NICHT verhindert")
    await shows(tab, "#live", "NICHT verhindert")
    await tab.keyboard.press("b")
    await tab.wait_for_selector("#black:not([hidden])")
    await tab.keyboard.press("b")
    await tab.wait_for_selector("#black", state="hidden")
    await tab.keyboard.press("ArrowLeft")
    await shows(tab, ".caption", "The agency asks")
    world = await tab.locator(".world").text_content()
    await tab.keyboard.press("r")
    await shows(tab, "#told", "noch einmal R")
    await tab.keyboard.press("r")
    await shows(tab, "#live", "Alles gelöscht")
    assert await tab.locator(".world").text_content() != world


async def test_single_keys_can_be_turned_off(page: tuple[Any, Server]) -> None:
    tab, server = page
    await tab.click("#show-keys")
    await tab.uncheck("#keys-on")
    await tab.keyboard.press("Escape")
    await tab.keyboard.press("r")
    await tab.keyboard.press("ArrowRight")
    await shows(tab, ".caption", "Alice writes")
    assert server.classroom.room.place is not None


async def test_space_plays_and_stops_at_the_question(page: tuple[Any, Server]) -> None:
    tab, _ = page
    await tab.evaluate("document.activeElement.blur()")
    await tab.keyboard.press(" ")
    await shows(tab, ".caption", "How many?")
    await shows(tab, "#play", "Play")


async def test_the_presenters_window_keeps_in_step_and_alone_has_the_notes(
    page: tuple[Any, Server],
) -> None:
    tab, server = page
    async with tab.expect_popup() as opening:
        await tab.click("#go-presenter")
    desk = await opening.value
    await shows(desk, ".desk", "Let them predict")
    assert "#" not in desk.url
    assert "#" not in tab.url
    await desk.keyboard.press("PageDown")
    await shows(tab, ".caption", "Alice writes")
    await shows(desk, ".desk", "Point at the server")
    await tab.keyboard.press("ArrowRight")
    await shows(desk, ".next", "The agency asks")
    assert "Point at" not in await tab.content()
    await desk.fill("#pin", "2468")
    await desk.keyboard.press("Enter")
    await shows(desk, ".answer", "Because")
    await desk.keyboard.press("Escape")
    assert server.classroom.room.place is not None


async def test_a_report_opens_beside_the_lab_and_reads_without_scripts(
    page: tuple[Any, Server],
) -> None:
    tab, _ = page
    await tab.keyboard.press("v")
    await tab.wait_for_selector(".stamp")
    async with tab.context.expect_page() as opening:
        await tab.click("#take-report")
    paper = await opening.value
    await paper.wait_for_load_state()
    text = await paper.inner_text("body")
    assert "Alice writes" in text
    assert "SIMULATION / ÜBUNG" in text
    assert (
        await paper.evaluate("getComputedStyle(document.querySelector('.mark')).fontWeight")
        == "700"
    )


async def test_markup_in_any_field_is_text_on_every_page(chromium: Any) -> None:
    async with serving(HOSTILE_SCENARIO) as server, browsing(chromium) as (browser, complaints):
        desk = await browser.new_page()
        await desk.goto(server.presenter_url)
        tab = await browser.new_page()
        await tab.goto(server.url)
        await tab.click("#go-wall")
        await tab.click("#open-B2")
        for key in ("ArrowRight", "ArrowRight", "e", "ArrowRight", "ArrowRight"):
            await shows(tab, "h1", "<img src=x")
            assert await tab.locator("main img, main script, main b").count() == 0
            assert await desk.locator("main img, main script, main b").count() == 0
            await tab.keyboard.press(key)
        await shows(tab, ".limit", "<img src=x")
        assert complaints == []


async def test_without_its_token_a_page_shows_nothing(chromium: Any) -> None:
    async with serving() as server, browsing(chromium) as (browser, _):
        tab = await browser.new_page()
        await tab.goto(server.url.split("#")[0])
        await shows(tab, "#told", "#")
        await tab.goto(server.url.split("#")[0] + "presenter#" + "0" * 64)
        await shows(tab, "#told", "#")
        assert await tab.inner_text("main") == ""


async def test_another_site_in_the_same_browser_can_neither_read_nor_act(chromium: Any) -> None:
    async with serving() as server, serving() as other, browsing(chromium) as (browser, _):
        tab = await browser.new_page()
        await tab.goto(other.url)
        reads = f"fetch('http://127.0.0.1:{server.port}/').then(() => 'read', () => 'kept out')"
        assert await tab.evaluate(reads) == "kept out"
        listens = (
            f"new Promise(r => {{ const s = new WebSocket('ws://127.0.0.1:{server.port}/socket');"
            " s.onopen = () => r('in'); s.onerror = () => r('kept out') })"
        )
        assert re.search("kept out|CSP", str(await tab.evaluate(f"{listens}.catch(String)")))
