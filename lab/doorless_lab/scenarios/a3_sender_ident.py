"""A3: who wrote it? A court wants the name behind a message."""

from doorless_lab.plays.sender_ident import play
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
    Verdict,
)
from doorless_lab.words import Words

ASKED = 2
"""Kinds of items that would name a sender: they have to be in the answer."""


def _past(held: Held) -> Verdict:
    """Number = senders and addresses that the answer names. Raises KeyError: not asked."""
    facts = held["past"].facts
    if facts["asked"] != ASKED:
        raise KeyError("the answer does not say whether senders and addresses are held")
    named = int(facts["named"]) + int(facts["noted"])
    return Verdict(
        Outcome.EXPOSED if named else Outcome.PREVENTED,
        named,
        Words(
            f"Der Server nennt {named} Absender früherer Nachrichten.",
            f"The server names {named} senders of earlier messages.",
        ),
    )


def _future(name: str) -> Judge:
    """By who may have written: number = how many. PREVENTED: she is not among them."""

    def judge(held: Held) -> Verdict:
        facts = held[name].facts
        candidates = int(facts["candidates"])
        outcome = Outcome.EXPOSED if candidates == 1 else Outcome.LIMITED
        if not facts["sender_among_them"]:
            outcome = Outcome.PREVENTED
        return Verdict(
            outcome,
            candidates,
            Words(
                f"Sie ist eine von {candidates}, die in Frage kommen.",
                f"She is one of {candidates} who may have written it.",
            ),
        )

    return judge


def _cell(what: Words, name: str, expected: Outcome, least: int, most: float) -> Cell:
    return Cell(Product.E2EE, what, _future(name), expected, at_least=least, at_most=most)


SCENARIO = Scenario(
    id="A3",
    slug="sender-ident",
    title=Words("Wer hat es geschrieben?", "Compelled sender identification"),
    claim=Words(
        "Ein Betreiber, der nichts aufschreibt, kann auch niemanden verraten.",
        "An operator who writes nothing down can betray nobody.",
    ),
    precedents=(
        Precedent(
            Words(
                "ProtonMail muss in der Schweiz die Adresse eines Aktivisten aufzeichnen",
                "ProtonMail has to record an activist's address, by a Swiss order",
            ),
            "2021-09",
            checked=True,
        ),
        Precedent(
            Words(
                "Posteo: BVerfG 2 BvR 2377/16, Adressen auch ohne eigene Aufzeichnung",
                "Posteo: BVerfG 2 BvR 2377/16, addresses even where none are logged",
            ),
            "2018-12-20",
            checked=True,
        ),
    ),
    powers=frozenset({Power.COURT_ORDER, Power.SERVER_READ, Power.SERVER_LOG_ON, Power.GAG}),
    cells=(
        Cell(
            Product.E2EE,
            Words("frühere Nachrichten", "past messages"),
            _past,
            Outcome.PREVENTED,
            at_most=0,
        ),
        _cell(
            Words("künftige, direkte Verbindung", "future ones, direct connection"),
            *("direct", Outcome.EXPOSED, 1, 1),
        ),
        _cell(
            Words("künftige, Netz einer Schule", "future ones, a school's network"),
            *("school", Outcome.LIMITED, 2, float("inf")),
        ),
        _cell(
            Words("künftige, über einen Proxy", "future ones, through a proxy"),
            *("proxy", Outcome.LIMITED, 2, float("inf")),
        ),
        _cell(
            Words("über einen Proxy, mit Bestätigungen", "through a proxy, with receipts"),
            *("receipts", Outcome.EXPOSED, 1, 1),
        ),
    ),
    play=play,
    notes=Words(
        "Trennt Vergangenheit und Zukunft. Was nie aufgeschrieben wurde, kann niemand verlangen."
        " Was ab heute aufgeschrieben werden soll, schon. Der letzte Schritt überrascht die"
        " meisten: Die Bestätigung verrät mehr als die Nachricht.",
        "Keep past and future apart. What was never written down nobody can demand. What is to be"
        " written down from today on they can. The last step surprises most: the receipt gives"
        " away more than the message.",
    ),
    exercises=(
        Exercise(
            Words(
                "Wo steht, von wem ein Umschlag ist?", "Where does it say who an envelope is from?"
            ),
            Words(
                "Nur innen: Der Betreiber sieht das Postfach, an das er geht, seine Größe und die"
                " Stunde.",
                "Inside alone: the operator sees the mailbox that it goes to, its size and the"
                " hour.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Welche Zeile im Server musste sich ändern? Kann jemand das merken?",
                "Which line in the server had to change? Could a user notice?",
            ),
            Words(
                "Eine Zeile, die die Adresse aufschreibt. Nein: Die Programme der Nutzer sehen"
                " keinen Unterschied. Merken könnte man es an einem Programm, das geprüft wird,"
                " oder am Kanarienvogel, der ausbleibt (A5).",
                "One line that writes the address down. No: the users' programs see no difference."
                " It could show in a build that is attested, or in a canary that lapses (A5).",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Soll ein Gericht anordnen dürfen, dass ein Betreiber künftig mitschreibt?",
                "May a court order an operator to write down from now on?",
            ),
            Words(
                "Dafür: Es trifft einen Verdächtigen, mit Richter und Frist. Dagegen: Ein Programm,"
                " das für einen mitschreiben kann, kann es für alle.",
                "For: it concerns one suspect, with a judge and a term. Against: a program that can"
                " write down for one can do it for all.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Wer ab jetzt mitschreiben muss, sieht Adresse und Zeit jedes Umschlags. Wer direkt und von"
        " einer eigenen Adresse schreibt, ist dann bekannt, und mit Bestätigungen auch hinter einem"
        " Proxy.",
        "Who has to write down from now on sees address and time of each envelope. Whoever writes"
        " directly, from an address of their own, is known then; with receipts, behind a proxy as"
        " well.",
    ),
    parameters={
        "pupils": Parameter(
            Words("Konten im Netz der Schule", "accounts in the school's network"), 28, 2, 60
        ),
        "proxied": Parameter(
            Words("Konten hinter dem Proxy", "accounts behind the proxy"), 5, 2, 20
        ),
    },
    law_as_of="2026-09-01",
)
