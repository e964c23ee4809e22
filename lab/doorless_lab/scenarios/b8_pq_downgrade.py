"""B8 pq-downgrade: the quantum protection is stripped before anything is sealed."""

from doorless_lab.plays.pq_downgrade import play
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
    Verdict,
)
from doorless_lab.staging.judging import fact
from doorless_lab.telling import dotted
from doorless_lab.words import Words


def stripped(held: Held) -> Verdict:
    attempts, sealed = fact(held, "stripped", "attempts"), fact(held, "stripped", "sealed")
    if not fact(held, "stripped", "control"):
        raise KeyError("an unchanged bundle is refused as well, so nothing was shown")
    return _refused(attempts, sealed)


def older(held: Held) -> Verdict:
    claims = fact(held, "older", "claims") + fact(held, "older", "attempts on a client")
    return _refused(claims, fact(held, "older", "read") + fact(held, "older", "sealed"))


def in_flight(held: Held) -> Verdict:
    if held["transcript"].facts["same"]:
        because = Words("Der Hash verrät die Änderung nicht.", "The hash does not show the change.")
        return Verdict(Outcome.EXPOSED, 1, because)
    return _refused(fact(held, "in flight", "flips"), fact(held, "in flight", "accepted"))


def old_client(held: Held) -> Verdict:
    forms = fact(held, "in flight", "older forms")
    return _refused(forms, fact(held, "in flight", "older accepted"))


def _refused(attempts: float, accepted: float) -> Verdict:
    because = Words(
        f"Angenommen: {accepted:.0f} von {dotted(int(attempts))}.",
        f"Accepted: {accepted:.0f} of {attempts:,.0f}.",
    )
    outcome = Outcome.EXPOSED if accepted or not attempts else Outcome.PREVENTED
    return Verdict(outcome, accepted, because)


def afterwards(held: Held) -> Verdict:
    arrived, read = fact(held, "then", "arrived"), fact(held, "then", "read")
    if arrived != 1:
        raise KeyError("nothing arrived from an honest relay either, so nothing was shown")
    because = Words(f"In 2040 gelesen: {read:.0f}.", f"Read in 2040: {read:.0f}.")
    return Verdict(Outcome.EXPOSED if read else Outcome.PREVENTED, read, because)


def negotiated(held: Held) -> Verdict:
    total, read = fact(held, "negotiated", "messages"), fact(held, "negotiated", "read")
    because = Words(f"{read:.0f} von {total:.0f} gelesen.", f"{read:.0f} of {total:.0f} read.")
    return Verdict(Outcome.EXPOSED if read == total else Outcome.PREVENTED, read, because)


SCENARIO = Scenario(
    id="B8",
    slug="pq-downgrade",
    title=Words("Herabstufung", "Strip the quantum protection"),
    claim=Words(
        "Auch wenn es Schutz vor Quantenrechnern gibt: Der Server kann ihn abschalten.",
        "Even where there is quantum protection, the relay can switch it off.",
    ),
    precedents=(
        Precedent(
            Words(
                "FREAK und Logjam: TLS wird auf Schlüssel aus der Zeit der Exportverbote "
                "zurückgestuft.",
                "FREAK and Logjam: TLS is downgraded to keys of the days of export bans.",
            ),
            "2015",
            checked=False,
        ),
    ),
    powers=frozenset({Power.SERVER_WRITE, Power.NET_ALTER, Power.STORE_NOW, Power.QUANTUM}),
    cells=(
        Cell(
            Product.E2EE,
            Words("a: ML-KEM-Schlüssel gestrichen", "a: ML-KEM keys stripped"),
            stripped,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("b: ältere Version behauptet", "b: older version claimed"),
            older,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("c: unterwegs geändert", "c: changed in flight"),
            in_flight,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("d: ältere Form", "d: older form"),
            old_client,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("danach, im Jahr 2040", "afterwards, in 2040"),
            afterwards,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.LEGACY,
            Words("Programm, das aushandelt", "program that negotiates"),
            negotiated,
            Outcome.EXPOSED,
            at_least=1,
        ),
    ),
    play=play,
    notes=Words(
        "Zuerst die Spalte ohne Schutz: Dort genügt ein unwahrer, nicht unterschriebener Satz des "
        "Servers. Danach C3 für die Folgen.",
        "The column without the defence first: there one untrue, unsigned sentence of the relay "
        "is enough. Then C3 for what follows.",
    ),
    exercises=(
        Exercise(
            Words("Was sind Version und Suite?", "What are version and suite?"),
            Words(
                "Zwei Bytes, die sagen, in welcher Form und mit welchen Verfahren gesprochen wird.",
                "Two bytes that say in which form and with which algorithms the two speak.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Warum muss auch das Fehlen von etwas unterschrieben sein?",
                "Why must the absence of something be signed?",
            ),
            Words(
                "Sonst kann es jemand unterwegs streichen und behaupten, es sei nie da gewesen.",
                "Else somebody can strike it out on the way and claim that it was never there.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "doorless spricht nur eine Version. Was kostet das, wenn eine zweite kommt?",
                "doorless speaks one version only. What does that cost when a second one comes?",
            ),
            Words(
                "Alte Programme können dann mit neuen nicht sprechen, oder beide müssen eine Weile "
                "beides können, und genau da lauert die Herabstufung.",
                "Old programs cannot speak with new ones then, or both have to know both for a "
                "while, and that is where a downgrade lies in wait.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Der Server kann das Gespräch verhindern: Wer Bobs Schlüssel nur verstümmelt herausgibt, "
        "sorgt dafür, dass nichts gesendet wird.",
        "The relay can prevent the conversation: whoever hands out Bob's keys only mutilated sees "
        "to it that nothing is sent.",
    ),
    parameters={
        "flips": Parameter(Words("gekippte Bits", "flipped bits"), 128, 16, 4096),
        "messages": Parameter(Words("Nachrichten", "messages"), 24, 8, 96),
    },
)
