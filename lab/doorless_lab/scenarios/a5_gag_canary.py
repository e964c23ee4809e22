"""A5 gag-canary: orders of silence, and what becomes known of them."""

from doorless_lab.plays.gag_canary import play
from doorless_lab.scenario import (
    Cell,
    Exercise,
    Held,
    Level,
    Outcome,
    Power,
    Precedent,
    Product,
    Scenario,
    Verdict,
)
from doorless_lab.staging.judging import fact
from doorless_lab.words import Words


def dated(held: Held) -> Verdict:
    """DETECTED: nobody was told before the end, and both are told at the end."""
    days = fact(held, "renewed", "days")
    early = (
        fact(held, "while silent", "told")
        + fact(held, "dated", "told before")
        + fact(held, "while silent", "pages")
        + fact(held, "dated", "pages before")
        + (1 - fact(held, "while silent", "as if never asked"))
    )
    told = fact(held, "dated", "days") > 0 and days > 0 and fact(held, "dated", "pages") == 1
    return Verdict(
        Outcome.DETECTED if told and not early else Outcome.EXPOSED,
        days,
        Words(
            f"Alice erfährt es am Ende: nach {fact(held, 'dated', 'days'):.0f} und {days:.0f} "
            f"Tagen; vorher {early:.0f}-mal.",
            f"Alice learns at the end: after {fact(held, 'dated', 'days'):.0f} and {days:.0f} "
            f"days; before that {early:.0f} times.",
        ),
    )


def endless(held: Held) -> Verdict:
    days, told = fact(held, "endless", "days"), fact(held, "endless", "told")
    return Verdict(
        Outcome.DETECTED if told else Outcome.EXPOSED,
        days,
        Words(
            f"Nach {days:.0f} Tagen wurde Alice {told:.0f}-mal benachrichtigt.",
            f"After {days:.0f} days Alice was told {told:.0f} times.",
        ),
    )


def canary(held: Held) -> Verdict:
    """LIMITED: it falls silent and does not say why; forced, it says that all is well."""
    overdue, forced = fact(held, "canary", "overdue"), fact(held, "forced", "overdue")
    outcome = Outcome.LIMITED if overdue and not forced else Outcome.EXPOSED
    if overdue and fact(held, "canary", "names a demand"):
        outcome = Outcome.DETECTED
    return Verdict(
        outcome,
        overdue,
        Words(
            f"{overdue:.0f} Tage überfällig, ohne zu sagen, was geschah; erzwungen: {forced:.0f}.",
            f"{overdue:.0f} days overdue without saying what happened; forced: {forced:.0f}.",
        ),
    )


def in_bands(held: Held) -> Verdict:
    same, structures = fact(held, "bands", "same"), fact(held, "bands", "structures")
    return Verdict(
        Outcome.LIMITED if same == structures else Outcome.EXPOSED,
        same,
        Words(
            f"In {same:.0f} von {structures:.0f} Formen sehen 0 Anordnungen aus wie die höchste "
            "Zahl des Bandes.",
            f"In {same:.0f} of {structures:.0f} forms 0 orders look like the highest number of "
            "the band.",
        ),
    )


SCENARIO = Scenario(
    id="A5",
    slug="gag-canary",
    title=Words("Schweigeanordnung und Kanarienvogel", "Secrecy order, notice and canary"),
    claim=Words(
        "Wenn der Betreiber schweigen muss, erfahren die Betroffenen es nie.",
        "If the operator has to be silent, those concerned will never learn of it.",
    ),
    precedents=(
        Precedent(
            Words(
                "Microsoft klagt gegen Schweigeanordnungen: 2 576 in 18 Monaten, 1 752 ohne "
                "Enddatum.",
                "Microsoft sues over secrecy orders: 2,576 in 18 months, 1,752 without an end "
                "date.",
            ),
            "2016-04-14",
            checked=True,
        ),
        Precedent(
            Words(
                "Das US-Justizministerium verlangt Einzelbegründungen und in der Regel höchstens "
                "ein Jahr; Microsoft lässt die Klage fallen.",
                "The US Department of Justice asks for individual reasons and as a rule at most "
                "one year; Microsoft drops the suit.",
            ),
            "2017-10-19",
            checked=True,
        ),
        Precedent(
            Words(
                "Der Kanarienvogel von reddit verschwindet; warum, durfte niemand sagen.",
                "The canary of reddit disappears; nobody was free to say why.",
            ),
            "2016",
            checked=False,
        ),
    ),
    powers=frozenset({Power.COURT_ORDER, Power.GAG}),
    cells=(
        Cell(
            Product.E2EE,
            Words("Schweigen mit Ende", "silence with an end"),
            dated,
            Outcome.DETECTED,
            at_least=451,
            at_most=452,
        ),
        Cell(
            Product.E2EE,
            Words("Schweigen ohne Ende", "silence without an end"),
            endless,
            Outcome.EXPOSED,
            at_least=3_650,
        ),
        Cell(
            Product.E2EE,
            Words("Kanarienvogel", "canary"),
            canary,
            Outcome.LIMITED,
            at_least=9,
            at_most=9,
        ),
        Cell(
            Product.E2EE,
            Words("Zählung in Bändern", "counting in bands"),
            in_bands,
            Outcome.LIMITED,
            at_least=4,
            at_most=4,
        ),
    ),
    play=play,
    notes=Words(
        "Halten Sie nach dem Kanarienvogel an und lassen Sie raten, was geschehen ist: "
        "Beschlagnahme, Urlaub, Anordnung? Genau das weiß auch Alice nicht. Die Berichte vor und "
        "nach dem Ende lassen sich öffnen und nebeneinanderlegen.",
        "Stop after the canary and let them guess what happened: a search, a holiday, an order? "
        "Alice does not know either. The reports from before and after the end can be opened "
        "side by side.",
    ),
    exercises=(
        Exercise(
            Words(
                "Was muss der Betreiber an dem Tag tun, an dem das Schweigen endet?",
                "What does the operator have to do on the day on which silence ends?",
            ),
            Words(
                "Nichts: die Mitteilung liegt mit ihrem Datum bereit, und der Server zeigt sie.",
                "Nothing: the notice lies ready with its date, and the relay shows it.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "1 752 von 2 576: Welche Änderung von 2017 hätte das Bild geheilt, und ist sie "
                "Gesetz?",
                "1,752 of 2,576: which change of 2017 would have fixed the picture, and is it law?",
            ),
            Words(
                "Höchstens ein Jahr, mit Einzelbegründung. Es ist eine Dienstanweisung des "
                "Ministeriums und kein Gesetz; die nächste kann es ändern.",
                "At most one year, with individual reasons. It is a policy memo of the ministry "
                "and no statute; the next one may change it.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Darf ein Staat jemanden zwingen, etwas Unwahres zu unterschreiben?",
                "May a state force anybody to sign something untrue?",
            ),
            Words(
                "Dafür: ein Kanarienvogel kann eine Ermittlung verraten, und das Schweigegebot "
                "liefe leer. Dagegen: zum Lügen gezwungen zu werden ist mehr als schweigen zu "
                "müssen. Entschieden ist es, soweit wir wissen, nirgends.",
                "For: a canary can betray an investigation, and the order of silence would be "
                "empty. Against: to be made to lie is more than to be made to keep silent. As far "
                "as we know it is decided nowhere.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Eine Anordnung ohne Ende bleibt geheim, solange niemand sie aufhebt. Und wer gezwungen "
        "wird, weiter zu unterschreiben, dessen Kanarienvogel lügt.",
        "An order without an end stays secret for as long as nobody lifts it. And the canary of "
        "whoever is forced to go on signing lies.",
    ),
    law_as_of="2026-09-01",
)
