"""What E1 shows, step by step."""

from collections.abc import Sequence

from doorless_lab.doors.recorded import Pair, Read, Recording
from doorless_lab.doors.theft import Followed
from doorless_lab.sayings import as_spoken
from doorless_lab.scenario import Evidence, Line, Question, Seat, Step, Tone
from doorless_lab.telling import bar, dotted, line, said, short
from doorless_lab.words import Words


def built_in(corpus: Sequence[Recording], valid: int) -> Step:
    first = corpus[0]
    return Step(
        Words(
            "Jede Nachricht trägt jetzt ihren Schlüssel bei sich, für die Behörden versiegelt.",
            "Each message now carries its own key, sealed for the authorities.",
        ),
        {
            Seat.ALICE: (Line(as_spoken(first.text), Tone.SAID),),
            Seat.RELAY: (
                _sized("Umschlag", "envelope", first.sent.envelope),
                _sized("Zusatzfeld", "extra field", first.sent.escrowed),
                line(
                    f"gültige Felder: {valid} von {len(corpus)}",
                    f"valid fields: {valid} of {len(corpus)}",
                ),
            ),
        },
        evidence=(
            Evidence(
                "field",
                Words("Nachrichten mit gültigem Zusatzfeld", "Messages with a valid extra field"),
                {"messages": len(corpus), "valid": valid},
                data=first.sent.escrowed,
            ),
        ),
        detail=Words(
            "Die Form ist die des LEAF aus dem Clipper-Chip von 1993, auf unserem eigenen Ratchet. "
            "Der Nachschlüssel liegt in zwei Hälften bei zwei Stellen.",
            "The form is that of the LEAF of the Clipper chip of 1993, on our own ratchet. The "
            "escrow key lies in two halves at two agencies.",
        ),
        notes=Words(
            "Die Verschlüsselung selbst ist unverändert. Nur ein Schlüsselexemplar ist mehr da.",
            "The encryption itself is unchanged. There is only one more copy of each key.",
        ),
    )


def _sized(de: str, en: str, data: bytes) -> Line:
    size, begin = len(data), short(data)
    return line(
        f"{de}: {dotted(size)} Bytes, {begin}", f"{en}: {size:,} bytes, {begin}", Tone.SEALED
    )


def warrant(names: tuple[str, str], half: Read, whole: Read) -> Step:
    who = names[0]
    return Step(
        Words(
            f"Ein Beschluss nennt {who}, und beide Stellen geben ihre Hälfte heraus.",
            f"A warrant names {who}, and both agencies hand out their half.",
        ),
        {
            Seat.AGENCY: (
                half.line("mit einer Hälfte", "with one half"),
                whole.line("mit beiden Hälften", "with both halves"),
                *whole.lines(),
            ),
        },
        evidence=(
            Evidence("one half", Words("Eine Hälfte allein", "One half alone"), half.facts),
            Evidence("warrant", Words("Die gesuchte Person", "The person sought"), whole.facts),
        ),
        notes=Words(
            "Das ist der versprochene Zweck, und er wird erreicht. Sagen Sie das deutlich.",
            "This is the purpose that was promised, and it is reached. Say so plainly.",
        ),
    )


def blast_radius(everybody: Read, people: int) -> Step:
    return Step(
        Words(
            "Derselbe Schlüssel öffnet die Nachrichten aller anderen ebenso.",
            "The same key opens everybody else's messages just as well.",
        ),
        {
            Seat.AGENCY: (
                line("gesucht: 1 Person", "sought: 1 person"),
                line(
                    f"lesbar: {len(everybody.people)} von {people} Personen",
                    f"readable: {len(everybody.people)} of {people} people",
                    Tone.ALARM,
                ),
                everybody.line("alle Gespräche", "all conversations"),
            ),
        },
        evidence=(
            Evidence(
                "everybody",
                Words("Wen ein einziger Schlüssel betrifft", "Whom one single key affects"),
                everybody.facts | {"people": people, "affected": len(everybody.people)},
            ),
        ),
        question=Question(
            Words(
                "Wie viele Menschen kann man mit dem Schlüssel für eine Person lesen?",
                "How many people can be read with the key that was used for one?",
            ),
            (
                Words("Nur die eine Person.", "That one person only."),
                Words("Sie und ihre Kontakte.", "That person and the contacts."),
                Words("Alle.", "Everybody."),
            ),
            right=2,
        ),
        notes=Words(
            "Getrennt sind die Menschen nur durch Vorschriften, nicht durch Technik.",
            "People are kept apart by rules alone, not by technology.",
        ),
    )


def forged(pair: Pair, tries: Sequence[int], accepted: int, escrow: Read) -> Step:
    total = sum(tries)
    return Step(
        Words(
            "Zwei Leute ändern ihr Programm und erraten ein Feld, das nichts enthält.",
            "Two people change their program and guess a field that holds nothing.",
        ),
        {
            Seat.MALLORY: (
                said(" / ".join(pair.names)),
                line(
                    f"{dotted(total)} Versuche für {len(tries)} Nachrichten",
                    f"{total:,} tries for {len(tries)} messages",
                ),
            ),
            Seat.RELAY: (
                line(
                    f"gültige Felder: {accepted} von {len(tries)}",
                    f"valid fields: {accepted} of {len(tries)}",
                ),
            ),
            Seat.AGENCY: (escrow.line("mit beiden Hälften", "with both halves"),),
        },
        evidence=(
            Evidence(
                "forged",
                Words(
                    "Gefälschte Felder und was der Nachschlüssel davon öffnet",
                    "Forged fields, and what the escrow key opens of them",
                ),
                escrow.facts | {"tries": total, "most tries": max(tries), "accepted": accepted},
            ),
        ),
        question=Question(
            Words("Wen erfasst der Nachschlüssel?", "Whom does key escrow catch?"),
            (
                Words("Alle, die sich daran halten.", "All who keep to it."),
                Words("Vor allem Kriminelle.", "Criminals above all."),
                Words("Niemanden.", "Nobody."),
            ),
            right=0,
        ),
        notes=Words(
            "Matt Blaze zeigte das 1994 am Clipper-Chip. Ein längeres Prüffeld hilft nicht gegen "
            "ein Programm, das zuvor selbst verschlüsselt.",
            "Matt Blaze showed it on the Clipper chip in 1994. A longer check does not help "
            "against a program that encrypts by itself before.",
        ),
    )


def died(
    deleted: int, by_devices: int, by_escrow: int, followed: Followed, escrow_after: int
) -> Step:
    after = len(followed.read)
    return Step(
        Words(
            "Gelöschte Nachrichten bleiben lesbar, und ein Diebstahl heilt nie mehr.",
            "Deleted messages stay readable, and a theft never heals any more.",
        ),
        {
            Seat.ALICE: (
                line(
                    f"Geräte öffnen Altes: {by_devices} von {deleted}",
                    f"devices open old ones: {by_devices} of {deleted}",
                    Tone.REFUSED,
                ),
            ),
            Seat.MALLORY: (
                line("kopierte Sitzungen:", "copied sessions:"),
                said(bar(followed.read), Tone.HELD),
            ),
            Seat.AGENCY: (
                line(
                    f"D1 mit Nachschlüssel: {by_escrow} von {deleted} gelöschten",
                    f"D1 with escrow: {by_escrow} of {deleted} deleted ones",
                    Tone.SAID,
                ),
                line(
                    f"D3 mit Nachschlüssel: {escrow_after} von {after} späteren",
                    f"D3 with escrow: {escrow_after} of {after} later ones",
                    Tone.SAID,
                ),
            ),
        },
        evidence=(
            Evidence(
                "deleted",
                Words("D1 noch einmal: gelöschte Nachrichten", "D1 again: deleted messages"),
                {"messages": deleted, "read": by_escrow, "read by the devices": by_devices},
            ),
            Evidence(
                "after a theft",
                Words("D3 noch einmal: nach einem Diebstahl", "D3 again: after a theft"),
                {
                    "messages": after,
                    "read": escrow_after,
                    "healed": followed.healed,
                    "bound": 3,
                },
            ),
        ),
        notes=Words(
            "Vorwärtsgeheimnis und Selbstheilung leben davon, dass Schlüssel vergessen werden. Ein "
            "Nachschlüssel ist das Gegenteil davon.",
            "Forward secrecy and healing live on keys being forgotten. Escrow is the opposite.",
        ),
    )


def no_slot(corpus: Sequence[Recording], found: int, scanned: int, sizes: int) -> Step:
    return Step(
        Words(
            "Im echten Protokoll gibt es für einen Dritten keinen Platz in der Nachricht.",
            "In the real protocol a message has no place for a third party.",
        ),
        {
            Seat.RELAY: (
                line(
                    f"{len(corpus)} Umschläge, verschiedene Größen: {sizes}, kein Zusatzfeld",
                    f"{len(corpus)} envelopes, different sizes: {sizes}, no extra field",
                    Tone.SEALED,
                ),
            ),
            Seat.AGENCY: (
                line(
                    f"Klartext gefunden: {found} von {len(corpus)} in {dotted(scanned)} Bytes",
                    f"plaintext found: {found} of {len(corpus)} in {scanned:,} bytes",
                    Tone.MISSING,
                ),
            ),
        },
        evidence=(
            Evidence(
                "no slot",
                Words("Was der Betreiber herausgeben kann", "What the operator can hand over"),
                {"messages": len(corpus), "read": found, "bytes": scanned, "sizes": sizes},
                data=b"".join(each.sent.envelope for each in corpus),
            ),
        ),
        question=Question(
            Words(
                "Wie viele Nachrichten kann der Betreiber lesbar herausgeben?",
                "How many messages can the operator hand over readable?",
            ),
            (
                Words("Alle.", "All."),
                Words("Die einer Person.", "Those of one person."),
                Words("Keine.", "None."),
            ),
            right=2,
        ),
        notes=Words(
            "Das Suchprogramm ist dasselbe, das im anderen Lauf alle Nachrichten fand.",
            "The search program is the one that found every message in the other run.",
        ),
    )


def alive(deleted: int, by_devices: int, followed: Followed) -> Step:
    return Step(
        Words(
            "Gelöschtes bleibt gelöscht, und ein Diebstahl heilt von selbst.",
            "What was deleted stays deleted, and a theft heals by itself.",
        ),
        {
            Seat.ALICE: (
                line(
                    f"Geräte öffnen Altes: {by_devices} von {deleted}",
                    f"devices open old ones: {by_devices} of {deleted}",
                    Tone.REFUSED,
                ),
            ),
            Seat.MALLORY: (
                line("kopierte Sitzungen:", "copied sessions:"),
                said(bar(followed.read), Tone.HELD),
            ),
        },
        evidence=(
            Evidence(
                "deleted",
                Words("D1: gelöschte Nachrichten", "D1: deleted messages"),
                {"messages": deleted, "read": by_devices},
            ),
            Evidence(
                "after a theft",
                Words("D3: nach einem Diebstahl", "D3: after a theft"),
                {
                    "messages": len(followed.read),
                    "read": sum(followed.read),
                    "healed": followed.healed,
                    "bound": 3,
                },
            ),
        ),
        notes=Words(
            "Volles Kästchen: Der Dieb liest mit. Leeres: nicht mehr.",
            "A full box: the thief reads it. An empty one: no longer.",
        ),
    )
