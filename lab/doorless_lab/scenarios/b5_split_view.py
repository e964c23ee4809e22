"""B5 split-view: one log for the victim, another for everybody else."""

from doorless_lab.plays.split_view import play
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
from doorless_lab.staging.judging import fact, proven
from doorless_lab.words import Words


def one_honest_channel(held: Held) -> Verdict:
    enough, hours = fact(held, "gossip", "enough a day later"), fact(held, "gossip", "hours")
    texts, read = fact(held, "gossip", "texts"), fact(held, "gossip", "read")
    if not proven(held, "B5-two-histories"):
        because = Words(
            f"Kein Beweis; {read:.0f} Nachrichten gelesen.",
            f"No proof; {read:.0f} messages read.",
        )
        return Verdict(Outcome.EXPOSED, read, because)
    because = Words(
        f"Entdeckt nach {hours:.0f} Stunden und {texts:.0f} Nachrichten an Carol (einen Tag später "
        f"genügt {enough:.0f}); bis dahin {read:.0f} gelesen.",
        f"Detected after {hours:.0f} hours and {texts:.0f} messages to Carol (a day later "
        f"{enough:.0f} is enough); {read:.0f} read until then.",
    )
    return Verdict(Outcome.DETECTED if enough > 0 else Outcome.EXPOSED, hours, because)


def total_eclipse(held: Held) -> Verdict:
    read, alarms = fact(held, "eclipse", "read"), fact(held, "eclipse", "alarms")
    because = Words(
        f"{read:.0f} Nachrichten gelesen, {alarms:.0f} Alarme.",
        f"{read:.0f} messages read, {alarms:.0f} alarms.",
    )
    return Verdict(Outcome.EXPOSED if read and not alarms else Outcome.DETECTED, read, because)


def out_of_band(held: Held) -> Verdict:
    differs, alarms = fact(held, "paper", "number differs"), fact(held, "paper", "alarms")
    caught = differs and proven(held, "B5-after-the-code")
    because = Words(
        f"Falsche Nummer bemerkt: {differs:.0f}; Alarme: {alarms:.0f}.",
        f"Wrong number noticed: {differs:.0f}; alarms: {alarms:.0f}.",
    )
    return Verdict(Outcome.DETECTED if caught else Outcome.EXPOSED, differs, because)


def witnessed(held: Held) -> Verdict:
    accepted, refused = fact(held, "witness", "accepted"), fact(held, "witness", "refused")
    because = Words(
        f"Falsche Schlüssel angenommen: {accepted:.0f}; nicht mitunterschrieben: {refused:.0f}.",
        f"False keys taken: {accepted:.0f}; heads not cosigned: {refused:.0f}.",
    )
    return Verdict(Outcome.EXPOSED if accepted else Outcome.PREVENTED, accepted, because)


SCENARIO = Scenario(
    id="B5",
    slug="split-view",
    title=Words("Zwei Wahrheiten im Verzeichnis", "Two truths in the log"),
    claim=Words(
        "Ein öffentliches Verzeichnis hilft nichts: Der Betreiber zeigt jedem sein eigenes.",
        "A public log is no help: the operator shows everybody their own.",
    ),
    precedents=(
        Precedent(
            Words(
                "Bedrohungsmodell der Schlüsseltransparenz (CONIKS und Nachfolger).",
                "Threat model of key transparency (CONIKS and its successors).",
            ),
            "2015",
            checked=False,
        ),
    ),
    powers=frozenset({Power.SERVER_WRITE, Power.LOG_EQUIVOCATE, Power.DIRECTORY_WRITE}),
    cells=(
        Cell(
            Product.E2EE,
            Words("ein ehrlicher Weg bleibt", "one honest channel is left"),
            one_honest_channel,
            Outcome.DETECTED,
            at_least=0,
            at_most=48,
        ),
        Cell(
            Product.E2EE,
            Words("ganz abgeschirmt, kein Zeuge", "cut off altogether, no witness"),
            total_eclipse,
            Outcome.EXPOSED,
            at_least=1,
        ),
        Cell(
            Product.E2EE,
            Words("danach ein Code vom Papier", "then a code on paper"),
            out_of_band,
            Outcome.DETECTED,
            at_least=1,
        ),
        Cell(
            Product.E2EE,
            Words("ganz abgeschirmt, ein Zeuge", "cut off altogether, one witness"),
            witnessed,
            Outcome.PREVENTED,
            at_most=0,
        ),
    ),
    play=play,
    notes=Words(
        "Den Beweis aus Schritt 2 speichern und mit doorless-verify vor der Klasse prüfen: Das "
        "Prüfprogramm kennt nur den Fingerabdruck des Verzeichnisses, kein Netz, kein Profil.",
        "Save the proof of step 2 and check it with doorless-verify in front of the class: the "
        "verifier knows the log's fingerprint alone, no network, no profile.",
    ),
    exercises=(
        Exercise(
            Words("Was steht im Beweis?", "What is in the proof?"),
            Words(
                "Zwei Köpfe, die nicht zueinander passen, mit den Unterschriften des Servers.",
                "Two heads that do not fit each other, with the relay's signatures.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Warum kann der Betreiber es nicht zurücknehmen?",
                "Why can the operator not take it back?",
            ),
            Words(
                "Beide Köpfe tragen seine Unterschrift, und beide sind schon bei anderen.",
                "Both heads carry its signature, and others hold both already.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Wer sollte Zeuge sein, und wem müsste man dann vertrauen?",
                "Who should be a witness, and whom would one have to trust then?",
            ),
            Words(
                "Jemand, der mit dem Betreiber nicht unter einer Decke steckt: eine Hochschule, "
                "ein Verein, ein Wettbewerber. Lügen beide gemeinsam, hilft nur der Vergleich.",
                "Somebody not in league with the operator: a university, a club, a competitor. If "
                "both lie together, only comparing helps.",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "Wer ganz abgeschirmt ist und keinen Zeugen hat, merkt nichts, bis er einmal auf einem "
        "anderen Weg vergleicht. Auch mit Zeugen gilt eine Geduld von 24 Stunden.",
        "Who is cut off altogether and has no witness notices nothing until they compare on "
        "another way once. Even with witnesses there is a patience of 24 hours.",
    ),
    parameters={
        "witnesses": Parameter(Words("Zeugen", "witnesses"), 1, 0, 1),
        "isolated.hours": Parameter(
            Words("Stunden, die Alice abgeschirmt ist", "hours for which Alice is cut off"),
            30,
            1,
            72,
        ),
        "every.minutes": Parameter(
            Words("Minuten zwischen Alices Nachrichten", "minutes between Alice's messages"),
            120,
            30,
            480,
        ),
    },
)
