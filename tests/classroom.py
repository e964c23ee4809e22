"""A small scenario to teach with, and a classroom with windows, for tests of the lab's face."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from doorless_lab.runner import seeded
from doorless_lab.scenario import (
    Cell,
    Evidence,
    Exercise,
    Held,
    Level,
    Line,
    Outcome,
    Parameter,
    Power,
    Precedent,
    Product,
    Question,
    Scenario,
    Scene,
    Seat,
    Step,
    Tone,
    Verdict,
)
from doorless_lab.web.classroom import Outside
from doorless_lab.web.server import Server
from doorless_lab.words import Language, Words, same

TOKEN = "ab" * 32
PIN = "2468"
HASH = "00ff" * 16
HOSTILE = "<img src=x onerror=alert(1)></script><b>&\"'"


def both(text: str) -> Words:
    """Recognisable in each language."""
    return Words(f"{text} auf Deutsch", f"{text} in English")


def judge(held: Held) -> Verdict:
    found = held["scan"].facts["found"]
    outcome = Outcome.EXPOSED if found else Outcome.PREVENTED
    return Verdict(outcome, float(found), both(f"{found} of 24"))


async def _play(scene: Scene) -> AsyncGenerator[Step, None]:
    readable = scene.product is Product.CLOUD
    found = scene.settings["messages"] if readable else 0
    yield Step(
        both("Alice writes"),
        {
            Seat.BOB: (Line(same("hello"), Tone.SAID),),
            Seat.RELAY: (Line(same(f"sealed {HASH}"), Tone.SEALED),),
            Seat.ALICE: (Line(same("hello"), Tone.SAID), Line(both("verified"))),
        },
        detail=both("More"),
        notes=both("Point at the server"),
    )
    yield Step(
        both("The agency asks"),
        {Seat.AGENCY: (Line(both("24 asked"), Tone.HELD if readable else Tone.MISSING),)},
        evidence=(
            Evidence("scan", both("Markers"), {"markers": 24, "found": found}, b"proof" * 9),
        ),
        question=Question(both("How many?"), (same("0"), same("12"), same("24")), 2 * readable),
    )


SAMPLE = Scenario(
    id="A1",
    slug="sample",
    title=both("A sample"),
    claim=both("The operator reads all"),
    precedents=(Precedent(both("It happened"), "2016", checked=False),),
    powers=frozenset({Power.COURT_ORDER, Power.SERVER_READ}),
    cells=(
        Cell(Product.E2EE, both("content"), judge, Outcome.PREVENTED),
        Cell(Product.CLOUD, both("content"), judge, Outcome.EXPOSED),
    ),
    play=_play,
    notes=both("Let them predict"),
    exercises=(Exercise(both("Why?"), both("Because"), Level.RECALL),),
    limit=both("Metadata remain"),
    parameters={"messages": Parameter(both("Messages"), 24, 1, 40)},
    law_as_of="2026-09-01",
)


async def _hostile_play(_scene: Scene) -> AsyncGenerator[Step, None]:
    words = same(HOSTILE)
    yield Step(
        words,
        {seat: tuple(Line(words, tone) for tone in Tone) for seat in list(Seat)[:4]},
        evidence=(
            Evidence(
                "scan", words, {HOSTILE: HOSTILE, "found": 0}, b"<script>", "text/html", HOSTILE
            ),
        ),
        question=Question(words, (words, words), 0),
        detail=words,
        notes=words,
    )


def _hostile_judge(_held: Held) -> Verdict:
    return Verdict(Outcome.LIMITED, 1, same(HOSTILE))


HOSTILE_SCENARIO = Scenario(
    id="B2",
    slug="hostile",
    title=same(HOSTILE),
    claim=same(HOSTILE),
    precedents=(Precedent(same(HOSTILE), HOSTILE, checked=True),),
    powers=frozenset(),
    cells=(Cell(Product.E2EE, same(HOSTILE), _hostile_judge, Outcome.LIMITED),),
    play=_hostile_play,
    notes=same(HOSTILE),
    exercises=(Exercise(same(HOSTILE), same(HOSTILE), Level.DISPUTE),),
    limit=same(HOSTILE),
    parameters={"n": Parameter(same(HOSTILE), 1, 0, 9)},
    law_as_of=HOSTILE,
)


def outside(*scenarios: Scenario, step_seconds: float = 0.01) -> Outside:
    return Outside(
        lambda: scenarios or (SAMPLE,), seeded(b"classroom"), lambda: 1_790_000_000, step_seconds
    )


@asynccontextmanager
async def serving(
    *scenarios: Scenario, language: Language = "en", step_seconds: float = 0.01
) -> AsyncIterator[Server]:
    server = Server(outside(*scenarios, step_seconds=step_seconds), language, TOKEN, PIN)
    try:
        await server.start()
        yield server
    finally:
        await server.close()


async def played(server: Server) -> None:
    """Wait until each run that somebody wanted is over."""
    while server.classroom.shelf.left:  # noqa: ASYNC110  (runs have threads of their own)
        await asyncio.sleep(0.01)


class Window:
    """One window without a browser: what it was told last, and what it does."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.room: dict[str, Any] = {}

    async def tell(self) -> dict[str, Any]:
        """The next thing that the lab says."""
        found: dict[str, Any] = json.loads(await self.connection.recv())
        self.room = found.get("room", self.room)
        return found

    async def act(self, do: str, **more: object) -> None:
        await self.connection.send(json.dumps({"do": do, **more}))

    async def until(self, path: str, value: object) -> dict[str, Any]:
        """Read on until the room has this, for example "scenario.shown" 2."""
        while True:
            found: Any = self.room
            for part in path.split("."):
                if isinstance(found, list):
                    found = found[int(part)]
                else:
                    found = found.get(part) if found else None
            if found == value:
                return self.room
            await self.tell()

    async def refusal(self) -> str:
        """Why the last action was not done."""
        while "refused" not in (told := await self.tell()):
            pass
        return str(told["refused"])

    async def opened(self, scenario: str) -> None:
        """Its claim is on show, and all of its runs are over."""
        await self.act("open", scenario=scenario)
        await self.until("scenario.id", scenario)
        await self.until("left", 0)

    async def paper(self, what: str, name: str = "") -> dict[str, Any]:
        """The answer to a wish for one: `paper` or `refused`."""
        await self.act("export", what=what, name=name)
        while True:
            told = await self.tell()
            if "room" not in told:
                return told


@asynccontextmanager
async def window(
    server: Server, role: str = "projector", token: str = TOKEN
) -> AsyncIterator[Window]:
    origin = f"http://127.0.0.1:{server.port}"
    async with connect(f"ws://127.0.0.1:{server.port}/socket", origin=origin) as connection:
        await connection.send(json.dumps({"do": "enter", "token": token, "role": role}))
        found = Window(connection)
        await found.tell()
        yield found
