"""E5: the vendor is ordered to send an update that takes the key along."""

from collections.abc import AsyncGenerator
from typing import Any

from doorless_lab.adversary import Adversary, arm
from doorless_lab.doors import on_disk
from doorless_lab.doors import update_steps as show
from doorless_lab.doors.update_steps import Attempt
from doorless_lab.doors.verdicts import read_or_not
from doorless_lab.doors.workshop import MESSAGES, Channel, Workshop
from doorless_lab.powers import BuildChangeAll, BuildChangeOne, CourtOrder, Handle
from doorless_lab.products.mandated import update
from doorless_lab.products.mandated.update import Policy
from doorless_lab.scenario import (
    Cell,
    Exercise,
    Held,
    Judge,
    Level,
    Outcome,
    Parameter,
    Power,
    Precedent,
    Product,
    Scenario,
    Scene,
    Seat,
    Step,
    Verdict,
)
from doorless_lab.words import Words
from doorless_protocol.primitives import sha256


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    workshop = Workshop(scene)
    yield show.rebuilt(
        [sha256(update.build(update.client_source())) for _ in range(2)],
        len(workshop.source),
        len(workshop.clean),
    )
    if scene.product is Product.E2EE:
        yield show.honest(_unchanged(scene, workshop))
        return
    evil_source = update.poisoned(workshop.source)
    evil = update.build(evil_source)
    lines = update.difference(workshop.source, evil_source)
    yield show.changed(lines, sha256(workshop.clean), sha256(evil))
    signed = CourtOrder(workshop.signed(evil))
    agency = arm(scene, Seat.AGENCY, signed, BuildChangeOne(workshop.channel()))
    agency.use(BuildChangeOne).of.release = agency.use(CourtOrder).of
    yield show.to_one(
        _offered(workshop, agency, BuildChangeOne, Policy.SIGNED),
        _offered(workshop, agency, BuildChangeOne, Policy.LOGGED),
    )
    agency = arm(scene, Seat.AGENCY, signed, BuildChangeAll(workshop.channel()))
    everybodys: Channel = agency.use(BuildChangeAll).of
    everybodys.release = agency.use(CourtOrder).of
    workshop.log(everybodys)
    hashes = workshop.rebuild(everybodys)
    yield show.to_all(
        _offered(workshop, agency, BuildChangeAll, Policy.LOGGED),
        _offered(workshop, agency, BuildChangeAll, Policy.REBUILT),
        hashes,
        hashes.count(everybodys.release.digest),
        workshop.updater.threshold,
    )
    everybodys.source = evil_source
    workshop.rebuild(everybodys)
    openly = _offered(workshop, agency, BuildChangeAll, Policy.REBUILT)
    yield show.in_the_open(openly, lines)


def _offered(
    workshop: Workshop, agency: Adversary, by: type[Handle[Any]], policy: Policy
) -> Attempt:
    """What Alice's updater says to what is in a channel of the agency, and what that reads then."""
    refused = workshop.offered(agency.use(by).of, policy)
    return Attempt(refused, _read(workshop, agency, by), len(workshop.markers))


def _unchanged(scene: Scene, workshop: Workshop) -> Attempt:
    """The real program in the very channel: whoever holds it finds nothing left behind."""
    agency = arm(scene, Seat.AGENCY, BuildChangeOne(workshop.channel()))
    workshop.install(agency.use(BuildChangeOne).of)
    return Attempt(None, _read(workshop, agency, BuildChangeOne), len(workshop.markers))


def _read(workshop: Workshop, agency: Adversary, by: type[Handle[Any]]) -> int:
    """How many messages the agency reads with what the build left behind for it."""
    channel: Channel = agency.use(by).of
    return on_disk.with_key(channel.profile, channel.left_behind, workshop.markers)


def _refused(name: str) -> Judge:
    """PREVENTED where the build was not installed, EXPOSED where it was, and was read."""

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        read = int(facts["read"])
        if not facts["installed"]:
            because = Words(
                f"Nicht installiert: {facts['abgelehnt, weil']}.",
                f"Not installed: {facts['refused because']}.",
            )
            return Verdict(Outcome.PREVENTED, 0, because)
        because = Words(
            f"Installiert, {read} Nachrichten gelesen.", f"Installed, {read} messages read."
        )
        return Verdict(Outcome.EXPOSED, read, because)

    return judge


def _disagreement(held: Held) -> Verdict:
    facts = held["rebuilt"].facts
    rebuilders, agreeing = int(facts["rebuilders"]), int(facts["agreeing"])
    against = rebuilders - agreeing
    because = Words(
        f"{against} von {rebuilders} Nachbauern bekamen andere Bytes, und das ist beweisbar.",
        f"{against} of {rebuilders} rebuilders got other bytes, and that can be proved.",
    )
    detected = against and not facts["installed"]
    return Verdict(Outcome.DETECTED if detected else Outcome.EXPOSED, against, because)


def _honest(held: Held) -> Verdict:
    read, same = int(held["honest"].facts["read"]), bool(held["reproducible"].facts["same"])
    because = Words(
        f"{read} Nachrichten gelesen; zwei Bauvorgänge sind {'gleich' if same else 'verschieden'}.",
        f"{read} messages read; two builds are {'the same' if same else 'different'}.",
    )
    return Verdict(Outcome.PREVENTED if same and not read else Outcome.EXPOSED, read, because)


CELLS = (
    Cell(
        Product.E2EE,
        Words("Inhalt, echtes Programm", "content, real program"),
        _honest,
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("nur an Alice, ohne Prüfung", "to Alice alone, unchecked"),
        read_or_not("signed"),
        Outcome.EXPOSED,
        at_least=MESSAGES,
    ),
    Cell(
        Product.MANDATED,
        Words("nur an Alice, Protokoll geprüft", "to Alice alone, log checked"),
        _refused("logged"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("an alle, nur Protokoll geprüft", "to everybody, log alone checked"),
        _refused("for all"),
        Outcome.EXPOSED,
        at_least=MESSAGES,
    ),
    Cell(
        Product.MANDATED,
        Words("an alle, mit Nachbauern", "to everybody, with rebuilders"),
        _disagreement,
        Outcome.DETECTED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("offen im Quelltext", "openly in the source"),
        _refused("open"),
        Outcome.EXPOSED,
        at_least=MESSAGES,
    ),
)

SCENARIO = Scenario(
    id="E5",
    slug="malicious-update",
    title=Words("Vergiftetes Update", "The poisoned update"),
    claim=Words(
        "Ein Programm mit offenem Quelltext und gültiger Unterschrift ist sicher.",
        "A program with open source and a valid signature is safe.",
    ),
    precedents=(
        Precedent(
            Words(
                "EncroChat: Implantat über den eigenen Update-Weg",
                "EncroChat: an implant by its own update path",
            ),
            "2020-04-01",
            checked=True,
        ),
        Precedent(
            Words(
                "Apple gegen FBI: ein signiertes Betriebssystem auf Anordnung",
                "Apple v. FBI: a signed operating system by order",
            ),
            "2016-02-16",
            checked=True,
        ),
        Precedent(
            Words("xz: eine Hintertür im Paket", "xz: a back door in the package"),
            "2024",
            checked=False,
        ),
    ),
    powers=frozenset({Power.BUILD_CHANGE_ONE, Power.BUILD_CHANGE_ALL, Power.COURT_ORDER}),
    cells=CELLS,
    play=play,
    notes=Words(
        "Das vergiftete Programm wird wirklich gebaut, installiert und ausgeführt; es ist eine "
        "Kopie im Ordner des Laufs, die danach gelöscht wird.",
        "The poisoned program really is built, installed and run; it is a copy in the run's "
        "folder, which is deleted afterwards.",
    ),
    limit=Words(
        "doorless hat heute kein Protokoll seiner Builds und keine Nachbauer: Wer es installiert, "
        "vertraut dem Weg dorthin. Auch mit beidem bleiben Compiler, Python, Betriebssystem, "
        "Hardware und das Lesen des Quelltexts.",
        "Today doorless has no log of its builds and no rebuilders: who installs it trusts the "
        "way by which it came. Even with both there remain compiler, Python, operating system, "
        "hardware, and reading the source.",
    ),
    parameters={
        "threshold": Parameter(
            Words("Nachbauer, die zustimmen müssen", "rebuilders that have to agree"), 2, 1, 3
        ),
        "dishonest": Parameter(
            Words("davon auf der Seite des Angreifers", "of them on the attacker's side"), 1, 0, 3
        ),
    },
    exercises=(
        Exercise(
            Words(
                "Was beweist die Unterschrift des Herstellers, was nicht?",
                "What does the vendor's signature prove, what not?",
            ),
            Words(
                "Dass der Hersteller dieses Paket unterschrieben hat. Nicht, dass es zum "
                "veröffentlichten Quelltext passt oder dass andere dasselbe bekommen.",
                "That the vendor signed this package. Not that it fits the published source, nor "
                "that others get the same.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "„Der Quelltext ist offen.“ Welche Frage ist damit noch offen?",
                "“The source is open.” Which question is still open?",
            ),
            Words(
                "Ob das, was ich ausführe, aus dem gebaut ist, was ich lese.",
                "Whether what I run was built from what I read.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Soll ein Gericht einen Hersteller zu einem Update zwingen dürfen?",
                "Should a court be able to compel a vendor to send an update?",
            ),
            Words(
                "Dafür: Es trifft gezielt, statt alle zu schwächen. Dagegen: Wer Updates nicht "
                "mehr traut, lässt Lücken offen; und was einmal geht, wird wieder verlangt.",
                "For it: it is targeted instead of weakening everybody. Against it: who no longer "
                "trusts updates leaves holes open; and a path that exists is demanded again.",
            ),
            Level.DISPUTE,
        ),
    ),
)
