"""E3: somebody chose the constants of the random generator, and reads what it encrypts."""

from collections.abc import AsyncGenerator

from doorless_lab.doors import weak_rng_steps as show
from doorless_lab.doors.weak_rng_trial import Attacker, Trial, tried
from doorless_lab.products.mandated import weak_rng
from doorless_lab.products.mandated.dual_ec import DualEc, Points, design
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
from doorless_protocol.primitives import Random

SAMPLE = 2500
"""Bytes for the statistical tests: the 20,000 bits of FIPS 140-1."""


async def play(scene: Scene) -> AsyncGenerator[Step, None]:
    points, door = design(8 * scene.settings["cut"], scene.random)
    agency = Attacker(Seat.AGENCY, door)
    if scene.product is Product.E2EE:
        yield show.honest(tried(scene, points, agency, lambda: scene.random))
        return
    yield show.designed(door)
    yield show.looked_at(DualEc(points, scene.random(32))(SAMPLE))
    yield show.broken(_against(scene, points, agency))
    yield show.silent(weak_rng.bits_missing(points))
    without_the_other = Attacker(
        Seat.AGENCY, door, lambda generator: weak_rng.hedge(generator, bytes)
    )
    good = _against(
        scene,
        points,
        without_the_other,
        lambda generator: weak_rng.hedge(generator, scene.random),
    )
    twice = _against(scene, points, Attacker(Seat.AGENCY, door, _with_itself), _with_itself)
    yield show.hedged(good, twice)
    others, their_door = design(8 * scene.settings["cut"], scene.random)
    burglar = Attacker(Seat.MALLORY, their_door)
    yield show.replaced(_against(scene, others, agency), _against(scene, others, burglar))


def _against(
    scene: Scene, points: Points, attacker: Attacker, client: weak_rng.Build = weak_rng.raw
) -> Trial:
    """A client whose generator stands on `points`, against this attacker."""
    return tried(scene, points, attacker, lambda: DualEc(points, scene.random(32)), client)


def _with_itself(generator: Random) -> Random:
    return weak_rng.hedge(generator, generator)


def _reading(name: str) -> Judge:
    """Of what is read with a trapdoor: everything, or nothing."""

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        read, messages = int(facts["read"]), int(facts["messages"])
        because = Words(
            f"{read} von {messages} Nachrichten wurden gelesen.",
            f"{read} of {messages} messages were read.",
        )
        return Verdict(Outcome.EXPOSED if read else Outcome.PREVENTED, read, because)

    return judge


def _after_the_answer(held: Held) -> Verdict:
    facts = held["weak"].facts
    read, later = int(facts["read"]), int(facts["read after the answer"])
    because = Words(
        f"Nach {read} gelesenen Nachrichten kam Bobs Antwort; danach waren es {later}.",
        f"Bob's answer came after {read} that were read; after it there were {later}.",
    )
    return Verdict(Outcome.EXPOSED if later else Outcome.HEALED, read + later, because)


def _tests(held: Held) -> Verdict:
    failed, tests = int(held["statistics"].facts["failed"]), int(held["statistics"].facts["tests"])
    because = Words(
        f"{failed} von {tests} Tests schlugen an.", f"{failed} of {tests} tests raised an alarm."
    )
    return Verdict(Outcome.DETECTED if failed else Outcome.EXPOSED, failed, because)


def _silent(held: Held) -> Verdict:
    bits = int(held["silent"].facts["bits"])
    because = Words(
        f"Es bleiben {bits} Bits zu raten, solange nichts anderes durchsickert.",
        f"There are {bits} bits to guess, as long as nothing else leaks.",
    )
    return Verdict(Outcome.LIMITED if bits else Outcome.EXPOSED, bits, because)


CELLS = (
    Cell(
        Product.E2EE,
        Words("Inhalt, mit demselben d", "content, with the same d"),
        _reading("real"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt, für den Besitzer von d", "content, to the owner of d"),
        _reading("weak"),
        Outcome.EXPOSED,
        at_least=12,
    ),
    Cell(
        Product.MANDATED,
        Words("Entdeckung durch Statistik", "discovery by statistics"),
        _tests,
        Outcome.EXPOSED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt nach Bobs erster Antwort", "content after Bob's first answer"),
        _after_the_answer,
        Outcome.HEALED,
        at_most=12,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt ohne offene Zufallszahlen", "content without raw random numbers"),
        _silent,
        Outcome.LIMITED,
        at_least=128,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt, eine Quelle ist ehrlich", "content, one source is honest"),
        _reading("hedged"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt, alle Quellen sind gezinkt", "content, every source is rigged"),
        _reading("hedged badly"),
        Outcome.EXPOSED,
        at_least=12,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt für den ersten Besitzer nach dem Tausch", "content to the first owner"),
        _reading("first owner"),
        Outcome.PREVENTED,
        at_most=0,
    ),
    Cell(
        Product.MANDATED,
        Words("Inhalt für den Einbrecher nach dem Tausch", "content to the burglar"),
        _reading("burglar"),
        Outcome.EXPOSED,
        at_least=12,
    ),
)

SCENARIO = Scenario(
    id="E3",
    slug="weak-rng",
    title=Words("Gezinkte Würfel (Dual_EC)", "Sabotaged randomness (Dual_EC)"),
    claim=Words(
        "Eine Hintertür im Zufall hat nur, wer sie eingebaut hat, und sie würde auffallen.",
        "A back door in the random numbers is its maker's alone, and it would be noticed.",
    ),
    precedents=(
        Precedent(
            Words(
                "Dual_EC_DRBG in NIST SP 800-90; zurückgezogen",
                "Dual_EC_DRBG in NIST SP 800-90; withdrawn",
            ),
            "2006-2014",
            checked=False,
        ),
        Precedent(
            Words(
                "Juniper ScreenOS: Unbekannte tauschten die Konstante Q aus",
                "Juniper ScreenOS: somebody unknown replaced the constant Q",
            ),
            "2015-12-17",
            checked=True,
        ),
    ),
    powers=frozenset({Power.RNG_DESIGN, Power.NET_OBSERVE}),
    cells=CELLS,
    play=play,
    notes=Words(
        "Der Generator ist echt und läuft live; nur die Zahl der abgeschnittenen Bits ist kleiner. "
        "Mit --set cut=2 sind es die 16 Bits des Standards; das dauert auf einem Laptop Minuten.",
        "The generator is real and runs live; only the number of bits cut off is smaller. With "
        "--set cut=2 it is the standard's 16 bits; that takes minutes on a laptop.",
    ),
    limit=Words(
        "Kein Test der Ausgabe findet eine solche Hintertür. Auch das echte Programm muss dem "
        "Zufall des Betriebssystems trauen; es mischt keine zweite Quelle hinein.",
        "No test of the output finds such a back door. The real program, too, has to trust the "
        "operating system's random numbers; it mixes in no second source.",
    ),
    parameters={
        "cut": Parameter(
            Words("Bytes, die jeder Ausgabe fehlen", "bytes cut off each output"), 1, 1, 2
        )
    },
    exercises=(
        Exercise(
            Words(
                "Welche Zahl muss man kennen, um die Hintertür zu benutzen?",
                "Which number does one have to know to use the back door?",
            ),
            Words(
                "Das d mit P = d · Q. P und Q stehen im Standard, d nicht.",
                "The d with P = d · Q. P and Q are in the standard, d is not.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Warum kann kein Test der Ausgabe die Hintertür finden?",
                "Why can no test of the output find the back door?",
            ),
            Words(
                "Ohne d ist die Ausgabe so schwer von Zufall zu unterscheiden wie bei gut "
                "gewählten Punkten. Ein Unterschied besteht nur für den, der d kennt.",
                "Without d the output is as hard to tell from random as with well-chosen points. "
                "There is a difference only for whoever knows d.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "„Nur unsere Dienste kennen d.“ Was spricht für, was gegen dieses Argument?",
                "“Only our services know d.” What speaks for this argument, what against it?",
            ),
            Words(
                "Dafür: Niemand sonst kann d berechnen. Dagegen: Wer Q austauscht, besitzt die Tür "
                "sofort, wie bei Juniper; und ob d gestohlen wurde, erfährt niemand.",
                "For it: nobody else can compute d. Against it: who replaces Q owns the door at "
                "once, as at Juniper; and nobody learns whether d was stolen.",
            ),
            Level.DISPUTE,
        ),
    ),
)
