"""What D1 shows, step by step."""

from collections.abc import Sequence

from doorless_lab.doors.counting import counted
from doorless_lab.doors.seizure import Found
from doorless_lab.leakscan import Marker
from doorless_lab.sayings import spoken
from doorless_lab.scenario import Evidence, Line, Question, Seat, Step, Tone
from doorless_lab.telling import dotted, line
from doorless_lab.words import Words


def talked(kept: Sequence[Marker], vanishing: Sequence[Marker], hours: int) -> Step:
    return Step(
        Words(
            f"Alice und Bob schreiben: erst bleibt alles, dann verschwindet es nach {hours} h.",
            f"Alice and Bob talk: at first all stays, then it disappears after {hours} h.",
        ),
        {
            Seat.ALICE: (
                *_spoken(kept[:2], 0),
                line("Frist eingeschaltet", "timer switched on"),
                *_spoken(vanishing[:2], len(kept)),
            ),
            Seat.RELAY: (line("nur Umschläge", "envelopes only", Tone.SEALED),),
        },
        detail=Words(
            "Alices Profil ist eine echte SQLCipher-Datenbank auf der Platte. Jemand speichert "
            "alles, was über die Leitung geht (A2).",
            "Alice's profile is a real SQLCipher database on disk. Somebody stores all that passes "
            "on the wire (A2).",
        ),
        notes=Words(
            "Fragen Sie, wer in der Klasse verschwindende Nachrichten benutzt, und warum.",
            "Ask who in class uses disappearing messages, and why.",
        ),
    )


def seized(stored: Found, kept: Sequence[Marker], size: int) -> Step:
    return Step(
        Words(
            "Das Gerät wird offen beschlagnahmt, und der ganze Verlauf ist lesbar.",
            "The device is seized while open, and the whole history can be read.",
        ),
        {
            Seat.AGENCY: (
                line(
                    f"{dotted(size)} Bytes Datenbank und Protokoll, entschlüsselt",
                    f"{size:,} bytes of database and log, decrypted",
                    Tone.HELD,
                ),
                _found("gespeicherte Nachrichten", "stored messages", stored),
                *(_spoken(kept[:3], 0) if stored.read == len(kept) else ()),
            ),
        },
        evidence=(
            Evidence(
                "stored",
                Words("Was noch im Verlauf stand", "What was still in the history"),
                stored.facts | {"bytes": size},
            ),
        ),
        question=Question(
            Words("Was findet die Behörde?", "What does the agency find?"),
            (
                Words("Nichts, alles ist verschlüsselt.", "Nothing, all is encrypted."),
                Words("Alles, was noch gespeichert ist.", "All that is still stored."),
                Words("Auch alles Gelöschte.", "All that was deleted, too."),
            ),
            right=1,
        ),
        notes=Words(
            "Das ist die ehrliche Grenze, und sie ist so groß wie jeder Erfolg: Verschlüsselung "
            "schützt kein offenes Gerät.",
            "This is the honest limit, as large as any success: encryption does not protect a "
            "device that is open.",
        ),
    )


def vanished(expired: Found, recorded: Found) -> Step:
    return Step(
        Words(
            "Was abgelaufen ist, steht auf keiner Seite mehr, und kein Schlüssel öffnet es wieder.",
            "What expired is on no page any more, and no key opens it again.",
        ),
        {
            Seat.AGENCY: (
                _found("abgelaufene Nachrichten", "expired messages", expired),
                line(
                    f"aufgezeichnete Umschläge mit Alices Sitzungen geöffnet: "
                    f"{recorded.read} von {recorded.messages}",
                    f"recorded envelopes opened with Alice's sessions: "
                    f"{recorded.read} of {recorded.messages}",
                    Tone.SAID if recorded.read else Tone.REFUSED,
                ),
            ),
        },
        evidence=(
            Evidence(
                "expired",
                Words("Abgelaufenes, in allen Seiten gesucht", "Expired ones, on every page"),
                expired.facts,
            ),
            Evidence(
                "recorded",
                Words("Aufgezeichnete Umschläge", "Recorded envelopes"),
                recorded.facts,
            ),
        ),
        detail=Words(
            "Durchsucht wird jede Seite der Datenbank und ihres Protokolls, auch freigegebene. Die "
            "Schlüssel der alten Umschläge sind benutzt und überschrieben.",
            "Every page of the database and its log is searched, freed ones as well. The keys of "
            "the old envelopes were used and overwritten.",
        ),
        notes=Words(
            "Hier wirken zwei Dinge zusammen: die Frist (eine Einstellung) und das Vergessen der "
            "Schlüssel (Kryptografie). Eines allein genügt nicht.",
            "Two things work together here: the timer (a setting) and the forgetting of keys "
            "(cryptography). One alone is not enough.",
        ),
    )


def future(stored: Found, expired: Found, later: Found) -> Step:
    return Step(
        Words(
            "Bob weiß von nichts und schreibt weiter, und das Gerät zeigt alles der Behörde.",
            "Bob knows of nothing and goes on, and the device shows it all to the agency.",
        ),
        {
            Seat.BOB: (line("Alice antwortet ja noch.", "Alice still answers."),),
            Seat.AGENCY: (_found("spätere Nachrichten", "later messages", later),),
            Seat.PUBLIC: (
                line("lesbar für die Behörde:", "readable to the agency:"),
                _found("gespeichert", "stored", stored),
                _found("abgelaufen", "expired", expired),
                _found("danach gesagt", "said afterwards", later),
            ),
        },
        evidence=(
            Evidence(
                "future",
                Words("Was danach gesagt wird", "What is said afterwards"),
                later.facts,
            ),
            Evidence(
                "table",
                Words("Alle Nachrichten des Laufs", "All messages of the run"),
                {
                    "messages": stored.messages + expired.messages + later.messages,
                    "stored, readable": stored.read,
                    "expired, readable": expired.read,
                    "later, readable": later.read,
                },
            ),
        ),
        question=Question(
            Words(
                "Heilt die Sitzung, solange die Behörde das Gerät hat?",
                "Does the session heal while the agency has the device?",
            ),
            (
                Words("Ja, nach wenigen Nachrichten.", "Yes, after a few messages."),
                Words("Nein, das Gerät ist ja dabei.", "No, the device takes part."),
                Words("Nur mit Frist.", "Only with a timer."),
            ),
            right=1,
        ),
        notes=Words(
            "Bis Bob es erfährt oder Alice das Gerät entfernt. Danach heilt es wie in D3.",
            "Until Bob learns of it, or Alice removes the device. After that it heals as in D3.",
        ),
    )


def _spoken(markers: Sequence[Marker], first: int) -> list[Line]:
    return [
        Line(spoken(number, each.text), Tone.SAID) for number, each in enumerate(markers, first)
    ]


def _found(de: str, en: str, found: Found) -> Line:
    return counted(de, en, found.read, found.messages, Tone.MISSING)
