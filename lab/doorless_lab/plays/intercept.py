"""A2 as it is played: from now on, everything is copied. What is it worth, now and later?"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from doorless_client.core.sessions import Sessions
from doorless_client.store.base import Store
from doorless_lab.adversary import Adversary, arm
from doorless_lab.doors.stored import as_kept, opened, stored
from doorless_lab.evidence import draw_markers, leak_scan
from doorless_lab.leakscan import Marker, draw_marker
from doorless_lab.person import Person
from doorless_lab.plays import intercept_lines as show
from doorless_lab.powers import (
    CourtOrder,
    DeviceUnlocked,
    EscrowKey,
    ServerLogOn,
    ServerRead,
    StoreNow,
)
from doorless_lab.products.mandated import escrow
from doorless_lab.scenario import Evidence, Product, Scene, Seat, Step
from doorless_lab.staging.control import Order
from doorless_lab.staging.desk import LabDesk
from doorless_lab.staging.lab_stage import LabStage, heard, introduce, kept, say
from doorless_lab.staging.machine import Machine
from doorless_lab.staging.operator import CompelledOperator
from doorless_lab.staging.paper import COURT_US, demand_toml
from doorless_lab.threads import in_thread
from doorless_protocol.errors import DoorlessError
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.ratchet.triple import read

MESSAGES = 40

NEW_CONTACT = 30
"""After so many messages Carol signs up; Alice meets her, and the rest is between those two."""

PAUSE = 20
"""Seconds of the stage's clock between two messages. Together they stay below the quarter of an
hour after which clients take the key log's last word for stale: it goes by its own clock."""

WAITING = 2
"""Messages that Alice's device has not got when it is seized: the control of what comes then."""

Noted = Sequence[Mapping[str, Any]]
"""Lines of the pile."""

KEY, CONTEXT = 32, 33
"""Bytes of a secret, and of what stands for the direction in each message's context."""


@dataclass(frozen=True, slots=True)
class Seized:
    """What the agency opens with Alice's device.

    Attributes:
        delivered: envelopes of the pile that reached a device before, and how many open.
        waiting: those that still waited, and how many open: they have to, or nobody tried.
    """

    delivered: tuple[int, int]
    waiting: tuple[int, int]


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    steps = _e2ee if scene.product is Product.E2EE else _mandated
    async for step in steps(scene):
        yield step


async def _e2ee(scene: Scene) -> AsyncGenerator[Step, None]:
    markers = draw_markers(scene.random, MESSAGES)
    common = draw_marker("every message", scene.random)
    async with LabStage(scene) as stage:
        stage.internet = {"alice": "203.0.113.7", "bob": "198.51.100.20", "carol": "192.0.2.33"}
        alice, bob = await stage.friends(("alice", "Alice"), ("bob", "Bob"))
        machine = ServerRead(stage.machine())
        operator = arm(scene, Seat.RELAY, machine)
        data = operator.use(ServerRead).of.data
        desk = LabDesk(data, stage.clock, scene.random)
        order = CourtOrder(await desk.answer(await desk.take(_demand(stage.clock.now()))))
        agency = arm(scene, Seat.AGENCY, order)
        yield show.ordered(agency.use(CourtOrder).of)
        switch = ServerLogOn(await CompelledOperator.at(stage.relay, stage.control_folder))
        operator = arm(scene, Seat.RELAY, machine, switch)
        operator.use(ServerLogOn).of.obey(Order(envelopes=True, addresses=True))
        await _talk(stage, alice, bob, [f"{common.text} {one.text}" for one in markers])
        await stage.quiet(alice, bob)
        stored_now = StoreNow(operator.use(ServerRead).of.pile)
        agency = arm(scene, Seat.AGENCY, order, stored_now)
        delivered = agency.use(StoreNow).of.noted("envelope")
        yield show.copied(delivered, agency.use(StoreNow).of.index.read_bytes())
        found = await in_thread(lambda: _searched(operator, agency, markers, common))
        yield show.searched(found, *tried_secrets(operator))
        alice.cut()
        arrived = len(agency.use(StoreNow).of.noted("envelope"))
        await kept(bob, alice, [f"are you there, {number}" for number in range(WAITING)])
        agency = arm(scene, Seat.AGENCY, order, stored_now, DeviceUnlocked(alice.store))
        late = agency.use(StoreNow).of.noted("envelope")[arrived:]
        yield show.seized(_seized(agency, delivered, late, stage.clock.now()))


def _searched(
    operator: Adversary, agency: Adversary, markers: Sequence[Marker], common: Marker
) -> Evidence:
    machine: Machine = operator.use(ServerRead).of
    held = {"pile": agency.use(StoreNow).of.folder, "logs": machine.logs}
    return leak_scan(markers, held, memory=machine.memory(common), name="pile")


def _demand(now: float) -> bytes:
    return demand_toml(
        "EX-2-INTERCEPT",
        office=COURT_US,
        instrument="US_T3",
        categories=("traffic_live", "content_live"),
        targets=("alice",),
        now=now,
        scope="all that @alice sends and receives from now on, as it passes",
    )


async def _talk(stage: LabStage, alice: Person, bob: Person, texts: Sequence[str]) -> None:
    other = bob
    for at, text in enumerate(texts):
        if at == NEW_CONTACT:
            other = await stage.enrol("carol", "Carol", "Carol")
            await introduce(alice, other)
        sender, hearer = (alice, other) if at % 2 else (other, alice)
        await say(sender, hearer, text)
        await heard(hearer, sender, text)
        stage.clock.advance(PAUSE)


def tried_secrets(operator: Adversary) -> tuple[int, int]:
    """Every secret that the relay has, on every copy: how often that was tried, and worked."""
    machine: Machine = operator.use(ServerRead).of
    secrets = {
        content[at : at + KEY]
        for path in machine.data.rglob("keys/*")
        for content in (path.read_bytes(),)
        for at in range(0, len(content) - KEY + 1, KEY)
    }
    envelopes = machine.pile.envelopes(machine.pile.noted("envelope"))
    worked = 0
    for secret in secrets:
        for envelope in envelopes:
            with suppress(DoorlessError):
                read(secret, envelope, bytes(CONTEXT))
                worked += 1
    return len(secrets) * len(envelopes), worked


def _seized(agency: Adversary, delivered: Noted, late: Noted, now: float) -> Seized:
    """`late`: what was noted since the device went away, to whomever."""
    store, pile = agency.use(DeviceUnlocked).of, agency.use(StoreNow).of
    keys = _keys(store)
    mailbox = bytes(keys.mailbox).hex()
    old = pile.envelopes(delivered)
    new = pile.envelopes(line for line in late if line["mailbox"] == mailbox)
    return Seized(
        (len(old), _opened(store, keys, old, now)),
        (len(new), _opened(store, keys, new, now)),
    )


def _keys(store: Store) -> DeviceKeys:
    """Of the device. Raises ValueError: there is no account on it."""
    own = store.own.last()
    if own is None:
        raise ValueError("there is no account on this device")
    return DeviceKeys.decode(own.device_keys)


def _opened(store: Store, keys: DeviceKeys, envelopes: Sequence[bytes], now: float) -> int:
    """How many open with all the keys that are on the device, each tried by itself and in turn."""
    count, sessions = 0, list(Sessions(store).newest_first())
    for envelope in envelopes:
        for at, session in enumerate(sessions):
            with suppress(DoorlessError):
                sessions[at], _ = session.open(envelope, now, keys.kem)
                count += 1
                break
    return count


async def _mandated(scene: Scene) -> AsyncGenerator[Step, None]:
    law = stored(scene, MESSAGES)
    key = EscrowKey(escrow.join(*law.halves))
    agency = arm(scene, Seat.AGENCY, StoreNow(law.sent), key)
    pile = agency.use(StoreNow).of
    yield show.escrowed(len(pile))
    contents = opened(agency.use(EscrowKey).of, pile)
    held = {"opened": b"\n".join(contents), "pile": as_kept(pile)}
    evidence = leak_scan(law.markers, held, name="pile")
    yield show.searched(evidence, len(contents), len(contents))
