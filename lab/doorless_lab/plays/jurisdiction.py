"""A6: one mailbox in two countries, and six legal routes to it.

doorless   the mailbox lies at a relay in Dublin, and moved to another process in Redmond
cloud      the same conversation at a service that can read

At each place each order is answered by the product's own desk, by the law of that route.
"""

import json
import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from doorless_lab.adversary import arm
from doorless_lab.evidence import Places, draw_markers, leak_scan, scan_bytes
from doorless_lab.leakscan import Marker
from doorless_lab.person import Person
from doorless_lab.plays.jurisdiction_lines import asked, matrix, ordered, searched, talked
from doorless_lab.plays.routes import PLACES, ROUTES, Route
from doorless_lab.powers import CourtOrder, ServerRead
from doorless_lab.products.cloud import CloudPerson, CloudService
from doorless_lab.products.cloud_desk import answer as cloud_answer
from doorless_lab.products.cloud_desk import production
from doorless_lab.relay_process import RelayProcess
from doorless_lab.scenario import Fact, Product, Scene, Seat, Step
from doorless_lab.stage import RELAY_NAME, until
from doorless_lab.staging.desk import LabDesk
from doorless_lab.staging.lab_stage import WITHIN, LabStage, heard, kept, say
from doorless_lab.staging.paper import demand_toml
from doorless_lab.threads import in_thread
from doorless_server.datadir import DATABASE
from doorless_server.demands.begun import FOLDER
from doorless_server.demands.checks import Facts
from doorless_server.demands.entity import Operator
from doorless_server.demands.intake import parse
from doorless_server.demands.workflow import OUT
from doorless_server.store.schema import open_reader

WAIT = 3
"""Messages that Alice has not collected: they are what lies in her mailbox."""

CATEGORIES = ("basic", "content_stored")
ALL_THAT_THE_LAW_ALLOWS, NONE_OF_THEM = 1, 2
"""Which answer to the question is the right one."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one order reached at one place.

    Attributes:
        contents: what lies sealed, or in the clear, in what was handed over; nothing: refused.
    """

    produced: bool
    contents: tuple[bytes, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Of the set of contents."""
        return sha256(b"".join(sorted(sha256(one).digest() for one in self.contents))).hexdigest()


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    steps = _cloud if scene.product is Product.CLOUD else _e2ee
    async for step in steps(scene):
        yield step


async def _e2ee(scene: Scene) -> AsyncGenerator[Step, None]:
    markers = draw_markers(scene.random)
    async with LabStage(scene) as stage:
        alice, bob = await stage.friends(("alice", "Alice"), ("bob", "Bob"))
        await _talk(alice, bob, [marker.text for marker in markers], stage.relay.data)
        async with await _moved(stage) as redmond:
            yield talked(len(markers), WAIT, readable=False)
            yield asked(NONE_OF_THEM)
            operators = {
                place: arm(scene, Seat.RELAY, ServerRead(relay.data))
                for place, relay in zip(PLACES, (stage.relay, redmond), strict=True)
            }
            desks = {
                place: LabDesk(operator.use(ServerRead).of, stage.clock, scene.random)
                for place, operator in operators.items()
            }
            table: dict[str, dict[str, Given]] = {}
            for route in ROUTES:
                row = {
                    place: await _ordered(desks[place], route, country)
                    for place, country in zip(PLACES, route.binds, strict=True)
                }
                agency = arm(scene, Seat.AGENCY, CourtOrder(row))
                table[route.id] = agency.use(CourtOrder).of
                yield _told(route, table[route.id], markers)
            yield _matrix(table)
            held: Places = {
                "all of Dublin": operators["Dublin"].use(ServerRead).of,
                "handed over in Redmond": operators["Redmond"].use(ServerRead).of / FOLDER / OUT,
            }
            yield searched(await in_thread(lambda: leak_scan(markers, held)))


async def _moved(stage: LabStage) -> RelayProcess:
    """A second relay, that goes on where the first one is: a process and a folder of its own."""
    data = stage.folder / "redmond"
    await stage.relay.stop()
    shutil.copytree(stage.relay.data, data)
    await stage.relay.start()
    program = ("doorless_lab.relay", "--control", str(stage.control_folder.folder))
    return RelayProcess(RELAY_NAME, data, stage.logs / "redmond.log", {}, program=program)


async def _ordered(desk: LabDesk, route: Route, country: str) -> Given:
    desk.move_to(country)
    answer = await desk.answer(await desk.take(_toml(route, desk.sources.clock())))
    produced = any(item.records for item in answer.response.items)
    envelopes = answer.folder.glob("ciphertext/*")
    return Given(produced, tuple(path.read_bytes() for path in envelopes))


def _toml(route: Route, now: float) -> bytes:
    return demand_toml(
        f"EX-{route.id}",
        office=route.office,
        instrument=route.instrument,
        categories=CATEGORIES,
        targets=("alice",),
        now=now,
        scope="When the account was made, and all of its messages.",
    )


async def _talk(alice: Person, bob: Person, texts: Sequence[str], relay: Path) -> None:
    """From Bob to Alice; the last ones wait in her mailbox."""
    for text in texts[:-WAIT]:
        await say(bob, alice, text)
    await heard(alice, bob, texts[-WAIT - 1])
    await until(lambda: not _waiting(relay), WITHIN, "an empty mailbox")
    await kept(bob, alice, texts[-WAIT:])
    bob.cut()  # from here on nothing comes to lie in one place and not in the other


def _waiting(relay: Path) -> int:
    """Envelopes that the relay holds."""
    with closing(open_reader(relay / DATABASE)) as db:
        (count,) = db.execute("SELECT count(*) FROM envelopes").fetchone()
    return int(count)


async def _cloud(scene: Scene) -> AsyncGenerator[Step, None]:
    markers = draw_markers(scene.random)
    async with CloudService(scene.folder / "cloud", lambda: scene.now) as service:
        alice = await CloudPerson.register(service, "alice", "Alice")
        bob = await CloudPerson.register(service, "bob", "Bob")
        try:
            for marker in markers:
                await bob.says("alice", marker.text)
            yield talked(len(markers), len(await alice.hears()), readable=True)
        finally:
            alice.leave()
            bob.leave()
        yield asked(ALL_THAT_THE_LAW_ALLOWS)
        operator = arm(scene, Seat.RELAY, ServerRead(service.folder))
        table: dict[str, dict[str, Given]] = {}
        for route in ROUTES:
            row = {
                place: _openly(operator.use(ServerRead).of, route, country, scene.now)
                for place, country in zip(PLACES, route.binds, strict=True)
            }
            agency = arm(scene, Seat.AGENCY, CourtOrder(row))
            table[route.id] = agency.use(CourtOrder).of
            yield _told(route, table[route.id], markers)
        yield _matrix(table)
        yield searched(leak_scan(markers, _all_given(table)))


def _openly(folder: Path, route: Route, country: str, now: int) -> Given:
    facts = Facts(Operator(RELAY_NAME, country=country), now)
    answered = cloud_answer(folder, parse(_toml(route, now)), facts)
    produced = any(one.rows for one in answered)
    return Given(produced, (production(answered),) if produced else ())


def _all_given(table: Mapping[str, Mapping[str, Given]]) -> Places:
    return {
        f"{route} {place}": b"\n".join(given.contents)
        for route, row in table.items()
        for place, given in row.items()
    }


def _told(route: Route, row: Mapping[str, Given], markers: Sequence[Marker]) -> Step:
    contents = {place: b"\n".join(given.contents) for place, given in row.items()}
    read = scan_bytes(markers, contents)
    return ordered(route, {place: given.produced for place, given in row.items()}, read)


def _matrix(table: Mapping[str, Mapping[str, Given]]) -> Step:
    produced = [given for row in table.values() for given in row.values() if given.produced]
    reached = {
        route: {place: given.produced for place, given in row.items()}
        for route, row in table.items()
    }
    hashes = {
        route: {place: given.fingerprint for place, given in row.items() if given.produced}
        for route, row in table.items()
    }
    facts: dict[str, Fact] = {
        "cells": len(ROUTES) * len(PLACES),
        "produced": len(produced),
        "envelopes": max((len(given.contents) for given in produced), default=0),
        "different": len({given.fingerprint for given in produced}),
    }
    return matrix(reached, facts, json.dumps(hashes, indent=1).encode())
