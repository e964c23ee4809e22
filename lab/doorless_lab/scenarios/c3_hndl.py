"""C3 hndl: harvest now, decrypt later."""

from collections.abc import Callable

from doorless_lab.plays.hndl import play
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
from doorless_lab.staging.judging import fact
from doorless_lab.words import Words


def harvest(name: str) -> Judge:
    """Messages read of a recording. Its control has to read everything, else it is invalid."""

    def judge(held: Held) -> Verdict:
        total, read = fact(held, name, "messages"), fact(held, name, "read")
        if fact(held, name, "control") != total:
            raise KeyError(f"the control of {name!r} did not read everything")
        because = Words(f"{read:.0f} von {total:.0f} gelesen.", f"{read:.0f} of {total:.0f} read.")
        return Verdict(Outcome.EXPOSED if read else Outcome.PREVENTED, read, because)

    return judge


def theft(name: str) -> Judge:
    """Whether every thief with a quantum computer loses the conversation, and how soon."""

    def judge(held: Held) -> Verdict:
        thefts, lost = fact(held, name, "thefts"), fact(held, name, "lost")
        worst, behind = fact(held, name, "worst"), fact(held, name, "behind")
        because = Words(
            f"{lost:.0f} von {thefts:.0f} Dieben verlieren es; höchstens gelesen: {worst:.0f} von "
            f"{behind:.0f}.",
            f"{lost:.0f} of {thefts:.0f} thieves lose it; read at most: {worst:.0f} of "
            f"{behind:.0f}.",
        )
        return Verdict(Outcome.HEALED if lost == thefts else Outcome.EXPOSED, worst, because)

    return judge


def impostor(held: Held) -> Verdict:
    opened, replies = fact(held, "impostor", "opened"), fact(held, "impostor", "replies read")
    after = fact(held, "impostor", "responder sure after")
    because = Words(
        f"{opened:.0f} erste Nachricht in fremdem Namen geöffnet (unbestätigt bis Nachricht "
        f"{after:.0f}); Antworten gelesen: {replies:.0f}.",
        f"{opened:.0f} first message in another's name opened (not confirmed before message "
        f"{after:.0f}); replies read: {replies:.0f}.",
    )
    return Verdict(Outcome.EXPOSED if opened else Outcome.PREVENTED, opened + replies, because)


def _cell(
    product: Product,
    what: Words,
    judge: Callable[[Held], Verdict],
    expected: Outcome,
    least: float = 0,
    most: float = float("inf"),
) -> Cell:
    return Cell(product, what, judge, expected, least, most)


SCENARIO = Scenario(
    id="C3",
    slug="hndl",
    title=Words("Heute speichern, morgen entschlüsseln", "Harvest now, decrypt later"),
    claim=Words(
        "Was heute sicher verschlüsselt ist, bleibt es.",
        "What is sealed safely today stays so.",
    ),
    precedents=(
        Precedent(
            Words(
                "Massenhafte Speicherung verschlüsselten Verkehrs durch Nachrichtendienste.",
                "Mass retention of encrypted traffic by intelligence services.",
            ),
            "2013",
            checked=False,
        ),
        Precedent(
            Words("NIST veröffentlicht ML-KEM als FIPS 203.", "NIST publishes ML-KEM as FIPS 203."),
            "2024-08-13",
            checked=False,
        ),
    ),
    powers=frozenset({Power.STORE_NOW, Power.QUANTUM, Power.STATE_COPY}),
    cells=(
        _cell(
            Product.E2EE,
            Words("nur mitgeschnitten", "recorded only"),
            harvest("harvest product"),
            Outcome.PREVENTED,
            most=0,
        ),
        _cell(
            Product.E2EE,
            Words("nur ML-KEM gebrochen", "ML-KEM alone broken"),
            harvest("lattice"),
            Outcome.PREVENTED,
            most=0,
        ),
        _cell(
            Product.E2EE,
            Words("und Zustand gestohlen", "and state stolen"),
            theft("theft product"),
            Outcome.HEALED,
            least=1,
            most=6,
        ),
        _cell(
            Product.E2EE,
            Words("2040 in Alices Namen schreiben", "writing in Alice's name in 2040"),
            impostor,
            Outcome.EXPOSED,
            least=1,
            most=1,
        ),
        _cell(
            Product.LEGACY,
            Words("nur X3DH", "X3DH only"),
            harvest("harvest x3dh"),
            Outcome.EXPOSED,
            least=12,
        ),
        _cell(
            Product.LEGACY,
            Words("PQXDH + klassische Ratsche", "PQXDH + classical ratchet"),
            harvest("harvest pqxdh"),
            Outcome.PREVENTED,
            most=0,
        ),
        _cell(
            Product.LEGACY,
            Words("PQXDH + klassische Ratsche, Zustand gestohlen", "the same, state stolen"),
            theft("theft pqxdh"),
            Outcome.EXPOSED,
            least=6,
        ),
    ),
    play=play,
    notes=Words(
        "Erst die Spalte ohne Schutz zeigen, dann fragen, was der Schutz kostet: Der Handschlag "
        "wird etwa 2,6 kB größer, eine spätere Nachricht um nichts, weil sie ohnehin aufgefüllt "
        "wird.",
        "Show the column without the defence first, then ask what the defence costs: the "
        "handshake grows by about 2.6 kB, a later message by nothing, since it is padded anyway.",
    ),
    exercises=(
        Exercise(
            Words(
                "Welcher Schlüssel fehlt dem Quantenrechner?", "Which key does the machine lack?"
            ),
            Words(
                "Das ML-KEM-Geheimnis: Es ist in den ersten Schlüssel eingemischt.",
                "The ML-KEM secret: it is mixed into the first key.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Warum verliert der Dieb mit Quantenrechner das Gespräch nur bei der "
                "Dreifach-Ratsche?",
                "Why does the thief with a quantum computer lose the conversation only with the "
                "triple ratchet?",
            ),
            Words(
                "Die klassische Ratsche erneuert nur mit X25519, das er bricht. Die dritte mischt "
                "laufend frische ML-KEM-Geheimnisse ein.",
                "The classical ratchet renews with X25519 alone, which he breaks. The third keeps "
                "mixing in fresh ML-KEM secrets.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words("Wer muss sich 2026 wegen 2040 sorgen?", "Who must worry in 2026 about 2040?"),
            Words(
                "Wessen Geheimnis so lange gilt: die Quelle einer Journalistin, eine "
                "Patientenakte; vielleicht ein Liebesbrief. Eine Verabredung für morgen nicht.",
                "Whoever's secret lasts that long: a journalist's source, a patient file; perhaps "
                "a love letter. An appointment for tomorrow does not.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Wer 2040 selbst schreibt statt mitzulesen, kann eine erste Nachricht in fremdem Namen "
        "zustellen; sie bleibt unbestätigt. Fallen X25519 und ML-KEM beide, ist alles lesbar.",
        "Who writes in 2040 instead of reading can deliver a first message in another's name; it "
        "stays unconfirmed. If X25519 and ML-KEM both fall, everything can be read.",
    ),
    parameters={
        "messages": Parameter(Words("Nachrichten", "messages"), 24, 16, 96),
        "thefts": Parameter(Words("Zeitpunkte eines Diebstahls", "moments of a theft"), 8, 1, 40),
    },
)
