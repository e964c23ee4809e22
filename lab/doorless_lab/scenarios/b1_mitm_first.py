"""B1 mitm-first: keys swapped at the first contact."""

from doorless_lab.plays.mitm_first import play
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


def swapped_answer(held: Held) -> Verdict:
    accepted, sealed = fact(held, "answer", "keys accepted"), fact(held, "answer", "sealed")
    stopped = accepted == sealed == 0
    return Verdict(
        Outcome.PREVENTED if stopped else Outcome.EXPOSED,
        sealed,
        Words(
            f"Falsche Schlüssel angenommen: {accepted:.0f}; dafür verschlüsselt: {sealed:.0f}.",
            f"False keys accepted: {accepted:.0f}; sealed to them: {sealed:.0f}.",
        ),
    )


def entered_in_the_log(held: Held) -> Verdict:
    read, minutes = fact(held, "in the log", "read"), fact(held, "in the log", "minutes")
    if not proven(held, "B1-ghost-entry"):
        because = Words(
            f"{read:.0f} Nachrichten gelesen, und niemand hat einen Beweis.",
            f"{read:.0f} messages read, and nobody has a proof.",
        )
        return Verdict(Outcome.EXPOSED, read, because)
    because = Words(
        f"Entdeckt nach {read:.0f} gelesenen Nachrichten und {minutes:.0f} Minuten, mit Beweis.",
        f"Detected after {read:.0f} messages read and {minutes:.0f} minutes, with proof.",
    )
    return Verdict(Outcome.DETECTED, read, because)


def taken_back(held: Held) -> Verdict:
    hours, sent = fact(held, "taken back", "hours"), fact(held, "taken back", "sent after")
    if not proven(held, "B1-taken-back") or sent or not fact(held, "taken back", "blocked"):
        because = Words(
            "Der Server kam mit dem Rückzieher davon.", "The relay got away with taking it back."
        )
        return Verdict(Outcome.EXPOSED, hours, because)
    because = Words(
        f"Alice hat nach {hours:.0f} Stunden den Beweis; Senden ist gesperrt.",
        f"After {hours:.0f} hours Alice has the proof; sending is blocked.",
    )
    return Verdict(Outcome.DETECTED, hours, because)


def compared_first(held: Held) -> Verdict:
    slipped = fact(held, "compared", "accepted by link") + fact(held, "compared", "verified")
    sealed = fact(held, "compared", "sealed")
    differ = held["compared"].facts["alice"] != held["compared"].facts["bob"]
    stopped = not slipped and not sealed and differ
    return Verdict(
        Outcome.PREVENTED if stopped else Outcome.EXPOSED,
        slipped + sealed,
        Words(
            f"Verschiedene Nummern: {'ja' if differ else 'nein'}; gesendet: {sealed:.0f}.",
            f"Numbers differ: {'yes' if differ else 'no'}; sent: {sealed:.0f}.",
        ),
    )


def without_a_log(held: Held) -> Verdict:
    read, alarms = fact(held, "no log", "read"), fact(held, "no log", "alarms")
    because = Words(
        f"{read:.0f} Nachrichten gelesen, {alarms:.0f} Alarme.",
        f"{read:.0f} messages read, {alarms:.0f} alarms.",
    )
    return Verdict(Outcome.EXPOSED if read and not alarms else Outcome.DETECTED, read, because)


SCENARIO = Scenario(
    id="B1",
    slug="mitm-first",
    title=Words("Schlüsseltausch beim ersten Kontakt", "Keys swapped at the first contact"),
    claim=Words(
        "Wer den Server hat, kann sich beim ersten Kontakt dazwischensetzen.",
        "Whoever has the server can put himself in between at the first contact.",
    ),
    precedents=(
        Precedent(
            Words(
                "Levy und Robinson (GCHQ) schlagen vor, über den Identitätsdienst still einen "
                "weiteren Teilnehmer einzufügen.",
                "Levy and Robinson (GCHQ) propose to add a silent participant through the "
                "identity system.",
            ),
            "2018-11",
            checked=True,
        ),
    ),
    powers=frozenset({Power.SERVER_WRITE, Power.DIRECTORY_WRITE}),
    cells=(
        Cell(
            Product.E2EE,
            Words("a: nur die Antwort gefälscht", "a: only the answer is forged"),
            swapped_answer,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.E2EE,
            Words("b: auch das Verzeichnis gefälscht", "b: the log is forged as well"),
            entered_in_the_log,
            Outcome.DETECTED,
            at_least=1,
        ),
        Cell(
            Product.E2EE,
            Words("b: und dann zurückgenommen", "b: and then taken back"),
            taken_back,
            Outcome.DETECTED,
            at_least=0,
            at_most=48,
        ),
        Cell(
            Product.E2EE,
            Words("c: vorher verglichen", "c: compared first"),
            compared_first,
            Outcome.PREVENTED,
            at_most=0,
        ),
        Cell(
            Product.LEGACY,
            Words("ohne Schlüsselverzeichnis", "without a key log"),
            without_a_log,
            Outcome.EXPOSED,
            at_least=1,
        ),
    ),
    play=play,
    notes=Words(
        "Fangen Sie mit der Spalte ohne Verzeichnis an: dort gelingt der Angriff still. Variante d "
        "(der Server zeigt zwei Verzeichnisse) ist Szenario B5. Zum Nachrechnen: den Beweis "
        "speichern und den angegebenen Befehl vor der Klasse ausführen.",
        "Begin with the column without a log: there the attack works in silence. Variant d (the "
        "relay shows two logs) is scenario B5. To check it: save the proof and run the command "
        "given with it in front of the class.",
    ),
    exercises=(
        Exercise(
            Words(
                "Wann merkt Bobs Gerät bei Variante b, dass etwas nicht stimmt?",
                "When does Bob's device notice in variant b that something is wrong?",
            ),
            Words(
                "Wenn es das nächste Mal nachsieht, was das Verzeichnis unter Bobs Namen führt.",
                "The next time it looks at what the log holds under Bob's name.",
            ),
            Level.RECALL,
        ),
        Exercise(
            Words(
                "Worin unterscheiden sich a und b für das Risiko des Angreifers?",
                "What is the difference between a and b for the attacker's risk?",
            ),
            Words(
                "a scheitert sofort und hinterlässt wenig. b gelingt eine Weile, hinterlässt aber "
                "für immer einen unterschriebenen Beweis.",
                "a fails at once and leaves little behind. b works for a while, but leaves signed "
                "evidence for ever.",
            ),
            Level.TRANSFER,
        ),
        Exercise(
            Words(
                "Ist „entdeckt“ gut genug? Argumentieren Sie für eine Journalistin und für einen "
                "Sportverein.",
                "Is “detected” good enough? Argue for a journalist and for a sports club.",
            ),
            Words(
                "Für den Verein meist ja: Der Betreiber riskiert seinen Ruf für wenig. Für die "
                "Quelle einer Journalistin kann eine gelesene Nachricht zu viel sein: Sie "
                "vergleicht vorher (Variante c).",
                "For the club mostly yes: the operator risks its name for little. For a "
                "journalist's source one message read may be too many: compare first (variant c).",
            ),
            Level.DISPUTE,
        ),
    ),
    limit=Words(
        "In Variante b liest der Angreifer alles, was Alice bis zum Alarm schreibt. Nur wer vorher "
        "vergleicht, verhindert das.",
        "In variant b the attacker reads all that Alice writes until the alarm. Only comparing "
        "first prevents that.",
    ),
    parameters={
        "audit.minutes": Parameter(
            Words(
                "Minuten, bis Bobs Gerät wieder nachsieht", "minutes until Bob's device looks again"
            ),
            60,
            10,
            720,
        ),
        "every.minutes": Parameter(
            Words("Minuten zwischen Alices Nachrichten", "minutes between Alice's messages"),
            10,
            1,
            60,
        ),
    },
)
