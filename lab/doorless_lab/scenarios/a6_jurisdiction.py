"""A6 jurisdiction: for which data geography protects, and for which mathematics."""

from doorless_lab.judges import content
from doorless_lab.plays.jurisdiction import play
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


def geography(held: Held) -> Verdict:
    """What the place of the data changes: LIMITED where law stops some of the orders."""
    cells, produced = fact(held, "matrix", "cells"), fact(held, "matrix", "produced")
    outcome = Outcome.LIMITED if 0 < produced < cells else Outcome.EXPOSED
    if not produced:
        outcome = Outcome.PREVENTED
    return Verdict(
        outcome,
        produced,
        Words(
            f"In {produced:.0f} von {cells:.0f} Feldern wurde herausgegeben: das Recht wählt.",
            f"In {produced:.0f} of {cells:.0f} cells data was handed over: the law chooses.",
        ),
    )


def the_same_everywhere(held: Held) -> Verdict:
    """PREVENTED: nowhere more than the same sealed envelopes, and no marker in any of them."""
    different, envelopes = fact(held, "matrix", "different"), fact(held, "matrix", "envelopes")
    read = content()(held)
    sealed = read.outcome is Outcome.PREVENTED and different == 1 and envelopes
    return Verdict(
        Outcome.PREVENTED if sealed else Outcome.EXPOSED,
        read.number,
        Words(
            f"Überall dieselben {envelopes:.0f} Umschläge, {read.number:.0f} lesbare Nachrichten.",
            f"The same {envelopes:.0f} envelopes everywhere, {read.number:.0f} readable messages.",
        ),
    )


METADATA = Words("was der Ort ändert", "what the place changes")

SCENARIO = Scenario(
    id="A6",
    slug="jurisdiction",
    title=Words("Der Server steht in Irland", "The server is in Ireland"),
    claim=Words(
        "Liegen die Daten im Ausland, kommt die Behörde nicht heran.",
        "If the data lies abroad, the agency cannot reach it.",
    ),
    precedents=(
        Precedent(
            Words(
                "Ein New Yorker Gericht verlangt ein Postfach, das in Dublin liegt; 2016 gibt das "
                "Berufungsgericht Microsoft recht.",
                "A court in New York demands a mailbox that lies in Dublin; in 2016 the court of "
                "appeals finds for Microsoft.",
            ),
            "2013-12 … 2016-07-14",
            checked=True,
        ),
        Precedent(
            Words(
                "Der CLOUD Act verlangt Daten „innerhalb oder außerhalb“ der USA; der Fall "
                "erledigt sich.",
                "The CLOUD Act demands data “within or outside of” the United States; the case is "
                "moot.",
            ),
            "2018-03-23",
            checked=True,
        ),
        Precedent(
            Words(
                "Die Verordnung (EU) 2023/1543 lässt Anordnungen direkt über Grenzen gehen.",
                "Regulation (EU) 2023/1543 lets orders go directly across borders.",
            ),
            "2026-08-18",
            checked=False,
        ),
    ),
    powers=frozenset({Power.COURT_ORDER, Power.SERVER_READ}),
    cells=(
        Cell(
            Product.CLOUD,
            Words("Inhalt", "content"),
            content(),
            Outcome.EXPOSED,
            at_least=24,
            at_most=24,
        ),
        Cell(Product.CLOUD, METADATA, geography, Outcome.LIMITED, at_least=7, at_most=7),
        Cell(
            Product.E2EE,
            Words("Inhalt, in jedem Feld", "content, in every cell"),
            the_same_everywhere,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(Product.E2EE, METADATA, geography, Outcome.LIMITED, at_least=7, at_most=7),
    ),
    play=play,
    notes=Words(
        "Lassen Sie die Klasse vor jedem Weg tippen: Dublin, Redmond, beide, keiner? Dann "
        "vergleichen Sie die beiden Spalten „Inhalt“. Das Recht von 2016 und das von 2018 "
        "unterscheiden sich in genau einem Feld. Wen ein Gesetz bindet, ist hier vereinfacht: "
        "ein Betreiber mit Sitz in beiden Ländern kann beiden Rechten unterliegen.",
        "Have the class bet before each route: Dublin, Redmond, both, neither? Then compare the "
        "two columns “content”. The law of 2016 and that of 2018 differ in exactly one cell. "
        "Whom a law binds is simplified here: an operator with a seat in both countries may be "
        "under both laws.",
    ),
    exercises=(
        Exercise(
            Words(
                "Welches Feld hat der CLOUD Act umgedreht?", "Which cell did the CLOUD Act flip?"
            ),
            Words(
                "US-Durchsuchungsbefehl, Dublin: 2016 abgelehnt, seit 2018 herauszugeben.",
                "US warrant, Dublin: refused in 2016, to be handed over since 2018.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Für welche Daten schützt Geografie, für welche Mathematik?",
                "For which data does geography protect you, for which mathematics?",
            ),
            Words(
                "Geografie schützt, was der Betreiber hat, solange das Recht so bleibt. "
                "Mathematik schützt, was er nicht lesen kann, gleich wo es liegt.",
                "Geography protects what the operator has, for as long as the law stays so. "
                "Mathematics protects what he cannot read, wherever it lies.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Soll ein Gericht Daten im Ausland verlangen dürfen? Nennen Sie für jede Seite "
                "das stärkste Argument.",
                "May a court demand data abroad? Give the strongest argument of each side.",
            ),
            Words(
                "Dafür: Täter wählen sonst den Ort ihrer Daten, und Rechtshilfe dauert Monate. "
                "Dagegen: Dann darf es jeder Staat, auch einer ohne unabhängige Gerichte.",
                "For: else offenders choose the place of their data, and mutual assistance takes "
                "months. Against: then every state may, also one without independent courts.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Dass es das Konto gibt, zwei Daten und wartende Umschläge gibt der Betreiber heraus, wo "
        "das Recht ihn dazu zwingt; und das Recht kann sich ändern.",
        "That the account exists, two dates and envelopes that wait the operator hands over "
        "where the law compels him; and the law may change.",
    ),
    law_as_of="2026-09-01",
)
