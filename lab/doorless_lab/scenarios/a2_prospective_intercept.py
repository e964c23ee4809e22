"""A2: from now on, keep all ciphertext."""

from doorless_lab.judges import InvalidEvidenceError, content
from doorless_lab.plays.intercept import MESSAGES, play
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


def _later(held: Held) -> Verdict:
    """Number = delivered envelopes that the seized phone opens. Its control: those that waited."""
    facts = held["seizure"].facts
    if not facts["control"] or facts["control"] != facts["waiting"]:
        raise InvalidEvidenceError("the phone did not even open what it had still to get")
    opened, delivered = int(facts["opened"]), int(facts["delivered"])
    return Verdict(
        Outcome.EXPOSED if opened else Outcome.PREVENTED,
        opened,
        Words(
            f"Das Telefon öffnet {opened} von {delivered} Kopien zugestellter Umschläge.",
            f"The phone opens {opened} of {delivered} copies of delivered envelopes.",
        ),
    )


def _waiting(held: Held) -> Verdict:
    """Number = envelopes that had not arrived, and that the seized phone opens."""
    facts = held["seizure"].facts
    opened, waiting = int(facts["control"]), int(facts["waiting"])
    return Verdict(
        Outcome.EXPOSED if opened else Outcome.PREVENTED,
        opened,
        Words(
            f"Von {waiting}, die noch warteten, öffnet es {opened}.",
            f"Of {waiting} that still waited it opens {opened}.",
        ),
    )


def _metadata(held: Held) -> Verdict:
    """Number = envelopes of which time, address, mailbox and size are known."""
    facts = held["traffic"].facts
    told, envelopes = int(facts["told"]), int(facts["envelopes"])
    return Verdict(
        Outcome.EXPOSED if told else Outcome.PREVENTED,
        told,
        Words(
            f"Von {told} der {envelopes} Umschläge sind Zeit, Adresse, Postfach und Größe bekannt.",
            f"Of {told} of the {envelopes} envelopes time, address, mailbox and size are known.",
        ),
    )


CONTENT = Words("Inhalt", "content")

SCENARIO = Scenario(
    id="A2",
    slug="prospective-intercept",
    title=Words("Ab jetzt alles mitschneiden", "Keep all ciphertext from now on"),
    claim=Words(
        "Wer ab heute alles kopiert, liest es spätestens, wenn er das Telefon hat.",
        "Whoever copies everything from today on will read it, at the latest with the phone.",
    ),
    precedents=(
        Precedent(
            Words(
                "Tutanota: Das LG Köln verlangt eine Funktion, die neue Post vor dem Verschlüsseln"
                " kopiert",
                "Tutanota: LG Köln demands a function that copies new mail before it is encrypted",
            ),
            "2020-11",
            checked=True,
        ),
        Precedent(
            Words(
                "20.142 britische Anordnungen an US-Anbieter, meist zum Mitschneiden",
                "20,142 British orders to US providers, most of them wiretaps",
            ),
            "2022-10 / 2024-10",
            checked=True,
        ),
    ),
    powers=frozenset(
        {
            *(Power.COURT_ORDER, Power.SERVER_READ, Power.SERVER_LOG_ON),
            *(Power.STORE_NOW, Power.DEVICE_UNLOCKED, Power.ESCROW_KEY),
        }
    ),
    cells=(
        Cell(Product.E2EE, CONTENT, content("pile"), Outcome.PREVENTED, at_most=0),
        Cell(
            Product.E2EE,
            Words("Inhalt, mit dem Telefon später", "content, with the phone later"),
            _later,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("was noch nicht zugestellt war", "what had not been delivered yet"),
            _waiting,
            Outcome.EXPOSED,
            at_least=1,
        ),
        Cell(
            Product.E2EE,
            Words("Verkehrsdaten", "metadata"),
            _metadata,
            Outcome.EXPOSED,
            at_least=MESSAGES,
        ),
        Cell(
            Product.MANDATED,
            CONTENT,
            content("pile"),
            Outcome.EXPOSED,
            at_least=MESSAGES,
            at_most=MESSAGES,
        ),
    ),
    play=play,
    notes=Words(
        "Der Betreiber gehorcht hier ganz. Trotzdem wächst nur ein Haufen Rauschen. Fragt vor dem"
        " letzten Schritt: Was passiert, wenn das Telefon später in die Hände der Behörde kommt?"
        " Das Telefon selbst ist Thema von D1.",
        "Here the operator obeys entirely. Still, only a pile of noise grows. Ask before the last"
        " step: what happens once the phone falls into the agency's hands? The phone itself is the"
        " topic of D1.",
    ),
    exercises=(
        Exercise(
            Words(
                "Was steht zu jedem kopierten Umschlag im Protokoll des Betreibers?",
                "What does the operator's log say of each envelope that was copied?",
            ),
            Words(
                "Zeit, Adresse des Absenders im Netz, Postfach und Größe. Kein Wort und kein Name.",
                "Time, the sender's address on the network, mailbox and size. No word, no name.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Warum kann der Betreiber hier nicht tun, was Tutanota tun musste?",
                "Why can the operator here not do what Tutanota had to do?",
            ),
            Words(
                "Tutanota bekommt gewöhnliche Post im Klartext und verschlüsselt sie selbst. Hier"
                " wird verschlüsselt, bevor der Server etwas bekommt.",
                "Tutanota receives ordinary mail in the clear and encrypts it itself. Here it is"
                " encrypted before the relay gets anything.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Ist es verhältnismäßig, Verkehrsdaten mitzuschreiben, wenn der Inhalt unlesbar"
                " ist?",
                "Is it proportionate to record traffic where the content cannot be read?",
            ),
            Words(
                "Dafür: Es ist ein milderes Mittel und hilft oft. Dagegen: Wer wann mit wem"
                " spricht, verrät viel, auch über Unbeteiligte.",
                "For: it is the milder means, and often helps. Against: who speaks with whom, and"
                " when, tells a lot, also of people who are not concerned.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Zeit, Adresse, Postfach und Größe sieht der Betreiber, und niemand merkt es. Was beim"
        " Beschlagnahmen noch wartet, öffnet das Telefon; der Verlauf darauf ist lesbar (D1).",
        "The operator sees time, address, mailbox and size, and nobody notices. What still waits at"
        " the seizure the phone opens; the history on it can be read (D1).",
    ),
    law_as_of="2026-09-01",
)
