"""What the steps of A2 say and show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from doorless_lab.scenario import Evidence, Line, Question, Seat, Step, Tone
from doorless_lab.telling import dotted, line, said
from doorless_lab.words import Words
from doorless_server.demands.workflow import ANSWER, Answer

if TYPE_CHECKING:
    from doorless_lab.plays.intercept import Seized

SHOWN = 4
"""Lines of the pile in a pane; the rest is counted."""

SLOT = 60
"""Seconds of one column of the picture of traffic."""

BARS = " ▁▂▃▄▅▆▇█"


def ordered(answer: Answer) -> Step:
    item = next(one for one in answer.response.items if one.requested_category == "content_live")
    return Step(
        Words(
            "Ein Gericht ordnet an, ab jetzt alles von Alice mitzuschneiden.",
            "A court orders to copy all that Alice sends and gets, from now on.",
        ),
        {
            Seat.AGENCY: (
                line("SIMULATION / ÜBUNG", "SIMULATION / ÜBUNG", Tone.ALARM),
                Line(Words(item.reason_text_de, item.reason_text_en), Tone.MISSING),
            ),
            Seat.RELAY: (
                line("doorless hat dafür keinen Schalter", "doorless has no switch for it"),
                line("Oskar ändert seinen Server", "Oskar changes his server", Tone.ALARM),
            ),
        },
        (
            Evidence(
                "answer",
                Words("Antwort auf die Anordnung", "Answer to the order"),
                {"reason": item.reason_code},
                (answer.folder / ANSWER).read_bytes(),
                "application/json",
            ),
        ),
        question=Question(
            Words(
                "Was wird die Behörde in 40 mitgeschnittenen Nachrichten lesen?",
                "What will the agency read in 40 messages that were copied?",
            ),
            (
                Words("alles", "everything"),
                Words("wer wann wem schreibt, aber kein Wort", "times and places, not a word"),
                Words("gar nichts", "nothing at all"),
            ),
            1,
        ),
    )


def copied(noted: Sequence[dict[str, Any]], index: bytes) -> Step:
    """`index`: the file in which all of it stands."""
    size = sum(line["bytes"] for line in noted)
    told = sum({"at", "address", "mailbox", "bytes"} <= set(line) for line in noted)
    more = len(noted) - SHOWN
    return Step(
        Words(
            f"Alice, Bob und Carol schreiben; der Betreiber kopiert {len(noted)} Umschläge.",
            f"Alice, Bob and Carol write; the operator copies {len(noted)} envelopes.",
        ),
        {
            Seat.ALICE: (line("merkt nichts", "notices nothing"),),
            Seat.BOB: (line("merkt nichts", "notices nothing"),),
            Seat.RELAY: (
                *(said(_row(row), Tone.SEALED) for row in noted[:SHOWN]),
                line(f"… und {more} weitere", f"… and {more} more"),
            ),
            Seat.AGENCY: (
                line(f"{dotted(size)} Bytes", f"{size:,} bytes", Tone.SEALED),
                line("Verkehr, eine Minute je Zeichen:", "traffic, a minute a sign:"),
                said(_picture(noted), Tone.HELD),
            ),
        },
        (
            Evidence(
                "traffic",
                Words("Zeit, Adresse, Postfach, Größe", "Time, address, mailbox, size"),
                {"envelopes": len(noted), "told": told, "bytes": size},
                index,
                "application/jsonl",
            ),
        ),
        notes=Words(
            "Am Protokoll ändert sich nichts: Kein Programm der Nutzer kann das Kopieren sehen.",
            "Nothing of the protocol changes: no program of a user can see the copying.",
        ),
    )


def searched(evidence: Evidence, tried: int, opened: int) -> Step:
    found, markers = evidence.facts["found"], evidence.facts["markers"]
    return Step(
        Words(
            f"Die Behörde liest {found} von {markers} Nachrichten.",
            f"The agency reads {found} of {markers} messages.",
        ),
        {
            Seat.AGENCY: (
                line(
                    f"{found} von {markers} lesbar",
                    f"{found} of {markers} readable",
                    Tone.SAID if found else Tone.MISSING,
                ),
            ),
            Seat.RELAY: (
                line(
                    f"{dotted(tried)} Versuche mit allen vorhandenen Schlüsseln",
                    f"{tried:,} attempts with all keys that are there",
                ),
                line(f"{opened} gelungen", f"{opened} succeeded", Tone.REFUSED),
            ),
        },
        (
            evidence,
            Evidence(
                "attempts",
                Words("Versuche zu entschlüsseln", "Attempts to decrypt"),
                {"tried": tried, "succeeded": opened},
            ),
        ),
    )


def seized(found: "Seized") -> Step:
    (delivered, old), (waiting, new) = found.delivered, found.waiting
    return Step(
        Words(
            "Später beschlagnahmt sie Alices Telefon und versucht es an den alten Kopien.",
            "Later it seizes Alice's phone, and tries it on the old copies.",
        ),
        {
            Seat.AGENCY: (
                line(
                    f"{old} von {delivered} zugestellten Umschlägen",
                    f"{old} of {delivered} delivered envelopes",
                    Tone.SAID if old else Tone.MISSING,
                ),
                line(
                    f"{new} von {waiting}, die noch warteten",
                    f"{new} of {waiting} that still waited",
                    Tone.SAID,
                ),
            ),
            Seat.ALICE: (
                line(
                    "Schlüssel zugestellter Nachrichten sind fort",
                    "keys of delivered messages are gone",
                    Tone.MISSING,
                ),
                line(
                    "der Verlauf auf dem Telefon bleibt lesbar",
                    "the history on the phone can be read",
                    Tone.ALARM,
                ),
            ),
        },
        (
            Evidence(
                "seizure",
                Words("Alte Kopien und neue Schlüssel", "Old copies and new keys"),
                {"delivered": delivered, "opened": old, "waiting": waiting, "control": new},
            ),
        ),
        question=Question(
            Words("Öffnet das Telefon die alten Kopien?", "Does the phone open the old copies?"),
            (
                Words("ja, alle", "yes, all of them"),
                Words("nur was noch nicht angekommen war", "only what had not arrived yet"),
                Words("nein, keine einzige", "no, not a single one"),
            ),
            1,
        ),
    )


def escrowed(messages: int) -> Step:
    return Step(
        Words(
            f"Mit Hinterlegung liegen {messages} Kopien beim Betreiber, jede mit ihrem Schlüssel.",
            f"With key escrow {messages} copies lie with the operator, each with its key.",
        ),
        {
            Seat.ALICE: (line("merkt nichts", "notices nothing"),),
            Seat.RELAY: (line(f"{messages} Umschläge", f"{messages} envelopes", Tone.SEALED),),
            Seat.AGENCY: (line("hat den Schlüssel", "has the key", Tone.HELD),),
        },
    )


def _row(noted: dict[str, Any]) -> str:
    return f"{noted['address']} → {noted['mailbox'][:8]}  {noted['bytes']} B"


def _picture(noted: Sequence[dict[str, Any]]) -> str:
    begin = noted[0]["at"]
    slots = [0] * (int((noted[-1]["at"] - begin) // SLOT) + 1)
    for row in noted:
        slots[int((row["at"] - begin) // SLOT)] += 1
    most = max(slots)
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in slots)
