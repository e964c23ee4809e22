"""What the steps of A1 say and show."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from doorless_lab.products.cloud_desk import Answered
from doorless_lab.sayings import as_spoken
from doorless_lab.scenario import Evidence, Fact, Line, Question, Seat, Step, Tone
from doorless_lab.telling import dotted, line, said, short
from doorless_lab.words import Words, same
from doorless_server.demands.checks import Check
from doorless_server.demands.instruments import all_instruments
from doorless_server.demands.workflow import ANSWER
from doorless_server.demands.workflow import Answer as DeskAnswer

SHOWN = 3
"""Messages in a pane; the rest is counted."""

NAMES = {
    "US_SUBPOENA": same("Subpoena"),
    "US_2703D": Words("Beschluss nach § 2703(d)", "2703(d) order"),
    "US_WARRANT": Words("Durchsuchungsbefehl", "Search warrant"),
    "EU_EPOC": Words("Europäische Herausgabeanordnung", "European Production Order"),
}

GIVEN = ("PRODUCED", "HELD_CIPHERTEXT_ONLY")

DATES = ("created", "last_connected")
"""Kinds of holdings: the two dates that are all that Signal could give in 2016."""

REASONS = {
    "PRODUCED": Words("herausgegeben", "produced"),
    "HELD_CIPHERTEXT_ONLY": Words("nur verschlüsselt vorhanden", "held as ciphertext alone"),
    "NOT_HELD_NEVER_COLLECTED": Words("nie erhoben", "never collected"),
    "NOT_HELD_DELETED": Words("schon gelöscht", "deleted already"),
    "NOT_AUTHORISED_BY_INSTRUMENT": Words(
        "von dieser Anordnung nicht gedeckt", "not covered by this instrument"
    ),
    "NO_SUCH_ACCOUNT": Words("kein solches Konto", "no such account"),
}


def talked(texts: Sequence[str], waiting: Sequence[bytes]) -> Step:
    late = len(waiting)
    return Step(
        Words(
            f"Alice und Bob schreiben sich {len(texts)} Nachrichten, die letzten holt Alice"
            " nicht mehr ab.",
            f"Alice and Bob write {len(texts)} messages to each other; Alice does not collect"
            " the last ones.",
        ),
        {
            Seat.ALICE: (*_texts(texts), line("ist offline", "is offline")),
            Seat.BOB: _texts(texts),
            Seat.RELAY: (
                line(
                    f"{late} Umschläge warten, alles andere ist zugestellt und gelöscht",
                    f"{late} envelopes wait, all else is delivered and deleted",
                ),
                *(_sealed(envelope) for envelope in waiting),
            ),
        },
        notes=Words(
            "Jede Nachricht trägt ein Wort, das es sonst nirgends gibt: danach wird gesucht.",
            "Each message carries a word that is nowhere else: it will be searched for.",
        ),
    )


def talked_openly(texts: Sequence[str], folder: Path) -> Step:
    size = sum(path.stat().st_size for path in folder.iterdir())
    return Step(
        Words(
            f"Alice und Bob schreiben sich {len(texts)} Nachrichten über einen Dienst, der sie"
            " speichert.",
            f"Alice and Bob write {len(texts)} messages to each other over a service that keeps"
            " them.",
        ),
        {
            Seat.ALICE: _texts(texts),
            Seat.BOB: _texts(texts),
            Seat.RELAY: (
                *_texts(texts),
                line(
                    f"Datenbank: {dotted(size)} Bytes, lesbar",
                    f"database: {size:,} bytes, readable",
                ),
            ),
        },
    )


def escrowed(messages: int, size: int) -> Step:
    return Step(
        Words(
            f"Das Gesetz legt jeder der {messages} Nachrichten ihren Schlüssel bei und verlangt,"
            " sie aufzuheben.",
            f"The law puts its key beside each of the {messages} messages, and wants them kept.",
        ),
        {
            Seat.ALICE: (line("sieht keinen Unterschied", "sees no difference"),),
            Seat.RELAY: (
                line(f"{messages} Umschläge", f"{messages} envelopes", Tone.SEALED),
                line(
                    f"{dotted(size)} Bytes Schlüsselkopien für die Behörde",
                    f"{size:,} bytes of copies of keys, for the agency",
                    Tone.HELD,
                ),
            ),
        },
    )


def demanded(scope: Words, targets: Sequence[str], right: int) -> Step:
    """`right`: place of the answer that this product bears out."""
    named = ", ".join(f"@{target}" for target in targets)
    return Step(
        Words(
            f"Eine Behörde verlangt alles über {named}.",
            f"An agency demands everything about {named}.",
        ),
        {
            Seat.AGENCY: (
                line("SIMULATION / ÜBUNG", "SIMULATION / ÜBUNG", Tone.ALARM),
                Line(scope),
            ),
            Seat.RELAY: (line("prüft jede Anordnung", "checks each order"),),
        },
        question=Question(
            Words(
                "Wie viele der 24 Nachrichten wird die Behörde lesen?",
                "How many of the 24 messages will the agency read?",
            ),
            (
                Words("alle", "all of them"),
                Words("nur die, die noch warten", "only those that still wait"),
                Words("keine", "none"),
            ),
            right,
        ),
        notes=Words(
            "Vier Anordnungen kommen nacheinander, jede reicht weiter oder kommt von anderswo.",
            "Four orders come one after the other; each reaches further, or is from elsewhere.",
        ),
    )


def answered(answer: DeskAnswer, checks: Sequence[Check]) -> Step:
    response, folder = answer.response, answer.folder
    name = NAMES[response.instrument]
    reasons = Counter(str(item.reason_code) for item in response.items)
    sealed = list(folder.glob("ciphertext/*"))
    dates = [item for item in response.items if item.kind in DATES and item.records]
    facts: dict[str, Fact] = {
        "asked": len(response.items),
        "given": sum(item.records > 0 for item in response.items),
        "dates": len(dates),
        "envelopes": len(sealed),
        "schema_hash": response.inventory_snapshot.schema_hash,
        "decision": response.decision,
        **{f"reason {code}": count for code, count in sorted(reasons.items())},
    }
    passed = sum(check.passed is True for check in checks)
    evidence = Evidence(
        f"answer to {response.instrument}",
        Words(
            f"Antwort auf {response.instrument}, Posten für Posten",
            f"Answer to {response.instrument}, item by item",
        ),
        facts,
        (folder / ANSWER).read_bytes(),
        "application/json",
        reproduce="doorless-relay demand answer ID --data DIR --json",
    )
    return Step(
        Words(
            f"{name.de}: Der Betreiber gibt heraus, was gedeckt und vorhanden ist.",
            f"{name.en}: the operator produces what is covered and held.",
        ),
        {
            Seat.AGENCY: (
                _law(response.instrument),
                *_reasons(reasons),
                line(
                    f"{len(dates)} Datumsangaben, {len(sealed)} versiegelte Umschläge",
                    f"{len(dates)} dates, {len(sealed)} sealed envelopes",
                    Tone.HELD,
                ),
            ),
            Seat.RELAY: (
                line(
                    f"{passed} von {len(checks)} Prüfungen bestanden",
                    f"{passed} of {len(checks)} checks passed",
                ),
                line("im öffentlichen Protokoll vermerkt", "committed to in the public log"),
            ),
        },
        (evidence,),
        detail=_items(answer),
    )


def _items(answer: DeskAnswer) -> Words:
    """Each item with its reason, a line each."""
    items = answer.response.items
    return Words(
        "\n".join(f"{each.requested_text.de}: {_words(each.reason_code).de}" for each in items),
        "\n".join(f"{each.requested_text.en}: {_words(each.reason_code).en}" for each in items),
    )


def _law(instrument: str) -> Line:
    """As the law calls it."""
    name = all_instruments()[instrument].name
    return Line(Words(name.de, name.en))


def answered_openly(instrument: str, answered: Sequence[Answered], given: bytes) -> Step:
    rows = sum(len(one.rows) for one in answered)
    contents = sum(len(one.rows) for one in answered if one.category == "content_stored")
    reasons = Counter(one.reason for one in answered)
    name = NAMES[instrument]
    return Step(
        Words(
            f"{name.de}: Der Betreiber hat alles und gibt heraus, was gedeckt ist.",
            f"{name.en}: the operator has everything, and produces what is covered.",
        ),
        {
            Seat.AGENCY: (
                _law(instrument),
                *_reasons(reasons),
                line(f"{contents} Nachrichten im Klartext", f"{contents} messages in the clear"),
            ),
            Seat.RELAY: (
                line(f"{rows} Zeilen herausgegeben", f"{rows} rows handed over", Tone.HELD),
            ),
        },
        (
            Evidence(
                f"answer to {instrument}",
                Words(f"Antwort auf {instrument}", f"Answer to {instrument}"),
                {"asked": len(answered), "rows": rows, "contents": contents},
                given,
                "application/json",
            ),
        ),
    )


def opened(contents: Sequence[bytes]) -> Step:
    return Step(
        Words(
            "Die Behörde hat beide Hälften des Schlüssels und öffnet, was aufgehoben wurde.",
            "The agency has both halves of the key, and opens what was kept.",
        ),
        {
            Seat.AGENCY: (
                *(said(text.decode()) for text in contents[:SHOWN]),
                line(f"{len(contents)} Nachrichten gelesen", f"{len(contents)} messages read"),
            ),
            Seat.RELAY: (line("hat nichts selbst gelesen", "read nothing itself"),),
            Seat.BOB: (line("merkt nichts", "notices nothing"),),
        },
    )


def searched(evidence: Evidence) -> Step:
    facts = evidence.facts
    found, markers = facts["found"], facts["markers"]
    searched, memory = int(facts["bytes"]), int(facts["memory"])
    return Step(
        Words(
            f"Die Suche findet {found} von {markers} Nachrichten.",
            f"The search finds {found} of {markers} messages.",
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
                    f"{dotted(searched)} Bytes durchsucht, davon {dotted(memory)} im Speicher",
                    f"{searched:,} bytes searched, {memory:,} of them in memory",
                ),
                line(
                    f"Gegenprobe: {facts['control']} von {markers} gefunden",
                    f"control: {facts['control']} of {markers} found",
                    Tone.HELD,
                ),
            ),
        },
        (evidence,),
        notes=Words(
            "Ohne die Gegenprobe hieße „nichts gefunden“ nur, dass niemand richtig gesucht hat.",
            "Without the control, “found nothing” would mean that nobody searched well.",
        ),
    )


def _sealed(envelope: bytes) -> Line:
    size, start = len(envelope), short(envelope)
    return line(f"{dotted(size)} Bytes: {start}", f"{size:,} bytes: {start}", Tone.SEALED)


def _texts(texts: Sequence[str]) -> tuple[Line, ...]:
    more = len(texts) - SHOWN
    return (
        *(Line(as_spoken(text), Tone.SAID) for text in texts[:SHOWN]),
        line(f"… und {more} weitere", f"… and {more} more"),
    )


def _reasons(reasons: Counter[str]) -> tuple[Line, ...]:
    """What was given first, then each kind of no."""
    ordered = sorted(reasons.items(), key=lambda one: (one[0] not in GIVEN, one[0]))
    return tuple(_reason(code, count) for code, count in ordered)


def _reason(code: str, count: int) -> Line:
    words = _words(code)
    return Line(Words(f"{count} · {words.de}", f"{count} · {words.en}"), _tone(code))


def _words(code: str) -> Words:
    return REASONS.get(code, Words(code, code))


def _tone(code: str) -> Tone:
    if code == "PRODUCED":
        return Tone.HELD
    return Tone.SEALED if code == "HELD_CIPHERTEXT_ONLY" else Tone.MISSING
