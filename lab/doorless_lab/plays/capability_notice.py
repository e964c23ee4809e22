"""A8 as it is played: every way to build a door is tried, and the others' runs decide."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from doorless_lab.adversary import Adversary, arm
from doorless_lab.catalogue import find
from doorless_lab.plays import capability_lines as show
from doorless_lab.plays.intercept import tried_secrets
from doorless_lab.powers import (
    BuildChangeAll,
    BuildChangeOne,
    CourtOrder,
    DirectoryWrite,
    Gag,
    Handle,
    LogEquivocate,
    ServerLogOn,
    ServerRead,
    ServerWrite,
)
from doorless_lab.runner import Conditions
from doorless_lab.runner import play as play_other
from doorless_lab.scenario import Outcome, Power, Product, Scene, Seat, Step, Verdict
from doorless_lab.staging.control import Order
from doorless_lab.staging.desk import LabDesk
from doorless_lab.staging.lab_stage import LabStage, heard, say
from doorless_lab.staging.operator import CompelledOperator
from doorless_lab.staging.paper import MINISTRY_GB, demand_toml, silence_toml
from doorless_lab.words import Words

MESSAGES = 3

STATUTE = "Investigatory Powers Act 2016 s. 255(8)"
"""What forbids to speak of such a notice; it names no end."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A way to build a door, and the verdict of another scenario that decides about it.

    Attributes:
        where: "server", "client", or "verified": a client whose builds are checked.
        cell: which verdict, by its English words.
    """

    where: str
    name: Words
    scenario: str
    product: Product
    cell: str


Ways = tuple[Mechanism, ...]
"""What one power opens."""

AT_THE_SERVER: Final[tuple[Handle[Ways], ...]] = (
    ServerWrite(
        (
            Mechanism(
                "server",
                Words("Schlüssel beim ersten Kontakt tauschen", "swap keys at the first contact"),
                *("B1", Product.E2EE, "a: only the answer is forged"),
            ),
            Mechanism(
                "server",
                Words("ein Geistergerät eintragen", "list a ghost device"),
                *("B3", Product.E2EE, "a: forged list"),
            ),
            Mechanism(
                "server",
                Words("die Verschlüsselung schwächen", "weaken the encryption"),
                *("B8", Product.E2EE, "c: changed in flight"),
            ),
        )
    ),
    DirectoryWrite(
        (
            Mechanism(
                "server",
                Words("das Verzeichnis fälschen", "forge the directory"),
                *("B1", Product.E2EE, "b: the log is forged as well"),
            ),
        )
    ),
    LogEquivocate(
        (
            Mechanism(
                "server",
                Words("zwei Verzeichnisse führen", "keep two directories"),
                *("B5", Product.E2EE, "one honest channel is left"),
            ),
        )
    ),
)

IN_THE_CLIENT: Final[tuple[Handle[Ways], ...]] = (
    BuildChangeAll(
        (
            Mechanism(
                "client",
                Words("Schlüssel hinterlegen", "escrow the keys"),
                *("E1", Product.MANDATED, "everybody whom nobody seeks"),
            ),
            Mechanism(
                "client",
                Words("im Programm mitsuchen", "scan inside the program"),
                *("E4", Product.MANDATED, "an innocent picture"),
            ),
            Mechanism(
                "verified",
                Words(
                    "ein Update für alle, nachgebaut", "an update for everybody, rebuilt by others"
                ),
                *("E5", Product.MANDATED, "to everybody, with rebuilders"),
            ),
        )
    ),
    BuildChangeOne(
        (
            Mechanism(
                "client",
                Words("ein Update nur für Alice", "an update for Alice alone"),
                *("E5", Product.MANDATED, "to Alice alone, unchecked"),
            ),
            Mechanism(
                "verified",
                Words("dasselbe, Update-Protokoll geprüft", "the same, the log of updates checked"),
                *("E5", Product.MANDATED, "to Alice alone, log checked"),
            ),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """A mechanism, and what became of it in a run of its scenario."""

    where: str
    name: Words
    scenario: str
    verdict: Verdict


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    if scene.product is Product.E2EE:
        async for step in _at_the_server(scene):
            yield step
    else:
        operator = arm(scene, Seat.RELAY, *IN_THE_CLIENT)
        yield show.in_the_client(await _tried(operator, BuildChangeAll, BuildChangeOne))
    yield show.options(scene.product is Product.E2EE)


async def _at_the_server(scene: Scene) -> AsyncGenerator[Step, None]:
    async with LabStage(scene) as stage:
        alice, bob = await stage.friends(("alice", "Alice"), ("bob", "Bob"))
        machine = ServerRead(stage.machine())
        operator = arm(scene, Seat.RELAY, machine)
        data = operator.use(ServerRead).of.data
        desk = LabDesk(data, stage.clock, scene.random, country="GB")
        for_ever: Gag[date | None] = Gag(None)
        ministry = arm(scene, Seat.AGENCY, for_ever)
        silence = silence_toml(ministry.use(Gag).of, STATUTE)
        answer = await desk.answer(await desk.take(_notice(stage.clock.now()) + silence))
        ministry = arm(scene, Seat.AGENCY, for_ever, CourtOrder(answer))
        yield show.noticed(ministry.use(CourtOrder).of)
        switch = ServerLogOn(await CompelledOperator.at(stage.relay, stage.control_folder))
        operator = arm(scene, Seat.RELAY, machine, switch)
        operator.use(ServerLogOn).of.obey(Order(envelopes=True))
        for number in range(MESSAGES):
            await say(alice, bob, f"message {number}")
            await heard(bob, alice, f"message {number}")
        attempts, opened = tried_secrets(operator)
    copy = Tried("server", show.COPY, "A2", _of_the_copy(attempts, opened))
    yield show.keys_copied(attempts, opened)
    operator = arm(scene, Seat.RELAY, *AT_THE_SERVER)
    tried = await _tried(operator, ServerWrite, DirectoryWrite, LogEquivocate)
    yield show.at_the_server([copy, *tried])


def _notice(now: float) -> bytes:
    return demand_toml(
        "EX-8-CAPABILITY",
        office=MINISTRY_GB,
        instrument="UK_TCN",
        categories=("capability",),
        targets=("alice",),
        now=now,
        scope="provide and maintain the capability to disclose content in an intelligible form",
        mechanism="remove electronic protection applied by or on behalf of the operator",
    )


def _of_the_copy(attempts: int, opened: int) -> Verdict:
    outcome = Outcome.EXPOSED if opened else Outcome.PREVENTED
    because = Words(
        f"{opened} von {attempts} Versuchen gelangen.",
        f"{opened} of {attempts} attempts succeeded.",
    )
    return Verdict(outcome, opened, because)


async def _tried(operator: Adversary, *powers: type[Handle[Ways]]) -> list[Tried]:
    """All that these powers open, each in a run of the scenario that decides about it."""
    return [await _decided(way, one.power) for one in powers for way in operator.use(one).of]


async def _decided(way: Mechanism, power: Power) -> Tried:
    """Raises KeyError: nobody had this power in that run, or it came to no such verdict."""
    played = await play_other(find(way.scenario), way.product, Conditions())
    if power not in played.armed:
        raise KeyError(f"in {way.scenario} nobody has the power {power}")
    verdicts: Sequence[Verdict] = [
        judged.verdict
        for judged in played.judged
        if judged.cell.what.en == way.cell and judged.verdict is not None
    ]
    if not verdicts:
        raise KeyError(f"{way.scenario} does not say what became of {way.name.en}")
    return Tried(way.where, way.name, way.scenario, verdicts[0])
