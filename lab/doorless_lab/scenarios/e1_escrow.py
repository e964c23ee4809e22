"""E1: the law wants a copy of every message's key, kept for the day of a warrant."""

from collections.abc import AsyncGenerator, Sequence

from doorless_lab.adversary import arm
from doorless_lab.doors import escrow_steps as show
from doorless_lab.doors.program import Program
from doorless_lab.doors.recorded import Pair, Read, Recording, opened, read, searched, wire_of
from doorless_lab.doors.theft import Spied, in_turns, reopened, robbed
from doorless_lab.doors.verdicts import healed, read_or_not
from doorless_lab.powers import BuildChangeAll, CourtOrder, EscrowKey
from doorless_lab.products.mandated import escrow
from doorless_lab.products.mandated.escrow import Half, Sent
from doorless_lab.scenario import (
    Cell,
    Exercise,
    Held,
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

BEFORE, AFTER = 20, 14
"""Messages of D1 and D3 again: before the theft, and after it."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    if scene.product is Product.E2EE:
        async for step in _real(scene):
            yield step
        return
    first, second, public = escrow.draw(scene.random)
    build, program = escrow.Build(public, scene.random(32)), Program()
    law = arm(scene, Seat.AGENCY, BuildChangeAll(program))
    law.use(BuildChangeAll).of.escrow = build
    pairs, each = _pairs(scene, program), scene.settings["messages"]
    corpus = [said for pair in pairs for said in pair.talk(each)]
    yield show.built_in(corpus, sum(build.accepts(*one.sent) for one in corpus))
    hers = [one for one in corpus if one.pair == 0]
    half = _read(scene, hers, first, escrow.Half(bytes(len(first.share))))
    yield show.warrant(pairs[0].names, half, _read(scene, hers, first, second))
    yield show.blast_radius(_read(scene, corpus, first, second), 2 * len(pairs))
    rogue = Pair(len(pairs), scene.now, scene.random, program)
    honest = rogue.talk(each)
    forged = [escrow.forge(one.sent.envelope, build.accepts, scene.random) for one in honest]
    bogus = [one.carrying(made) for one, (made, _) in zip(honest, forged, strict=True)]
    accepted = sum(build.accepts(*one.sent) for one in bogus)
    tries = [tried for _, tried in forged]
    yield show.forged(rogue, tries, accepted, _read(scene, bogus, first, second))
    yield _died(scene, program, first, second)


def _read(scene: Scene, corpus: Sequence[Recording], *halves: Half) -> Read:
    """What the agency reads, once the operator handed these over and the agents their halves."""
    return read(corpus, _opened(scene, wire_of(corpus), *halves))


def _opened(scene: Scene, handed_over: Sequence[Sent], *halves: Half) -> list[bytes | None]:
    agency = arm(scene, Seat.AGENCY, CourtOrder(handed_over), EscrowKey(halves))
    return opened(escrow.join(*agency.use(EscrowKey).of), agency.use(CourtOrder).of)


def _died(scene: Scene, program: Program, *halves: Half) -> Step:
    """D1 and D3 once more, with the program that the law prescribes."""
    talk = Spied(scene.random(16), program)
    talk.talk(in_turns, BEFORE)
    by_devices = reopened(arm(scene, Seat.MALLORY, *talk.loot()))
    after = robbed(scene, talk, in_turns, AFTER)
    contents = _opened(scene, [sent for _, sent in talk.passed], *halves)
    by_escrow = [content is not None for content in contents]
    old, new = sum(by_escrow[:BEFORE]), sum(by_escrow[BEFORE:])
    return show.died(BEFORE, by_devices, old, after, new)


async def _real(scene: Scene) -> AsyncGenerator[Step, None]:
    pairs = _pairs(scene, Program())
    corpus = [said for pair in pairs for said in pair.talk(scene.settings["messages"])]
    agency = arm(scene, Seat.AGENCY, CourtOrder(wire_of(corpus)))
    envelopes: list[bytes] = [sent.envelope for sent in agency.use(CourtOrder).of]
    wire, sizes = b"".join(envelopes), {len(each) for each in envelopes}
    yield show.no_slot(corpus, searched(corpus, wire), len(wire), len(sizes))
    talk = Spied(scene.random(16))
    talk.talk(in_turns, BEFORE)
    by_devices = reopened(arm(scene, Seat.MALLORY, *talk.loot()))
    yield show.alive(BEFORE, by_devices, robbed(scene, talk, in_turns, AFTER))


def _pairs(scene: Scene, program: Program) -> list[Pair]:
    return [
        Pair(number, scene.now, scene.random, program) for number in range(scene.settings["pairs"])
    ]


def _affected(held: Held) -> Verdict:
    facts = held["everybody"].facts
    affected, people = int(facts["affected"]), int(facts["people"])
    because = Words(
        f"Gesucht war 1 Person, lesbar sind {affected} von {people}.",
        f"One person was sought, {affected} of {people} can be read.",
    )
    return Verdict(Outcome.EXPOSED if affected > 1 else Outcome.LIMITED, affected, because)


CELLS = (
    Cell(
        Product.E2EE,
        Words("Inhalt", "content"),
        read_or_not("no slot"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.E2EE,
        Words("gelöschte Nachrichten (D1)", "deleted messages (D1)"),
        read_or_not("deleted"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.E2EE,
        Words("Inhalt nach einem Diebstahl (D3)", "content after a theft (D3)"),
        healed("after a theft", "bound"),
        Outcome.HEALED,
        at_least=1,
        at_most=3,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt der gesuchten Person", "content of the person sought"),
        read_or_not("warrant"),
        Outcome.EXPOSED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt, eine Hälfte allein", "content, one half alone"),
        read_or_not("one half"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("alle, die niemand sucht", "everybody whom nobody seeks"),
        _affected,
        Outcome.EXPOSED,
        at_least=2,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt, wenn das Programm geändert ist", "content of a changed program"),
        read_or_not("forged"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("gelöschte Nachrichten (D1)", "deleted messages (D1)"),
        read_or_not("deleted"),
        Outcome.EXPOSED,
        at_least=BEFORE,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt nach einem Diebstahl (D3)", "content after a theft (D3)"),
        read_or_not("after a theft"),
        Outcome.EXPOSED,
        at_least=AFTER,
    ),
)

SCENARIO = Scenario(
    id="E1",
    slug="escrow",
    title=Words("Hinterlegter Nachschlüssel", "Mandated key escrow"),
    claim=Words(
        "Ein hinterlegter Nachschlüssel trifft nur, wen ein Gericht benennt.",
        "Key escrow affects only those whom a court names.",
    ),
    precedents=(
        Precedent(
            Words(
                "Clipper-Chip und Escrowed Encryption Standard",
                "Clipper chip and Escrowed Encryption Standard",
            ),
            "1993-1994",
            checked=True,
        ),
        Precedent(
            Words(
                "Blaze: Das 16-Bit-Prüffeld des LEAF lässt sich erraten",
                "Blaze: the LEAF's 16-bit check can be guessed",
            ),
            "1994-06-03",
            checked=True,
        ),
    ),
    powers=frozenset(
        {
            *(Power.BUILD_CHANGE_ALL, Power.ESCROW_KEY, Power.COURT_ORDER),
            *(Power.STATE_COPY, Power.NET_OBSERVE),  # of D1 and D3, played once more
        }
    ),
    cells=CELLS,
    play=play,
    notes=Words(
        "Beginnen Sie mit dem, was funktioniert: Die gesuchte Person ist lesbar. Zeigen Sie erst "
        "dann, wen der Schlüssel sonst noch öffnet und wen gerade nicht.",
        "Begin with what works: the person sought can be read. Only then show whom else the key "
        "opens, and whom it does not.",
    ),
    limit=Words(
        "Kein Protokoll verhindert, dass ein Gesetz ein anderes Programm vorschreibt. Das echte "
        "Protokoll hat keinen Platz für einen Dritten; ein anderes Programm hätte ihn.",
        "No protocol prevents a law that demands another program. The real protocol has no place "
        "for a third party; another program would have one.",
    ),
    parameters={
        "pairs": Parameter(Words("Paare, die reden", "pairs who talk"), 4, 2, 9),
        "messages": Parameter(Words("Nachrichten je Paar", "messages of each pair"), 6, 2, 40),
    },
    exercises=(
        Exercise(
            Words(
                "Was steht in dem Zusatzfeld, und für wen ist es versiegelt?",
                "What is in the extra field, and for whom is it sealed?",
            ),
            Words(
                "Der Schlüssel dieser einen Nachricht, versiegelt für den Nachschlüssel der "
                "Behörden.",
                "The key of this one message, sealed to the escrow key of the authorities.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words("Wen erfasst der Nachschlüssel, wen nicht?", "Whom does escrow catch, whom not?"),
            Words(
                "Alle, die das vorgeschriebene Programm unverändert benutzen. Nicht die, die es "
                "ändern oder vorher selbst verschlüsseln.",
                "All who use the prescribed program unchanged. Not those who change it, or who "
                "encrypt by themselves before.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "„Zwei Hälften bei zwei Behörden schützen vor Missbrauch.“ Nehmen Sie Stellung.",
                "“Two halves at two agencies protect from abuse.” Take a position.",
            ),
            Words(
                "Eine Hälfte allein öffnet nichts, das zeigt der Lauf. Sind beide einmal zusammen, "
                "öffnen sie alles und alle; danach schützen nur noch Vorschriften.",
                "One half alone opens nothing, as the run shows. Once together they open "
                "everything of everybody; from then on only rules protect.",
            ),
            Level.DISPUTE,
        ),
    ),
)
