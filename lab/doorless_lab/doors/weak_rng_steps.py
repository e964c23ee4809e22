"""What E3 shows, step by step."""

from doorless_lab.doors.counting import counted
from doorless_lab.doors.weak_rng_trial import LATER, Trial
from doorless_lab.products.mandated import weak_rng
from doorless_lab.products.mandated.dual_ec import Trapdoor
from doorless_lab.sayings import as_spoken
from doorless_lab.scenario import Evidence, Line, Question, Seat, Step, Tone
from doorless_lab.telling import line, number, said, short
from doorless_lab.words import Words

SUSPICIOUS = 1e-6
"""Below this probability a sample counts as not random: the bounds of FIPS 140-1 §4.11.1."""


def designed(door: Trapdoor) -> Step:
    secret = short(door.d.to_bytes(32))
    return Step(
        Words(
            "Die Behörde wählt zwei Punkte auf einer Kurve und behält eine Zahl für sich.",
            "The agency chooses two points on a curve and keeps one number to itself.",
        ),
        {
            Seat.PUBLIC: (
                line("Im Standard stehen P und Q.", "The standard prints P and Q.", Tone.HELD),
                line("Woher Q kommt, steht nicht da.", "It does not say where Q is from."),
            ),
            Seat.AGENCY: (
                line(f"P = d · Q mit d = {secret}", f"P = d · Q with d = {secret}", Tone.HELD),
            ),
        },
        detail=Words(
            "Dual_EC_DRBG stand 2006 in einem Standard des NIST und wurde 2014 zurückgezogen. Hier "
            "läuft er wirklich, in reinem Python und nur im Labor. Der Standard schneidet von "
            "jeder Ausgabe 16 Bits ab, das Labor 8, damit niemand warten muss.",
            "Dual_EC_DRBG was in a standard of NIST in 2006 and was withdrawn in 2014. It really "
            "runs here, in plain Python and in the lab alone. The standard cuts 16 bits off each "
            "output, the lab 8, so that nobody has to wait.",
        ),
        notes=Words(
            "Wer die Punkte wählt, kann d kennen. Den Punkten sieht man es nicht an.",
            "Who chooses the points may know d. The points do not show it.",
        ),
    )


def looked_at(sample: bytes) -> Step:
    found = {"monobit": weak_rng.monobit(sample), "runs": weak_rng.runs(sample)}
    failed = sum(value < SUSPICIOUS for value in found.values())
    return Step(
        Words(
            "Ein Prüflabor testet 20.000 Bits des Generators mit zwei Verfahren des NIST.",
            "A test laboratory examines 20,000 bits of the generator with two tests of NIST.",
        ),
        {Seat.PUBLIC: tuple(_p_value(name, value) for name, value in found.items())},
        evidence=(
            Evidence(
                "statistics",
                Words("Zwei Tests nach NIST SP 800-22", "Two tests of NIST SP 800-22"),
                {"tests": len(found), "failed": failed, **found},
                data=sample,
            ),
        ),
        question=Question(
            Words(
                "Findet ein statistischer Test die Hintertür?",
                "Does a statistical test find the back door?",
            ),
            (
                Words("Ja, die Bits sind ungleich verteilt.", "Yes, the bits are uneven."),
                Words("Nein, die Ausgabe sieht zufällig aus.", "No, the output looks random."),
                Words("Nur mit sehr vielen Bits.", "Only with very many bits."),
            ),
            right=1,
        ),
        notes=Words(
            "Die Tür steckt nicht in der Verteilung, sondern darin, wie P und Q zueinander stehen.",
            "The door is not in the distribution, but in how P and Q stand to each other.",
        ),
    )


def _p_value(name: str, value: float) -> Line:
    p = number(f"{value:.2g}")
    if value < SUSPICIOUS:
        return line(f"{name}: p = {p.de}, auffällig", f"{name}: p = {p.en}, odd", Tone.ALARM)
    return line(f"{name}: p = {p.de}, unauffällig", f"{name}: p = {p.en}, nothing unusual")


def _read(trial: Trial, de: str, en: str) -> Line:
    """How much was read, after some words about who reads."""
    return counted(de, en, trial.read, len(trial.texts))


def broken(trial: Trial) -> Step:
    return Step(
        Words(
            "Aus 33 offenen Bytes berechnet die Behörde jeden Schlüssel von Bobs Gerät.",
            "From 33 bytes in the clear the agency computes every key of Bob's device.",
        ),
        {
            Seat.ALICE: tuple(Line(as_spoken(each), Tone.SAID) for each in trial.texts[:3]),
            Seat.BOB: (said(f"nonce {short(trial.nonce)}", Tone.SEALED),),
            Seat.AGENCY: (
                line(
                    f"Bobs Identitätsschlüssel: {short(trial.key)}",
                    f"Bob's identity key: {short(trial.key)}",
                    Tone.HELD,
                ),
                _read(trial, "vor Bobs Antwort", "before Bob's answer"),
                line(
                    f"nach Bobs erster Antwort: {trial.read_later} von {LATER}",
                    f"after Bob's first answer: {trial.read_later} of {LATER}",
                    Tone.MISSING,
                ),
            ),
        },
        evidence=(
            Evidence(
                "weak",
                Words("Was die Behörde mit d liest", "What the agency reads with d"),
                trial.facts,
                data=trial.nonce,
            ),
        ),
        question=Question(
            Words(
                "Wie viel muss die Behörde von der Ausgabe sehen?",
                "How much of the output does the agency have to see?",
            ),
            (
                Words("Etwa 30 Bytes.", "About 30 bytes."),
                Words("Einige Megabytes.", "Some megabytes."),
                Words("Den Startwert selbst.", "The seed itself."),
            ),
            right=0,
        ),
        detail=Words(
            "Nach Bobs erster Antwort liest dieser Dieb nicht weiter. Das ist kein Verdienst des "
            "Protokolls: Die Kapselung von ML-KEM zieht ihre Zufallszahlen in der Bibliothek, am "
            "gezinkten Generator vorbei. Wer auch die Bibliothek verändert, liest weiter.",
            "After Bob's first answer this thief does not read on. That is no merit of the "
            "protocol: ML-KEM's encapsulation draws inside the library, past the rigged generator. "
            "Who changes the library, too, reads on.",
        ),
        notes=Words(
            "Fragen Sie, wer es hätte merken können: weder Alice noch Bob noch der Betreiber.",
            "Ask who could have noticed: neither Alice nor Bob nor the operator.",
        ),
    )


def silent(bits: int) -> Step:
    return Step(
        Words(
            "Stehen keine ganzen Zufallszahlen auf der Leitung, muss die Behörde raten.",
            "With no whole random numbers on the wire the agency has to guess.",
        ),
        {
            Seat.AGENCY: (
                line(
                    f"2^{bits} Möglichkeiten je Ausgabe",
                    f"2^{bits} possibilities for each output",
                    Tone.REFUSED,
                ),
            ),
            Seat.PUBLIC: (
                line("Sichtbar: 12 Bytes je Umschlag.", "Visible: 12 bytes of each envelope."),
            ),
        },
        evidence=(
            Evidence(
                "silent", Words("Was zu raten bleibt", "What is left to guess"), {"bits": bits}
            ),
        ),
        notes=Words(
            "Begrenzt, nicht verhindert: Ein Update kann das offene Feld nachliefern. Bei Juniper "
            "wuchs es in derselben Version, in der Dual_EC kam.",
            "Reduced, not prevented: an update can add the open field. At Juniper it grew in the "
            "same version that brought Dual_EC.",
        ),
    )


def hedged(good: Trial, twice: Trial) -> Step:
    return Step(
        Words(
            "Eine einzige ehrliche Quelle, die man hineinmischt, nimmt der Behörde alles.",
            "One honest source that is mixed in takes everything from the agency.",
        ),
        {
            Seat.AGENCY: (
                _read(good, "mit ehrlicher zweiter Quelle", "with an honest second source"),
                _read(twice, "beide Quellen gezinkt", "both sources rigged"),
            ),
        },
        evidence=(
            Evidence(
                "hedged",
                Words("Gemischt mit einer ehrlichen Quelle", "Mixed with an honest source"),
                good.facts,
            ),
            Evidence(
                "hedged badly", Words("Gemischt mit sich selbst", "Mixed with itself"), twice.facts
            ),
        ),
        notes=Words(
            "Mischen hilft nur mit etwas Unabhängigem. Kam auch der Langzeitschlüssel aus dem "
            "gezinkten Generator, ist nichts gewonnen.",
            "Mixing helps only with what is independent. If the long-term key came from the rigged "
            "generator as well, nothing is gained.",
        ),
    )


def replaced(first: Trial, burglar: Trial) -> Step:
    return Step(
        Words(
            "Ein Einbrecher tauscht Q aus, und die Hintertür gehört jetzt ihm.",
            "A burglar replaces Q, and now the back door is his.",
        ),
        {
            Seat.AGENCY: (_read(first, "unser d passt nicht mehr", "our d fits no more"),),
            Seat.MALLORY: (_read(burglar, "mit eigenem d", "with a d of his own"),),
        },
        evidence=(
            Evidence("first owner", Words("Wer Q zuerst wählte", "Who chose Q first"), first.facts),
            Evidence("burglar", Words("Wer Q austauschte", "Who replaced Q"), burglar.facts),
        ),
        notes=Words(
            "So geschah es bei Juniper: dieselbe Stelle im Programm, ein anderer Wert.",
            "So it happened at Juniper: the same place in the program, another value.",
        ),
    )


def honest(trial: Trial) -> Step:
    return Step(
        Words(
            "Beim echten Programm passt kein Zustand zu dem, was auf der Leitung zu sehen ist.",
            "With the real program no state fits what is seen on the wire.",
        ),
        {
            Seat.BOB: (said(f"nonce {short(trial.nonce)}", Tone.SEALED),),
            Seat.AGENCY: (_read(trial, "mit demselben d", "with the same d"),),
        },
        evidence=(Evidence("real", Words("Das echte Programm", "The real program"), trial.facts),),
        detail=Words(
            "Das echte Programm nimmt die Zufallszahlen des Betriebssystems; im Labor steht an "
            "deren Stelle eine wiederholbare Quelle. Ob ein Programm das wirklich tut, zeigen nur "
            "sein Quelltext und ein nachgebautes Paket (E5).",
            "The real program takes the operating system's random numbers; in the lab a repeatable "
            "source stands for them. Whether a program really does so is shown by its source and a "
            "rebuilt package alone (E5).",
        ),
        question=Question(
            Words(
                "Was liest die Behörde mit ihrem d vom echten Programm?",
                "What does the agency read of the real program with its d?",
            ),
            (
                Words("Alles.", "Everything."),
                Words("Nur die erste Nachricht.", "The first message only."),
                Words("Nichts.", "Nothing."),
            ),
            right=2,
        ),
        notes=Words(
            "Dem Betriebssystem und dem Prozessor muss man trotzdem trauen.",
            "The operating system and the processor have to be trusted all the same.",
        ),
    )
