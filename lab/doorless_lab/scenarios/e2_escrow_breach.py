"""E2: the key that opens everything is copied, abused, replaced and revoked."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from time import perf_counter

from doorless_lab.adversary import Adversary, arm
from doorless_lab.doors import breach_steps as show
from doorless_lab.doors.copied import openable
from doorless_lab.doors.program import Program
from doorless_lab.doors.recorded import Pair, Read, Recording, opened, read, searched, wire_of
from doorless_lab.doors.verdicts import read_or_not
from doorless_lab.powers import (
    BuildChangeAll,
    CourtOrder,
    EscrowKey,
    EscrowLeak,
    StateCopy,
    StoreNow,
)
from doorless_lab.products.mandated import escrow
from doorless_lab.products.mandated.escrow import Sent
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
from doorless_protocol.primitives import XWingPrivate

YEARS = 3
EACH = 2
"""Messages of each pair in each year."""


class Desk:
    """The agency's own software: it decrypts for a warrant, and writes down that it did."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def decrypt(self, warrant: str, agency: Adversary) -> list[bytes | None]:
        """What the operator handed over on this warrant."""
        self.log.append(warrant)
        return opened(agency.use(EscrowKey).of, agency.use(CourtOrder).of)


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    count = scene.settings["pairs"]
    if scene.product is Product.E2EE:
        yield _real(scene, count)
        return
    first, second, public = escrow.draw(scene.random)
    build, key = escrow.Build(public, scene.random(32)), escrow.join(first, second)
    program, desk = Program(build), Desk()
    pairs = _pairs(scene, count, program)
    years = {year: _talk(pairs) for year in range(1, YEARS + 1)}
    corpus = [one for year in years.values() for one in year]
    official = _by_warrant(scene, desk, key, [one for one in corpus if one.pair == 0])
    yield show.stored(len(corpus), 2 * count, YEARS, official, len(desk.log))
    before = len(desk.log)
    mallory = _with_the_key(scene, key, corpus)
    began = perf_counter()
    everything = _read(mallory, corpus)
    seconds = perf_counter() - began
    by_year = {at: sum(one.text in everything.texts for one in said) for at, said in years.items()}
    yield show.leaked(everything, by_year, EACH * count, len(desk.log) - before, seconds)
    hers = [one for one in corpus if one.pair == 1]
    insider = _read(_with_the_key(scene, key, hers), hers)
    yield show.insider(show.name_of(1), insider, len(desk.log) - before)
    replaced, service = _rekeyed(scene, program, pairs)
    yield show.rekeyed(_by_warrant(scene, desk, key, replaced), service)
    _, _, fresh = escrow.draw(scene.random)
    renewed = scene.settings["updated"] * count // 100
    old, new = Program(build), Program(escrow.Build(fresh, build.family))
    for pair in pairs:
        pair.program = new if pair.number < renewed else old
    later = _talk(pairs)
    clean = [one for one in later if one.pair < renewed]
    reads = (_read(_with_the_key(scene, key, said), said) for said in (corpus, later, clean))
    yield show.revoked(scene.settings["updated"], *reads)


def _rekeyed(scene: Scene, program: Program, pairs: list[Pair]) -> tuple[list[Recording], Read]:
    """What is said once a foreign service put its own key into the program; what it reads of it."""
    pile: list[Sent] = []
    service = arm(scene, Seat.MALLORY, BuildChangeAll(program), StoreNow(pile))
    first, second, public = escrow.draw(scene.random)
    everybodys = service.use(BuildChangeAll).of
    everybodys.escrow = replace(everybodys.escrow, public=public)
    said = _talk(pairs)
    pile += wire_of(said)
    contents = opened(escrow.join(first, second), service.use(StoreNow).of)
    return said, read(said, contents)


def _by_warrant(scene: Scene, desk: Desk, key: XWingPrivate, corpus: Sequence[Recording]) -> Read:
    """What the agency reads of these, which the operator handed over to it."""
    agency = arm(scene, Seat.AGENCY, EscrowKey(key), CourtOrder(wire_of(corpus)))
    return read(corpus, desk.decrypt("1 Gs 1/26", agency))


def _with_the_key(scene: Scene, key: XWingPrivate, corpus: Sequence[Recording]) -> Adversary:
    """Whoever copied the key, and stored these."""
    return arm(scene, Seat.MALLORY, EscrowLeak(key), StoreNow(wire_of(corpus)))


def _read(thief: Adversary, corpus: Sequence[Recording]) -> Read:
    return read(corpus, opened(thief.use(EscrowLeak).of, thief.use(StoreNow).of))


def _real(scene: Scene, count: int) -> Step:
    pairs = _pairs(scene, count, Program())
    corpus = [one for _ in range(YEARS) for one in _talk(pairs)]
    pile = StoreNow(wire_of(corpus))
    mallory = arm(scene, Seat.MALLORY, pile)
    wire = b"".join(sent.envelope for sent in mallory.use(StoreNow).of)
    copies = [copied for pair in pairs for copied in pair.copied()]
    best = max(
        _openable(arm(scene, Seat.MALLORY, StateCopy(one), pile), scene.now) for one in copies
    )
    return show.nothing(len(corpus), searched(corpus, wire), len(wire), len(copies), best)


def _openable(thief: Adversary, now: int) -> int:
    """How many of the envelopes that he stored one stolen device opens."""
    pile: Sequence[Sent] = thief.use(StoreNow).of
    return openable([thief.use(StateCopy).of], (sent.envelope for sent in pile), now)


def _pairs(scene: Scene, count: int, program: Program) -> list[Pair]:
    return [Pair(number, scene.now, scene.random, program) for number in range(count)]


def _talk(pairs: list[Pair]) -> list[Recording]:
    return [one for pair in pairs for one in pair.talk(EACH)]


def _noticed(held: Held) -> Verdict:
    uses, entries = (int(held["audit log"].facts[each]) for each in ("uses", "entries"))
    because = Words(
        f"{uses} Entschlüsselungen, {entries} Einträge im Protokoll.",
        f"{uses} decryptions, {entries} entries in the log.",
    )
    return Verdict(Outcome.DETECTED if entries else Outcome.EXPOSED, entries, because)


def _after_revoking(held: Held) -> Verdict:
    read, of = (int(held["new"].facts[each]) for each in ("read", "messages"))
    because = Words(
        f"Der gesperrte Schlüssel liest noch {read} von {of} neuen Nachrichten.",
        f"The revoked key still reads {read} of {of} new messages.",
    )
    outcome = Outcome.PREVENTED if not read else Outcome.LIMITED if read < of else Outcome.EXPOSED
    return Verdict(outcome, read, because)


CELLS = (
    Cell(
        Product.E2EE,
        Words("alles, was je aufgezeichnet wurde", "all that was ever recorded"),
        read_or_not("leak"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.E2EE,
        Words("dasselbe, mit dem besten gestohlenen Gerät", "the same, with the best theft"),
        read_or_not("keys"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("alles, was je aufgezeichnet wurde", "all that was ever recorded"),
        read_or_not("leak"),
        Outcome.EXPOSED,
        at_least=12,
    ),
    Cell(
        Product.MANDATED,
        Words("Entdeckung durch das Protokoll", "discovery by the audit log"),
        _noticed,
        Outcome.EXPOSED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("eine Person, ohne Beschluss", "one person, without a warrant"),
        read_or_not("insider"),
        Outcome.EXPOSED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt für den, der den Schlüssel tauschte", "content to who replaced the key"),
        read_or_not("rekeyed"),
        Outcome.EXPOSED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("Altes nach der Sperrung", "old messages after revoking"),
        read_or_not("old"),
        Outcome.EXPOSED,
        at_least=12,
    ),
    Cell(
        Product.MANDATED,
        Words("Neues nach der Sperrung", "new messages after revoking"),
        _after_revoking,
        Outcome.LIMITED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("Neues aus erneuerten Programmen", "new messages of renewed programs"),
        read_or_not("renewed"),
        Outcome.PREVENTED,
        at_most=0,
    ),
)

SCENARIO = Scenario(
    id="E2",
    slug="escrow-breach",
    title=Words("Der Nachschlüssel wird gestohlen", "The escrow key leaks"),
    claim=Words(
        "Einen Nachschlüssel kann man so gut bewachen, dass ihn niemand missbraucht.",
        "An escrow key can be guarded so well that nobody abuses it.",
    ),
    precedents=(
        Precedent(
            Words(
                "„Keys Under Doormats“: drei vorhergesagte Folgen",
                "“Keys Under Doormats”: three predicted effects",
            ),
            "2015-07-06",
            checked=True,
        ),
        Precedent(
            Words(
                "Juniper ScreenOS: Unbekannte tauschen den Wert aus, der die Tür öffnet",
                "Juniper ScreenOS: somebody unknown replaces the value that opens the door",
            ),
            "2015-12-17",
            checked=True,
        ),
        Precedent(
            Words("Generalschlüssel der TSA fotografiert", "TSA master keys photographed"),
            "2014-2015",
            checked=True,
        ),
    ),
    powers=frozenset(
        {
            *(Power.ESCROW_LEAK, Power.STORE_NOW, Power.BUILD_CHANGE_ALL),
            *(Power.ESCROW_KEY, Power.COURT_ORDER),  # the agency's, before and after the breach
            Power.STATE_COPY,  # of the real product, which has no such key: device by device
        }
    ),
    cells=CELLS,
    play=play,
    notes=Words(
        "Spielen Sie E1 vorher. Hier ist nichts neu gebaut; es ist derselbe Schlüssel in anderen "
        "Händen.",
        "Play E1 before. Nothing new is built here; it is the same key in other hands.",
    ),
    limit=Words(
        "Auch ohne Nachschlüssel gilt: Was auf einem Gerät gespeichert ist, liest, wer das offene "
        "Gerät hat (D1).",
        "Without escrow, too: what is stored on a device is read by whoever has it unlocked (D1).",
    ),
    parameters={
        "pairs": Parameter(Words("Paare, die reden", "pairs who talk"), 4, 2, 10),
        "updated": Parameter(
            Words("Programme mit neuem Schlüssel, von 100", "programs with the new key, of 100"),
            50,
            50,
            90,
        ),
    },
    exercises=(
        Exercise(
            Words(
                "Was bewirkt es, den gestohlenen Schlüssel zu sperren?",
                "What does it do to revoke the stolen key?",
            ),
            Words(
                "Neue Nachrichten erneuerter Programme sind geschützt. Alles, was vorher "
                "aufgezeichnet wurde, bleibt offen.",
                "New messages of renewed programs are protected. All that was recorded before "
                "stays open.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "„Keys Under Doormats“ sagte drei Folgen voraus. Finden Sie jede auf dem Schirm.",
                "“Keys Under Doormats” predicted three effects. Find each on the screen.",
            ),
            Words(
                "Vorwärtsgeheimnis verloren (alle Jahre lesbar), mehr Angriffsfläche (ein Feld mit "
                "eigenen Fehlern, E1), ein Ziel, das sich lohnt (1 Schlüssel statt 0).",
                "Forward secrecy lost (all years readable), more to attack (a field with errors "
                "of its own, E1), a target that pays (1 key instead of 0).",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Wie müsste eine Behörde den Schlüssel verwahren, damit Sie ihr trauen?",
                "How would an agency have to keep the key for you to trust it?",
            ),
            Words(
                "Möglich sind geteilte Schlüssel, Hardware, Protokolle und Strafen. Sie machen "
                "Missbrauch seltener; dass ein einziger Verlust alles öffnet, ändern sie nicht.",
                "There are split keys, hardware, logs and punishment. They make abuse rarer; that "
                "a single loss opens everything they do not change.",
            ),
            Level.DISPUTE,
        ),
    ),
)
