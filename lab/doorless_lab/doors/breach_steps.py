"""What E2 shows, step by step."""

from doorless_lab.doors.recorded import NAMES, Read
from doorless_lab.scenario import Evidence, Question, Seat, Step, Tone
from doorless_lab.telling import dotted, line
from doorless_lab.words import Words


def stored(messages: int, people: int, years: int, official: Read, log: int) -> Step:
    return Step(
        Words(
            f"Seit {years} Jahren speichert jemand alles, was über die Leitung geht.",
            f"For {years} years somebody has stored all that passes on the wire.",
        ),
        {
            Seat.RELAY: (
                line(
                    f"{messages} Nachrichten von {people} Personen",
                    f"{messages} messages of {people} people",
                    Tone.SEALED,
                ),
            ),
            Seat.AGENCY: (
                line("Schlüssel, die alles öffnen: 1", "keys that open everything: 1", Tone.HELD),
                official.line("mit Beschluss", "with a warrant"),
                line(f"Einträge im Protokoll: {log}", f"entries in the audit log: {log}"),
            ),
        },
        notes=Words(
            "Der Nachschlüssel wurde einmal rechtmäßig benutzt, und das steht im Protokoll.",
            "The escrow key was used once, lawfully, and the audit log says so.",
        ),
    )


def leaked(read: Read, by_year: dict[int, int], each: int, log: int, seconds: float) -> Step:
    return Step(
        Words(
            "Mallory kopiert den Nachschlüssel und öffnet alle Jahre auf einmal.",
            "Mallory copies the escrow key and opens all years at once.",
        ),
        {
            Seat.MALLORY: (
                *(
                    line(
                        f"Jahr {year}: {count} von {each}",
                        f"year {year}: {count} of {each}",
                        Tone.SAID,
                    )
                    for year, count in sorted(by_year.items())
                ),
                line(
                    f"zusammen {read.found} von {read.markers} in {1000 * seconds:.0f} ms",
                    f"together {read.found} of {read.markers} in {1000 * seconds:.0f} ms",
                    Tone.ALARM,
                ),
                *read.lines(),
            ),
            Seat.AGENCY: (
                line(
                    f"neue Einträge im Protokoll: {log}",
                    f"new entries in the audit log: {log}",
                    Tone.MISSING,
                ),
            ),
        },
        evidence=(
            Evidence(
                "leak",
                Words("Alles, was je aufgezeichnet wurde", "All that was ever recorded"),
                read.facts | {"milliseconds": round(1000 * seconds, 1)},
            ),
            Evidence(
                "audit log",
                Words("Was die Behörde bemerkt", "What the agency notices"),
                {"uses": read.found, "entries": log},
            ),
        ),
        question=Question(
            Words(
                "Welche Nachrichten sind nach dem Diebstahl lesbar?",
                "Which messages can be read after the theft?",
            ),
            (
                Words("Nur neue.", "New ones only."),
                Words("Nur die von Verdächtigen.", "Those of suspects only."),
                Words("Alle, die je aufgezeichnet wurden.", "All that were ever recorded."),
            ),
            right=2,
        ),
        notes=Words(
            "Lassen Sie es kurz still sein. Dann: Welche drei Folgen aus „Keys Under Doormats“ "
            "sehen Sie hier?",
            "Let it be quiet for a moment. Then: which three effects of “Keys Under Doormats” do "
            "you see here?",
        ),
    )


def insider(name: str, read: Read, log: int) -> Step:
    return Step(
        Words(
            "Ein Mitarbeiter liest nach Feierabend die Nachrichten seiner früheren Freundin.",
            "After work an employee reads the messages of his former girlfriend.",
        ),
        {
            Seat.MALLORY: (
                line(
                    f"{name}: {read.found} von {read.markers} gelesen",
                    f"{name}: {read.found} of {read.markers} read",
                    Tone.SAID,
                ),
                *read.lines(),
            ),
            Seat.AGENCY: (line(f"neue Einträge: {log}", f"new entries: {log}", Tone.MISSING),),
        },
        evidence=(
            Evidence("insider", Words("Ohne jeden Beschluss", "Without any warrant"), read.facts),
        ),
        notes=Words(
            "Entschlüsseln geschieht auf dem Rechner dessen, der den Schlüssel hat. Ein Protokoll "
            "sieht nur, was man ihm vorlegt.",
            "Decryption happens on the computer of whoever has the key. A log sees only what it "
            "is shown.",
        ),
    )


def rekeyed(agency: Read, thief: Read) -> Step:
    return Step(
        Words(
            "Ein fremder Dienst tauscht im Programm den Schlüssel gegen seinen eigenen.",
            "A foreign service replaces the key in the program by its own.",
        ),
        {
            Seat.AGENCY: (agency.line("alter Schlüssel", "old key"),),
            Seat.MALLORY: (thief.line("eigener Schlüssel", "own key"),),
            Seat.ALICE: (line("Es sieht alles aus wie immer.", "All looks as always."),),
        },
        evidence=(
            Evidence("agency", Words("Die Behörde danach", "The agency then"), agency.facts),
            Evidence("rekeyed", Words("Der fremde Dienst", "The foreign service"), thief.facts),
        ),
        notes=Words(
            "Das Muster von Juniper 2015: Das Schloss war schon da, nur der Schlüssel war neu.",
            "The pattern of Juniper in 2015: the lock was there, only the key was new.",
        ),
    )


def revoked(updated: int, old: Read, new: Read, clean: Read) -> Step:
    return Step(
        Words(
            f"Der Schlüssel wird gesperrt, und {updated} von 100 Programmen sind schon erneuert.",
            f"The key is revoked, and {updated} of 100 programs are renewed so far.",
        ),
        {
            Seat.MALLORY: (
                old.line("alte Nachrichten", "old messages"),
                new.line("neue Nachrichten", "new messages"),
                clean.line("neue, aus erneuerten Programmen", "new, of renewed programs"),
            ),
        },
        evidence=(
            Evidence("old", Words("Altes nach der Sperrung", "Old ones after it"), old.facts),
            Evidence("new", Words("Neues nach der Sperrung", "New ones after it"), new.facts),
            Evidence(
                "renewed", Words("Neues, Programm erneuert", "New, program renewed"), clean.facts
            ),
        ),
        notes=Words(
            "Sperren schützt nur die Zukunft, und nur die, die das Update haben.",
            "Revoking protects the future alone, and only those who have the update.",
        ),
    )


def nothing(messages: int, found: int, scanned: int, keys: int, best: int) -> Step:
    return Step(
        Words(
            "Im echten Produkt gibt es keinen Schlüssel, dessen Verlust alles öffnet.",
            "In the real product there is no key whose loss opens everything.",
        ),
        {
            Seat.MALLORY: (
                line(
                    f"in {dotted(scanned)} Bytes gefunden: {found} von {messages}",
                    f"found in {scanned:,} bytes: {found} of {messages}",
                    Tone.MISSING,
                ),
                line(
                    f"{keys} gestohlene Geräte einzeln versucht: höchstens {best} von {messages}",
                    f"{keys} stolen devices tried one by one: at most {best} of {messages}",
                    Tone.REFUSED,
                ),
            ),
        },
        evidence=(
            Evidence(
                "leak",
                Words("Dieselbe Aufzeichnung", "The same recording"),
                {"messages": messages, "read": found, "bytes": scanned},
            ),
            Evidence(
                "keys",
                Words(
                    "Was der beste einzelne Diebstahl von der Aufzeichnung öffnet",
                    "What the best single theft opens of the recording",
                ),
                {"messages": messages, "read": best, "devices tried": keys},
            ),
        ),
        question=Question(
            Words(
                "Wie viele Schlüssel gibt es, deren Verlust alles öffnet?",
                "How many keys are there whose loss opens everything?",
            ),
            (
                Words("Keinen.", "None."),
                Words("Einen.", "One."),
                Words("Einen je Person.", "One for each person."),
            ),
            right=0,
        ),
        notes=Words(
            "Versucht wurde jedes Gerät mit allem, was es am Ende noch hat.",
            "Each device was tried with all that it still has in the end.",
        ),
    )


def name_of(pair: int) -> str:
    return NAMES[2 * pair]
