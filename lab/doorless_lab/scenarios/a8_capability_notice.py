"""A8: a ministry orders the operator to build a door."""

from doorless_lab.plays.capability_notice import play
from doorless_lab.scenario import (
    Cell,
    Exercise,
    Held,
    Judge,
    Level,
    Outcome,
    Power,
    Precedent,
    Product,
    Scenario,
    Verdict,
)
from doorless_lab.words import Words

GIVES = (Outcome.EXPOSED, Outcome.LIMITED)
"""What a mechanism came to that gives content, and nobody is told."""


def _tried(where: str) -> Judge:
    """Number = mechanisms that gave content unseen. DETECTED: none, but some only by an alarm."""

    def judge(held: Held) -> Verdict:
        facts = held["mechanisms"].facts
        found = [Outcome(str(facts[key])) for key in facts if key.startswith(f"{where}/")]
        if not found:
            raise KeyError(f"no mechanism of {where} was tried")
        unseen = sum(outcome in GIVES for outcome in found)
        outcome = Outcome.DETECTED if Outcome.DETECTED in found else Outcome.PREVENTED
        return Verdict(
            Outcome.EXPOSED if unseen else outcome,
            unseen,
            Words(
                f"{unseen} von {len(found)} Wegen geben Inhalt heraus, ohne dass jemand es merkt.",
                f"{unseen} of {len(found)} ways give content away without anybody noticing.",
            ),
        )

    return judge


SCENARIO = Scenario(
    id="A8",
    slug="capability-notice",
    title=Words("Baut uns eine Tür", "Build us a door"),
    claim=Words(
        "Der Betreiber muss nur wollen: Auf seinem Server lässt sich alles einbauen.",
        "The operator only has to want to: on his server anything can be built in.",
    ),
    precedents=(
        Precedent(
            Words(
                "Apple zieht in Großbritannien den erweiterten Datenschutz zurück",
                "Apple withdraws Advanced Data Protection in the United Kingdom",
            ),
            "2025-02-21",
            checked=True,
        ),
        Precedent(
            Words(
                "Großbritannien: Investigatory Powers Act 2016, s. 253",
                "United Kingdom: Investigatory Powers Act 2016, s. 253",
            ),
            "2016",
            checked=True,
        ),
        Precedent(
            Words(
                "Australien: Telecommunications (Assistance and Access) Act",
                "Australia: Telecommunications (Assistance and Access) Act",
            ),
            "2018-12-08",
            checked=True,
        ),
    ),
    powers=frozenset(
        {
            *(Power.COURT_ORDER, Power.GAG, Power.SERVER_READ, Power.SERVER_LOG_ON),
            *(Power.SERVER_WRITE, Power.DIRECTORY_WRITE, Power.LOG_EQUIVOCATE),
            *(Power.BUILD_CHANGE_ALL, Power.BUILD_CHANGE_ONE),
        }
    ),
    cells=(
        Cell(
            Product.E2EE,
            Words("nur den Server ändern", "changing the server alone"),
            _tried("server"),
            Outcome.DETECTED,
            at_most=0,
        ),
        Cell(
            Product.MANDATED,
            Words("das Programm der Nutzer ändern", "changing the users' program"),
            _tried("client"),
            Outcome.EXPOSED,
            at_least=3,
            at_most=3,
        ),
        Cell(
            Product.MANDATED,
            Words("dasselbe, mit geprüften Updates", "the same, with updates that are checked"),
            _tried("verified"),
            Outcome.DETECTED,
            at_most=0,
        ),
    ),
    play=play,
    notes=Words(
        "Der Entscheidungsbaum: Erst jeder Weg am Server, dann jeder Weg im Programm. Die Zeilen"
        " der Tabelle sind eigene Szenarien; spielt das, nach dem die Klasse fragt.",
        "The decision tree: first each way at the server, then each way in the program. The rows"
        " of the table are scenarios of their own; play the one that the class asks for.",
    ),
    exercises=(
        Exercise(
            Words(
                "Nenne zwei Wege am Server und was aus ihnen wird.",
                "Name two ways at the server, and what becomes of them.",
            ),
            Words(
                "Zum Beispiel: Ein Geistergerät wird abgewiesen, weil seine Liste nicht"
                " unterschrieben ist. Zwei Verzeichnisse fallen auf, sobald zwei vergleichen.",
                "For example: a ghost device is refused, because its list is not signed. Two"
                " directories show as soon as two people compare.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Welcher Weg trifft nur die Zielperson?",
                "Which mechanism affects only the target?",
            ),
            Words(
                "Das Einzel-Update (E5) oder eine Software auf ihrem Gerät (D5). Alle anderen"
                " treffen alle.",
                "The one-user update (E5), or an implant on her device (D5). All others touch"
                " everyone.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Was soll der Betreiber tun: gehorchen, abschalten, gehen oder klagen?",
                "What should the operator do: comply, withdraw, leave or litigate?",
            ),
            Words(
                "Für jede Antwort gibt es Gründe. Wichtig ist, für wen der Preis anfällt: für die"
                " Gesuchten, für alle Nutzer im Land oder für alle.",
                "There are reasons for each. What matters is who pays: those sought, all users of"
                " the country, or everybody.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Ein geändertes Programm gibt alles her. Davor schützt nicht die Verschlüsselung, sondern"
        " nur, dass jemand die Updates prüft und nachbaut (E5). Und wen der Server von allen"
        " anderen abschneidet, der sieht ohne Zeugen auch zwei Verzeichnisse nicht (B5).",
        "A changed program gives everything away. No encryption protects from that, but only"
        " somebody who checks updates and rebuilds them (E5). And whoever is cut off from everybody"
        " by the server does not see two directories either, without a witness (B5).",
    ),
    law_as_of="2026-09-01",
)
