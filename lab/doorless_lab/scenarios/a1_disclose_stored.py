"""A1: a court orders the operator to hand over what is stored."""

from doorless_lab.judges import content
from doorless_lab.plays.disclose_stored import play
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
from doorless_lab.words import Words

WIDEST = "answer to US_WARRANT"


def _metadata(held: Held) -> Verdict:
    """By the answer to the widest order: number = dates and sealed envelopes together."""
    facts = held[WIDEST].facts
    dates, envelopes = int(facts["dates"]), int(facts["envelopes"])
    given, asked = int(facts["given"]), int(facts["asked"])
    outcome = Outcome.LIMITED if 0 < given < asked else Outcome.EXPOSED
    if not given:
        outcome = Outcome.PREVENTED
    return Verdict(
        outcome,
        dates + envelopes,
        Words(
            f"{given} von {asked} Posten: {dates} Datumsangaben, {envelopes} versiegelte Umschläge"
            " und öffentliche Schlüssel.",
            f"{given} of {asked} items: {dates} dates, {envelopes} sealed envelopes and public"
            " keys.",
        ),
    )


CONTENT = Words("Inhalt", "content")

SCENARIO = Scenario(
    id="A1",
    slug="disclose-stored",
    title=Words("Herausgabe gespeicherter Daten", "Compelled disclosure of stored data"),
    claim=Words(
        "Mit einem richterlichen Beschluss bekommt die Behörde, was zwei sich schrieben.",
        "With a judge's order the agency gets what two people wrote to each other.",
    ),
    precedents=(
        Precedent(
            Words(
                "Signal: Eine Grand Jury in Virginia verlangt alles und bekommt zwei Datumsangaben",
                "Signal: a grand jury in Virginia demands everything and gets two dates",
            ),
            "2016",
            checked=True,
        ),
        Precedent(
            Words(
                "Signal: C.D. Cal. und Santa Clara County, dieselben zwei Datumsangaben",
                "Signal: C.D. Cal. and Santa Clara County, the same two dates",
            ),
            "2021",
            checked=True,
        ),
    ),
    powers=frozenset({Power.COURT_ORDER, Power.SERVER_READ, Power.ESCROW_KEY}),
    cells=(
        Cell(Product.CLOUD, CONTENT, content(), Outcome.EXPOSED, at_least=24, at_most=24),
        Cell(Product.E2EE, CONTENT, content(), Outcome.PREVENTED, at_most=0),
        Cell(
            Product.E2EE,
            Words("Verkehrsdaten", "metadata"),
            _metadata,
            Outcome.LIMITED,
            at_least=5,
            at_most=5,
        ),
        Cell(Product.MANDATED, CONTENT, content(), Outcome.EXPOSED, at_least=24, at_most=24),
    ),
    play=play,
    notes=Words(
        "Zeigt zuerst den Vergleichsdienst, dann doorless: Recht und Anordnung sind gleich, nur"
        " das, was da ist, ist ein anderes. Trennt die zwei Arten von Nein: „nicht gedeckt“ ist"
        " ein rechtliches, „nie erhoben“ ein technisches. Das Gesetz kann nur das erste ändern.",
        "Show the control first, then doorless: law and order are the same, only what is there"
        " differs. Keep the two kinds of no apart: “not covered” is a legal one, “never collected”"
        " a technical one. The law can change the first alone.",
    ),
    exercises=(
        Exercise(
            Words(
                "Nenne die zwei Datumsangaben, die der Betreiber über ein Konto herausgeben kann.",
                "Name the two dates that the operator can give of an account.",
            ),
            Words(
                "Den Tag, an dem es angelegt wurde, und den Tag der letzten Verbindung.",
                "The day on which it was created, and the day of the last connection.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Streiche aus der Liste von 2016, was die Anordnung nicht deckt, dann, was der"
                " Server nie hatte. Welche Liste ist länger?",
                "Strike out of the 2016 list what the instrument does not cover, then what the"
                " server never had. Which list is longer?",
            ),
            Words(
                "Die subpoena schließt den Inhalt schon aus; die zweite Liste (nie erhoben) ist die"
                " längere, und kein Gesetz ändert sie im Nachhinein.",
                "The subpoena already excludes content; the second list (never collected) is the"
                " longer, and no law changes it afterwards.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Soll ein Gesetz vorschreiben dürfen, was ein Betreiber erheben muss? Nenne für"
                " jede Seite das stärkste Argument.",
                "May a law prescribe what an operator has to collect? Give the strongest argument"
                " of each side.",
            ),
            Words(
                "Dafür: Ohne Daten bleiben schwere Taten unaufgeklärt. Dagegen: Erhoben wird von"
                " allen, gesucht wird einer, und was da ist, kann auch gestohlen werden.",
                "For: without data, grave crimes stay unsolved. Against: it is collected from"
                " everybody while one is sought, and what is there can be stolen as well.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Der Betreiber gibt immer, was er hat: zwei Datumsangaben, öffentliche Schlüssel, wartende"
        " Umschläge. Dass es das Konto gibt, kann er nicht verbergen.",
        "The operator always gives what he has: two dates, public keys, envelopes that wait. That"
        " the account exists he cannot hide.",
    ),
    law_as_of="2026-09-01",
)
