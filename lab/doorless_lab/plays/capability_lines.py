"""What the steps of A8 say and show."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from doorless_lab.scenario import Evidence, Line, Question, Seat, Step, Tone
from doorless_lab.stamps import SIGNS, WORDS
from doorless_lab.telling import line
from doorless_lab.words import Words
from doorless_server.demands.workflow import ANSWER, Answer

if TYPE_CHECKING:
    from doorless_lab.plays.capability_notice import Tried

COPY: Final = Words("die Schlüssel des Servers kopieren", "copy the server's keys")

THRESHOLD: Final = 10_000
"""Customers above which the United Kingdom may demand interception (SI 2018/353)."""


def noticed(answer: Answer) -> Step:
    items = [item for item in answer.response.items if item.requested_category == "capability"]
    (item, *_) = items
    return Step(
        Words(
            "Ein Ministerium verlangt eine Tür: Der Betreiber soll den Inhalt lesbar liefern.",
            "A ministry demands a door: the operator is to deliver content that can be read.",
        ),
        {
            Seat.AGENCY: (
                line("SIMULATION / ÜBUNG", "SIMULATION / ÜBUNG", Tone.ALARM),
                Line(Words(item.reason_text_de, item.reason_text_en), Tone.MISSING),
            ),
            Seat.RELAY: (
                line("Der Bescheid ist geheim.", "The notice is secret."),
                line(
                    f"Zum Mitschneiden erst ab {THRESHOLD:,}".replace(",", ".") + " Kunden",
                    f"to intercept, only above {THRESHOLD:,} customers",
                ),
            ),
        },
        (
            Evidence(
                "answer",
                Words("Antwort auf den Bescheid", "Answer to the notice"),
                {
                    "reason": item.reason_code,
                    "items": len(items),
                    "gag": answer.response.gag_clock.gag,
                },
                (answer.folder / ANSWER).read_bytes(),
                "application/json",
            ),
        ),
        question=Question(
            Words(
                "Reicht es, nur den Server zu ändern?", "Is it enough to change the server alone?"
            ),
            (
                Words("Ja, er sieht ja alles.", "Yes, it sees everything."),
                Words(
                    "Nein, dazu muss das Programm der Nutzer anders werden.",
                    "No, the users' program has to change.",
                ),
            ),
            1,
        ),
    )


def keys_copied(attempts: int, opened: int) -> Step:
    return Step(
        Words(
            "Zuerst der einfachste Weg: alle Schlüssel des Servers an allen Umschlägen.",
            "The simplest way first: all keys of the server on all envelopes.",
        ),
        {
            Seat.RELAY: (
                line(f"{attempts} Versuche", f"{attempts} attempts"),
                line(f"{opened} gelungen", f"{opened} succeeded", Tone.REFUSED),
            ),
            Seat.AGENCY: (line("liest nichts", "reads nothing", Tone.MISSING),),
        },
        (
            Evidence(
                "attempts",
                Words("Versuche mit den Schlüsseln des Servers", "Attempts with the server's keys"),
                {"tried": attempts, "succeeded": opened},
            ),
        ),
    )


def at_the_server(tried: Sequence["Tried"]) -> Step:
    return _table(
        tried,
        Words(
            f"Was der Server allein tun kann: {len(tried)} Wege, jeder eben gespielt.",
            f"What the server alone can do: {len(tried)} ways, each played just now.",
        ),
        Words(
            "Die Nutzer sehen bei jedem entdeckten Weg einen Alarm mit Beweis.",
            "With each way that is detected, users see an alarm with proof.",
        ),
    )


def in_the_client(tried: Sequence["Tried"]) -> Step:
    return _table(
        tried,
        Words(
            "Es bleiben Änderungen am Programm der Nutzer: Sie wirken, und sie treffen alle.",
            "What remains are changes of the users' program: they work, and they hit everybody.",
        ),
        Words(
            "Wer Updates prüft und nachbaut, sieht auch diese.",
            "Who checks and rebuilds updates sees these as well.",
        ),
    )


def options(at_the_server_alone: bool) -> Step:
    return Step(
        Words(
            "Der Betreiber muss sich entscheiden: Jeder Weg hat seinen Preis.",
            "The operator has to decide: each way has its price.",
        ),
        {
            Seat.RELAY: (
                line("überall gehorchen: alle verlieren", "comply everywhere: all lose"),
                line(
                    "die Funktion dort abschalten (Apple, 2025)",
                    "withdraw the feature there (Apple, 2025)",
                ),
                line("das Land verlassen", "leave the country"),
                line("klagen", "litigate"),
            ),
            Seat.PUBLIC: (
                line("erfährt davon: nichts", "learns of it: nothing", Tone.MISSING)
                if at_the_server_alone
                else line("kann Updates nachbauen", "can rebuild updates", Tone.HELD),
            ),
        },
        notes=Words(
            "Keiner der vier ist der richtige. Lasst die Klasse abstimmen und begründen.",
            "None of the four is the right one. Let the class vote, and give reasons.",
        ),
    )


def _table(tried: Sequence["Tried"], caption: Words, users: Words) -> Step:
    facts = {
        f"{one.where}/{number} {one.scenario}": str(one.verdict.outcome)
        for number, one in enumerate(tried, start=1)
    }
    told = [
        {
            "where": one.where,
            "mechanism": {"de": one.name.de, "en": one.name.en},
            "scenario": one.scenario,
            "outcome": one.verdict.outcome,
            "number": one.verdict.number,
            "because": {"de": one.verdict.because.de, "en": one.verdict.because.en},
        }
        for one in tried
    ]
    return Step(
        caption,
        {
            Seat.AGENCY: tuple(_row(one) for one in tried),
            Seat.ALICE: (Line(users),),
        },
        (
            Evidence(
                "mechanisms",
                Words("Tabelle der Wege", "Table of the ways"),
                facts,
                json.dumps(told, ensure_ascii=False, indent=1).encode(),
                "application/json",
                reproduce="doorless-lab run "
                + " ".join(dict.fromkeys(one.scenario for one in tried)),
            ),
        ),
        detail=Words(
            "\n".join(f"{one.name.de} ({one.scenario}): {one.verdict.because.de}" for one in tried),
            "\n".join(f"{one.name.en} ({one.scenario}): {one.verdict.because.en}" for one in tried),
        ),
    )


def _row(one: "Tried") -> Line:
    outcome = one.verdict.outcome
    sign, word = SIGNS[outcome], WORDS[outcome]
    return Line(
        Words(
            f"{sign} {word.de}: {one.name.de} ({one.scenario})",
            f"{sign} {word.en}: {one.name.en} ({one.scenario})",
        )
    )
