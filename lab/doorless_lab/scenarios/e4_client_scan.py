"""E4: the client compares what people send with a list, before it is sealed."""

from collections.abc import AsyncGenerator

from doorless_lab.adversary import Adversary, arm
from doorless_lab.doors import pictures
from doorless_lab.doors import scan_steps as show
from doorless_lab.doors.program import Program
from doorless_lab.doors.recorded import Pair, searched, wire_of
from doorless_lab.doors.verdicts import read_or_not
from doorless_lab.powers import BuildChangeAll, NetObserve
from doorless_lab.products.mandated.escrow import Sent
from doorless_lab.products.mandated.scanner import (
    PublishedList,
    Scanner,
    collide,
    fingerprint,
    precision,
    refused,
)
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
from doorless_lab.telling import number
from doorless_lab.words import Words

DAILY = 1e9
"""Pictures a day, of the world's messengers; an order of magnitude."""

CAKES, OTHERS = 200, 1000
"""Pictures that the toy is measured on."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    program = Program()
    pair = Pair(0, scene.now, scene.random, program)
    if scene.product is Product.E2EE:
        yield _nothing(scene, pair)
        return
    agency = arm(scene, Seat.AGENCY, BuildChangeAll(program))
    scanner = Scanner(frozenset({fingerprint(pictures.CAKE)}), scene.settings["threshold"])
    agency.use(BuildChangeAll).of.scanner = scanner
    yield _hit(scene, pair, agency)
    yield _collision(program, agency)
    yield show.evasion(_evaded(scene, program))
    yield _grown(scene, program, agency, scanner)
    yield _base_rate(scene, scanner)


def _reports(agency: Adversary) -> list[bytes]:
    """What its scanner brought it so far."""
    return list(agency.use(BuildChangeAll).of.scanner.reports)


def _nothing(scene: Scene, pair: Pair) -> Step:
    sent = [pair.say(0)]
    photo = pictures.photographed(pictures.CAKE, scene.random)
    reported = int(pair.program.looks_at("alice", sent[0].text, photo))
    agency = arm(scene, Seat.AGENCY, NetObserve(wire_of(sent)))
    wire = _envelopes(agency)
    return show.nothing(len(sent), reported, searched(sent, wire), len(wire), wire)


def _envelopes(watching: Adversary) -> bytes:
    sent: list[Sent] = watching.use(NetObserve).of
    return b"".join(each.envelope for each in sent)


def _hit(scene: Scene, pair: Pair, agency: Adversary) -> Step:
    sent = [pair.say(0)]
    photo = pictures.photographed(pictures.CAKE, scene.random)
    pair.program.looks_at("alice", sent[0].text, photo)
    operator = arm(scene, Seat.RELAY, NetObserve(wire_of(sent)))
    reports, at_relay = b"".join(_reports(agency)), searched(sent, _envelopes(operator))
    return show.hit(len(sent), searched(sent, reports), sent[0].arrived, at_relay, reports)


def _collision(program: Program, agency: Adversary) -> Step:
    crafted = collide(pictures.CAT, fingerprint(pictures.CAKE))
    before = len(_reports(agency))
    if program.looks_at("bob", "my cat", pictures.CAT):
        raise RuntimeError("the cat itself is on the list; choose a smaller threshold")
    program.looks_at("bob", "my cat", crafted)
    return show.collision(pictures.CAT, crafted, len(_reports(agency)) - before)


def _evaded(scene: Scene, program: Program) -> dict[str, bool]:
    tricks = {
        "mirrored": pictures.mirrored(pictures.CAKE),
        "cropped": pictures.cropped(pictures.CAKE),
        "encrypted": pictures.encrypted(pictures.CAKE, scene.random),
    }
    return {how: program.looks_at("mallory", "recipe", one) for how, one in tricks.items()}


def _grown(scene: Scene, program: Program, agency: Adversary, scanner: Scanner) -> Step:
    cake, slogan = fingerprint(pictures.CAKE), fingerprint(pictures.SLOGAN)
    installed: Program = agency.use(BuildChangeAll).of
    longer = scanner.listed | {slogan}
    installed.scanner = Scanner(longer, scanner.threshold)
    photo = pictures.photographed(pictures.SLOGAN, scene.random)
    program.looks_at("carol", "fair pay", photo)
    published = PublishedList()
    published.add(cake, "cake")
    noticed, in_secret = refused(longer, None), refused(longer, published)
    published.add(slogan)
    if refused(longer, published):
        raise RuntimeError("the log does not prove what is in it")
    asked, reported = published.unexplained(), _reports(agency)
    return show.grown((cake, slogan), len(reported), len(noticed), len(in_secret), len(asked))


def _base_rate(scene: Scene, scanner: Scanner) -> Step:
    cakes = [pictures.photographed(pictures.CAKE, scene.random) for _ in range(CAKES)]
    others = [pictures.anything(scene.random) for _ in range(OTHERS)]
    matrix = show.Matrix(
        sum(map(scanner.matches, cakes)), CAKES, sum(map(scanner.matches, others)), OTHERS
    )
    settings = scene.settings
    errors, found = settings["errors"] / 1e5, settings["found"] / 100
    rare = 1 / settings["rare"]
    right = precision(rare, found, errors)
    assumed = {"prevalence": rare, "sensitivity": found, "false positives": errors}
    return show.base_rate(matrix, DAILY * (1 - rare) * errors, right, assumed)


def _secretly(held: Held) -> Verdict:
    noticed, reported = (int(held["slogan"].facts[each]) for each in ("noticed", "reported"))
    because = Words(
        f"{reported} Parole gemeldet, {noticed} Hinweise auf dem Gerät.",
        f"{reported} slogan reported, {noticed} hints on the device.",
    )
    if not reported:
        return Verdict(Outcome.PREVENTED, 0, because)
    return Verdict(Outcome.DETECTED if noticed else Outcome.EXPOSED, reported, because)


def _in_the_open(held: Held) -> Verdict:
    asked, refused = (int(held["published"].facts[each]) for each in ("asked", "refused"))
    because = Words(
        f"{asked} Eintrag ohne Begründung steht für alle sichtbar da; {refused} heimlicher "
        "wurde abgelehnt.",
        f"{asked} entry without a reason is there for all to see; {refused} secret one was "
        "refused.",
    )
    both = asked and refused
    return Verdict(Outcome.DETECTED if both else Outcome.EXPOSED, asked, because)


def _right(held: Held) -> Verdict:
    right = float(held["base rate"].facts["right in 100"])
    of = number(f"{right:.2f}")
    because = Words(
        f"Von 100 Meldungen sind {of.de} richtig.", f"Of 100 reports {of.en} are right."
    )
    return Verdict(Outcome.LIMITED, right, because)


CELLS = (
    Cell(
        Product.E2EE,
        Words("Inhalt", "content"),
        read_or_not("nothing"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("was auf der Liste steht", "what is on the list"),
        read_or_not("hit"),
        Outcome.EXPOSED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("derselbe Inhalt beim Betreiber", "the same content, to the operator"),
        read_or_not("wire"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("ein unschuldiges Bild", "an innocent picture"),
        read_or_not("collision"),
        Outcome.EXPOSED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("wer ausweichen will", "who wants to evade"),
        read_or_not("evasion"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("eine Parole, die Liste ist geheim", "a slogan, the list is secret"),
        _secretly,
        Outcome.EXPOSED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("eine Parole, die Liste ist öffentlich", "a slogan, the list is public"),
        _in_the_open,
        Outcome.DETECTED,
        at_least=1,
    ),
    Cell(
        Product.MANDATED,
        Words("richtige unter 100 Meldungen", "right ones among 100 reports"),
        _right,
        Outcome.LIMITED,
        at_most=1,
    ),
)

SCENARIO = Scenario(
    id="E4",
    slug="client-scan",
    title=Words("Chatkontrolle auf dem Gerät", "Scanner in the client"),
    claim=Words(
        "Ein Scanner auf dem Gerät lässt die Verschlüsselung unberührt und trifft nur Verbotenes.",
        "A scanner on the device leaves encryption untouched and hits only what is forbidden.",
    ),
    precedents=(
        Precedent(
            Words(
                "EU: Vorschlag der CSA-Verordnung mit Aufdeckungsanordnungen",
                "EU: proposal of the CSA Regulation with detection orders",
            ),
            "2022-05-11",
            checked=True,
        ),
        Precedent(
            Words(
                "EU: Ausrichtung des Rates ohne Aufdeckungsanordnungen",
                "EU: general approach of the Council without detection orders",
            ),
            "2025-11-26",
            checked=True,
        ),
    ),
    powers=frozenset({Power.BUILD_CHANGE_ALL, Power.NET_OBSERVE}),
    cells=CELLS,
    play=play,
    notes=Words(
        "Gehen Sie auf beide Seiten ein: Das Anliegen ist ernst, und Opfer gibt es wirklich. Das "
        "Labor zeigt nur, was das Mittel kann und was nicht. Rechtsstand vor dem Druck prüfen.",
        "Take up both sides: the concern is serious, and there are real victims. The lab only "
        "shows what the means can do and what it cannot. Check the state of the law before print.",
    ),
    limit=Words(
        "Kein Protokoll verhindert einen Scanner: Er sitzt davor. Verhindern können ihn nur ein "
        "Programm, das man prüfen kann (E5), und das Recht.",
        "No protocol prevents a scanner: it sits before it. Only a program that can be checked "
        "(E5), and the law, can prevent it.",
    ),
    parameters={
        "threshold": Parameter(
            Words("erlaubte Abweichung in Bits", "bits that may differ"), 8, 6, 9
        ),
        "errors": Parameter(
            Words("Fehler je 100.000 Bilder", "errors in 100,000 pictures"), 100, 1, 10_000
        ),
        "found": Parameter(Words("erkannt, in Prozent", "found, per cent"), 90, 1, 100),
        "rare": Parameter(
            Words("ein Fall unter so vielen", "one real case among so many"),
            1_000_000,
            100_000,
            10**9,
        ),
    },
    law_as_of="2026-07-02",
    exercises=(
        Exercise(
            Words(
                "Wo sitzt der Scanner: vor, in oder hinter der Verschlüsselung?",
                "Where does the scanner sit: before, in or behind the encryption?",
            ),
            Words(
                "Davor. Deshalb bleibt die Verschlüsselung heil, und der Inhalt verlässt das Gerät "
                "trotzdem.",
                "Before it. So the encryption stays whole, and the content leaves the device all "
                "the same.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Ein Fall unter 1.000.000, 90 % erkannt, 0,1 % falsch gemeldet: Wie viele "
                "Meldungen sind richtig?",
                "One case in 1,000,000, 90 % found, 0.1 % reported wrongly: how many reports are "
                "right?",
            ),
            Words(
                "0,9 von rund 1.001 je Million Bilder, also 0,09 %: Von 1.112 Meldungen stimmt "
                "eine.",
                "0.9 of about 1,001 in a million pictures, so 0.09 %: of 1,112 reports one is "
                "right.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Unter welchen Bedingungen, wenn überhaupt, wäre ein Scanner vertretbar?",
                "Under which conditions, if any, would a scanner be acceptable?",
            ),
            Words(
                "Zu bedenken: Schutz von Kindern und Opfern; falsch Gemeldete; wer die Liste führt "
                "und wer sie prüft; dass Täter ausweichen; mildere Mittel wie Meldeknöpfe.",
                "To weigh: protection of children and victims; people reported wrongly; who keeps "
                "the list and who checks it; that offenders evade; milder means such as report "
                "buttons.",
            ),
            Level.DISPUTE,
        ),
    ),
)
