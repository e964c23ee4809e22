"""What the steps of A6 say and show."""

from collections.abc import Mapping
from typing import Final

from doorless_lab.plays.routes import ROUTES, Route
from doorless_lab.scenario import Evidence, Fact, Line, Question, Seat, Step, Tone
from doorless_lab.telling import line
from doorless_lab.words import Words

COUNTRIES: Final = {
    "US": Words("den USA", "the United States"),
    "IE": Words("Irland", "Ireland"),
}


def talked(messages: int, waiting: int, *, readable: bool) -> Step:
    return Step(
        Words(
            f"Bob schreibt Alice {messages} Nachrichten; ihr Postfach liegt in Dublin und Redmond.",
            f"Bob writes {messages} messages to Alice; her mailbox lies in Dublin and Redmond.",
        ),
        {
            Seat.ALICE: (line("liest und ist dann fort", "reads, and is gone then"),),
            Seat.RELAY: (
                line(
                    f"{waiting} Nachrichten, lesbar" if readable else f"{waiting} Umschläge warten",
                    f"{waiting} messages, readable" if readable else f"{waiting} envelopes wait",
                    Tone.HELD if readable else Tone.SEALED,
                ),
            ),
        },
        notes=Words(
            "Dublin und Redmond sind zwei Prozesse mit zwei Ordnern; das Postfach zog mit allem "
            "um, was darin lag.",
            "Dublin and Redmond are two processes with two folders; the mailbox moved with all "
            "that lay in it.",
        ),
    )


def asked(right: int) -> Step:
    return Step(
        Words(
            "Sechs Wege führen zu zwei Orten: zwölf Anfragen nach demselben Postfach.",
            "Six routes lead to two places: twelve demands for the same mailbox.",
        ),
        {Seat.AGENCY: tuple(Line(route.name) for route in ROUTES)},
        question=Question(
            Words(
                "In wie vielen der zwölf Felder liest jemand eine Nachricht?",
                "In how many of the twelve cells does anybody read a message?",
            ),
            (
                Words("In allen.", "In all."),
                Words("So weit das Recht reicht.", "As far as the law reaches."),
                Words("In keinem.", "In none."),
            ),
            right,
        ),
    )


def ordered(route: Route, row: Mapping[str, bool], read: int) -> Step:
    """`row`: by place, whether something was handed over; `read`: messages that are readable."""
    return Step(
        Words(
            f"{_capital(route.name.de)}: {_outcome(row, 'de')}.",
            f"{_capital(route.name.en)}: {_outcome(row, 'en')}.",
        ),
        {
            Seat.AGENCY: (
                _path(route),
                Line(Words(f"Dauer: {route.within.de}", f"Takes: {route.within.en}")),
                *(_place(place, produced) for place, produced in row.items()),
                line(
                    f"lesbare Nachrichten: {read}",
                    f"readable messages: {read}",
                    Tone.SAID if read else Tone.MISSING,
                ),
            ),
            Seat.RELAY: tuple(
                line(
                    f"{place}: es gilt das Recht von {COUNTRIES[country].de}",
                    f"{place}: under the law of {COUNTRIES[country].en}",
                )
                for place, country in zip(row, route.binds, strict=True)
            ),
        },
        (
            Evidence(
                route.id,
                route.name,
                {**{place.lower(): produced for place, produced in row.items()}, "read": read},
            ),
        ),
    )


def _path(route: Route) -> Line:
    """Through whose hands the paper goes, as one reads it aloud."""
    through = [(one.de, one.en) for one in route.path]
    de, en = (" → ".join(names) for names in zip(*through, strict=True))
    return Line(Words(f"Weg: {de}", f"Path: {en}"))


def matrix(table: Mapping[str, Mapping[str, bool]], facts: Mapping[str, Fact], data: bytes) -> Step:
    produced, cells = facts["produced"], facts["cells"]
    names = {route.id: route.name for route in ROUTES}
    return Step(
        Words(
            f"In {produced} von {cells} Feldern musste der Betreiber herausgeben, was er hat.",
            f"In {produced} of {cells} cells the operator had to hand over what he has.",
        ),
        {
            Seat.PUBLIC: tuple(
                line(
                    f"{names[route].de}: {_outcome(row, 'de')}",
                    f"{names[route].en}: {_outcome(row, 'en')}",
                )
                for route, row in table.items()
            ),
        },
        (
            Evidence(
                "matrix",
                Words("Sechs Wege, zwei Orte", "Six routes, two places"),
                facts,
                data,
                "application/json",
            ),
        ),
        detail=Words(
            f"Verschiedene Inhalte in den {produced} Herausgaben: {facts['different']}.",
            f"Different contents in the {produced} productions: {facts['different']}.",
        ),
    )


def searched(evidence: Evidence) -> Step:
    found, markers = evidence.facts["found"], evidence.facts["markers"]
    return Step(
        Words(
            f"In allem zusammen findet die Suche {found} von {markers} Nachrichten.",
            f"In all of it together the search finds {found} of {markers} messages.",
        ),
        {
            Seat.AGENCY: (
                line(
                    f"{found} von {markers} lesbar",
                    f"{found} of {markers} readable",
                    Tone.SAID if found else Tone.MISSING,
                ),
            ),
        },
        (evidence,),
    )


def _place(place: str, produced: bool) -> Line:
    if produced:
        return line(f"{place}: herausgegeben", f"{place}: handed over", Tone.HELD)
    return line(f"{place}: abgelehnt", f"{place}: refused", Tone.REFUSED)


def _outcome(row: Mapping[str, bool], language: str) -> str:
    words = {True: ("ja", "yes"), False: ("nein", "no")}
    at = 0 if language == "de" else 1
    return ", ".join(f"{place} {words[produced][at]}" for place, produced in row.items())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
