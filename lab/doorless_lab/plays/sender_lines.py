"""What the steps of A3 say and show."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from doorless_lab.scenario import Evidence, Line, Question, Seat, Step, Tone
from doorless_lab.telling import line, said
from doorless_lab.words import Words
from doorless_server.demands.workflow import ANSWER, Answer

if TYPE_CHECKING:
    from doorless_lab.plays.sender_ident import Trace

ASKED = ("senders", "ip_addresses")
"""Kinds of items that would say who wrote."""

SHOWN = 6
"""Names in a pane; the rest is counted."""


def asked_of_the_past(answer: Answer, noted: int) -> Step:
    items = [item for item in answer.response.items if item.kind in ASKED]
    named = sum(item.records for item in items)
    evidence = Evidence(
        "past",
        Words("Antwort auf die Frage nach dem Absender", "Answer to the question who wrote"),
        {
            "asked": len(items),
            "named": named,
            "noted": noted,
            **{f"reason {item.kind}": item.reason_code for item in items},
        },
        (answer.folder / ANSWER).read_bytes(),
        "application/json",
    )
    return Step(
        Words(
            "Die Behörde fragt, wer Carol von 10:02 bis 10:05 geschrieben hat.",
            "The agency asks who wrote to Carol from 10:02 to 10:05.",
        ),
        {
            Seat.CAROL: (line("liest: von Alice", "reads: from Alice", Tone.SAID),),
            Seat.RELAY: (
                line("Absender: nie erhoben", "sender: never collected", Tone.MISSING),
                line("Adresse: nie erhoben", "address: never collected", Tone.MISSING),
            ),
            Seat.AGENCY: (
                line(f"{named} Absender genannt", f"{named} senders named", Tone.MISSING),
            ),
        },
        (evidence,),
        question=Question(
            Words(
                "Kann der Betreiber sagen, wer geschrieben hat?",
                "Can the operator say who wrote?",
            ),
            (
                Words("Ja, es steht auf dem Umschlag.", "Yes, it is on the envelope."),
                Words("Nein, der Absender liegt im Umschlag.", "No, the sender is inside."),
            ),
            1,
        ),
    )


def log_is_on(seconds: float, answer: Answer, silent_until: date) -> Step:
    """`seconds`: since the scene began."""
    minutes, item = round(seconds / 60), answer.response.items[0]
    return Step(
        Words(
            "Ein Gericht ordnet an: ab jetzt Adresse und Zeit aufschreiben, und schweigen.",
            "A court orders: write down address and time from now on, and be silent.",
        ),
        {
            Seat.CAROL: (line("merkt nichts", "notices nothing"),),
            Seat.ALICE: (line("merkt nichts", "notices nothing"),),
            Seat.RELAY: (
                line(
                    f"schreibt seit Minute {minutes} mit",
                    f"writes down since minute {minutes}",
                    Tone.ALARM,
                ),
                line(
                    "doorless hat dafür keinen Schalter: er muss das Programm ändern",
                    "doorless has no switch for it: he has to change the program",
                ),
            ),
            Seat.AGENCY: (
                line(
                    f"Niemand darf davon sprechen bis {silent_until}",
                    f"Nobody may speak of it until {silent_until}",
                    Tone.HELD,
                ),
            ),
        },
        (
            Evidence(
                "order",
                Words("Antwort auf die Anordnung", "Answer to the order"),
                {
                    "reason": item.reason_code,
                    "gag": answer.response.gag_clock.gag,
                    "silent until": str(silent_until),
                    "minutes": minutes,
                },
                (answer.folder / ANSWER).read_bytes(),
                "application/json",
            ),
        ),
        notes=Words(
            "Hier endet, was Sparsamkeit schützt: was kommt, lässt sich aufschreiben.",
            "Here ends what collecting little protects: what is to come can be written down.",
        ),
    )


def direct(trace: "Trace") -> Step:
    return _traced(
        "direct",
        trace,
        Words(
            "Alice schreibt von zu Hause: Ihre Adresse hat sonst niemand.",
            "Alice writes from home: nobody else has her address.",
        ),
    )


def school(trace: "Trace") -> Step:
    return _traced(
        "school",
        trace,
        Words(
            "Alice schreibt aus der Schule: Eine Adresse gehört allen.",
            "Alice writes from school: one address is everybody's.",
        ),
        question=Question(
            Words("Wen nennt das Protokoll jetzt?", "Whom does the log name now?"),
            (
                Words("Alice", "Alice"),
                Words("alle im Netz der Schule", "everybody in the school's network"),
                Words("niemanden", "nobody"),
            ),
            1,
        ),
    )


def proxy(trace: "Trace") -> Step:
    return _traced(
        "proxy",
        trace,
        Words(
            "Alice schreibt über einen Proxy: Das Protokoll kennt nur ihn und seine Nutzer.",
            "Alice writes through a proxy: the log knows it and its users alone.",
        ),
    )


def receipts(answered: frozenset[str]) -> Step:
    return Step(
        Words(
            "Carol schaltet Empfangsbestätigungen ein: Jede geht an das Postfach der Absenderin.",
            "Carol turns receipts on: each goes to the mailbox of whoever wrote.",
        ),
        {
            Seat.CAROL: (line("bestätigt den Empfang", "says that it arrived"),),
            Seat.ALICE: (line("schreibt weiter über den Proxy", "still writes by the proxy"),),
            Seat.RELAY: _names(answered),
            Seat.AGENCY: _names(answered),
        },
        (_evidence("receipts", answered, tokens=0),),
        notes=Words(
            "Der Proxy hilft dagegen nicht: Das Postfach gehört einem Konto. Die Einstellung"
            " „Empfangsbestätigungen“ aus, oder eine längere Verzögerung, hilft.",
            "The proxy does not help against that: the mailbox is an account's. Receipts off, or"
            " a longer delay, does.",
        ),
    )


def _traced(name: str, trace: "Trace", caption: Words, question: Question | None = None) -> Step:
    return Step(
        caption,
        {
            Seat.CAROL: (line("liest: von Alice", "reads: from Alice", Tone.SAID),),
            Seat.RELAY: (
                *(said(text, Tone.HELD) for text in trace.lines),
                line(
                    f"{trace.tokens} Zustellmarke: die von Carols Kontakten",
                    f"{trace.tokens} delivery token: that of Carol's contacts",
                ),
            ),
            Seat.AGENCY: _names(trace.candidates),
        },
        (_evidence(name, trace.candidates, trace.tokens),),
        question,
    )


def _evidence(name: str, candidates: frozenset[str], tokens: int) -> Evidence:
    count = len(candidates)
    facts = {"candidates": count, "sender_among_them": "alice" in candidates, "tokens": tokens}
    return Evidence(
        name,
        Words(f"Als Absender kommen {count} in Frage.", f"{count} may have written it."),
        facts,
        "\n".join(sorted(candidates)).encode(),
        "text/plain",
    )


def _names(candidates: Iterable[str]) -> tuple[Line, ...]:
    names = sorted(candidates)
    more = len(names) - SHOWN
    count = line(f"1 von {len(names)}", f"1 of {len(names)}", Tone.HELD)
    shown = (said(f"@{name}") for name in names[:SHOWN])
    rest = (line(f"… und {more} weitere", f"… and {more} more"),) if more > 0 else ()
    return (count, *shown, *rest)
