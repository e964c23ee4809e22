"""A3 as it is played: who wrote it? Asked of the past, then of the future, four ways."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from doorless_lab.adversary import Adversary, arm
from doorless_lab.person import Person
from doorless_lab.plays import sender_lines as show
from doorless_lab.powers import CourtOrder, Gag, ServerLogOn, ServerRead
from doorless_lab.scenario import Scene, Seat, Step
from doorless_lab.stage import until
from doorless_lab.staging.control import Order
from doorless_lab.staging.desk import LabDesk
from doorless_lab.staging.lab_stage import WITHIN, LabStage, heard, say
from doorless_lab.staging.machine import Machine
from doorless_lab.staging.operator import CompelledOperator
from doorless_lab.staging.paper import COURT_US, demand_toml, silence_toml

HOME, SCHOOL, PROXY = "203.0.113.7", "198.51.100.1", "192.0.2.50"
"""Where Alice writes from: alone, among a school, through a proxy."""

CAROLS, BOBS = "198.51.100.77", "203.0.113.99"

SILENCE = timedelta(days=60)
"""For as long as traffic may be recorded on one order."""

EACH = 3
"""Messages in each variant."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What the log shows of some messages to one mailbox.

    Attributes:
        addresses: from which they came.
        candidates: handles of those who were at one of these addresses.
        tokens: how many different delivery tokens they came with.
        lines: of the log, to be shown.
    """

    addresses: frozenset[str]
    candidates: frozenset[str]
    tokens: int
    lines: tuple[str, ...]


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    async with LabStage(scene) as stage:
        stage.internet = {"alice": HOME, "carol": CAROLS, "bob": BOBS}
        people = (("alice", "Alice"), ("carol", "Carol"), ("bob", "Bob"))
        alice, carol, bob = await stage.friends(*people)
        bob.cut()
        _send_receipts(carol, on=False)
        await _write(alice, carol, "before")
        machine = ServerRead(stage.machine())
        operator = arm(scene, Seat.RELAY, machine)
        desk = LabDesk(operator.use(ServerRead).of.data, stage.clock, scene.random)
        answer = await desk.answer(await desk.take(_demand(stage.clock.now())))
        agency = arm(scene, Seat.AGENCY, CourtOrder(answer))
        yield show.asked_of_the_past(agency.use(CourtOrder).of, len(_envelopes(operator)))

        silence = Gag(_end_of_silence(stage.clock.now()))
        agency = arm(scene, Seat.AGENCY, CourtOrder(answer), silence)
        order = _order(stage.clock.now(), agency.use(Gag).of)
        answer = await desk.answer(await desk.take(order))
        agency = arm(scene, Seat.AGENCY, CourtOrder(answer), silence)
        switch = ServerLogOn(await CompelledOperator.at(stage.relay, stage.control_folder))
        operator = arm(scene, Seat.RELAY, machine, switch)
        operator.use(ServerLogOn).of.obey(Order(addresses=True))
        since = stage.clock.now() - scene.now
        yield show.log_is_on(since, agency.use(CourtOrder).of, agency.use(Gag).of)

        yield show.direct(await _traced(stage, operator, alice, carol, HOME))
        await _others_at(stage, SCHOOL, "pupil", scene.settings["pupils"] - 1)
        yield show.school(await _traced(stage, operator, alice, carol, SCHOOL))
        await _others_at(stage, PROXY, "proxied", scene.settings["proxied"] - 1)
        yield show.proxy(await _traced(stage, operator, alice, carol, PROXY))

        _send_receipts(carol, on=True)
        seen = len(_envelopes(operator))
        await _write(alice, carol, "with receipts")
        await until(lambda: bool(_answered(operator, seen)), WITHIN, "Carol's receipt")
        yield show.receipts(_answered(operator, seen))


def _demand(now: float) -> bytes:
    return demand_toml(
        "EX-3-SENDER",
        office=COURT_US,
        instrument="US_2703D",
        categories=("id", "traffic"),
        targets=("carol",),
        now=now,
        scope="the sender of the messages that @carol got from 10:02 to 10:05",
    )


def _order(now: float, silent_until: date) -> bytes:
    order = demand_toml(
        "EX-3-LOG",
        office=COURT_US,
        instrument="US_PRTT",
        categories=("traffic_live",),
        targets=("carol",),
        now=now,
        scope="address and time of whatever is sent to @carol, from now on",
    )
    return order + silence_toml(silent_until, "18 USC 3123(d)")


def _end_of_silence(now: float) -> date:
    return datetime.fromtimestamp(now, UTC).date() + SILENCE


def _send_receipts(person: Person, *, on: bool) -> None:
    settings = person.messenger.settings
    person.messenger.change_settings(replace(settings, delivery_receipts=on, read_receipts=on))


async def _write(sender: Person, hearer: Person, what: str) -> None:
    for number in range(EACH):
        await say(sender, hearer, f"{what}, message {number}")
        await heard(hearer, sender, f"{what}, message {number}")


async def _others_at(stage: LabStage, address: str, name: str, count: int) -> None:
    """So many others who are there while the log is on."""
    for number in range(count):
        handle = f"{name}-{number:02}"
        stage.internet[handle] = address
        await stage.sign_up(handle)


async def _traced(
    stage: LabStage, operator: Adversary, alice: Person, carol: Person, address: str
) -> Trace:
    """Alice writes from an address; what the operator's log makes of it."""
    await stage.move(alice, address)
    before = len(_envelopes(operator))
    await _write(alice, carol, f"from {address}")
    to = _mailbox(operator, carol.handle)
    found = [line for line in _envelopes(operator)[before:] if line["mailbox"] == to]
    addresses = frozenset(str(line["address"]) for line in found)
    handles = _handles(operator)
    present = frozenset(
        handles[line["account"]]
        for line in operator.use(ServerRead).of.pile.noted("sign-in")
        if line["address"] in addresses and line["account"] in handles
    )
    lines = tuple(f"{_moment(line['at'])}  {line['address']}" for line in found)
    return Trace(addresses, present, len({line["token"] for line in found}), lines)


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"


def _answered(operator: Adversary, since: int) -> frozenset[str]:
    """Whose mailboxes got something from Carol's address, from that line of the log on."""
    owners = _owners(operator)
    lines = _envelopes(operator)[since:]
    return frozenset(owners[line["mailbox"]] for line in lines if line["address"] == CAROLS)


def _handles(operator: Adversary) -> Mapping[str, str]:
    """By account, as the relay's database has them."""
    return {values["id"].hex(): values["handle"] for values in _rows(operator, "accounts")}


def _owners(operator: Adversary) -> Mapping[str, str]:
    """By mailbox."""
    handles = _handles(operator)
    return {
        values["mailbox"].hex(): handles[values["account"].hex()]
        for values in _rows(operator, "devices")
    }


def _mailbox(operator: Adversary, handle: str) -> str:
    """Where somebody's envelopes go, in hex."""
    (found,) = [mailbox for mailbox, owner in _owners(operator).items() if owner == handle]
    return found


def _envelopes(operator: Adversary) -> list[dict[str, Any]]:
    """What was written down of each, oldest first."""
    machine: Machine = operator.use(ServerRead).of
    return machine.pile.noted("envelope")


def _rows(operator: Adversary, table: str) -> list[dict[str, Any]]:
    machine: Machine = operator.use(ServerRead).of
    return machine.table(table)
