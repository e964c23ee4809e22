"""Lessons: guided paths through scenarios, polls and talk, on the same two keys."""

from dataclasses import dataclass

from doorless_lab.web.poll import QUESTIONS, PollQuestion, When
from doorless_lab.words import Words


@dataclass(frozen=True, slots=True)
class Station:
    """One station of a lesson: a scenario, a poll, cards, or something to talk about.

    Attributes:
        minutes: planned.
        say: what the teacher might say, in the presenter's window alone.
        show: for a station without a scenario, large on the wall.
    """

    title: Words
    minutes: int
    say: Words
    show: Words | None = None
    scenario: str = ""
    poll: tuple[PollQuestion, ...] = ()
    when: When = "before"
    cards: bool = False

    @property
    def compares(self) -> bool:
        return bool(self.poll) and self.when == "after"


@dataclass(frozen=True, slots=True)
class Lesson:
    name: str
    title: Words
    goal: Words
    stations: tuple[Station, ...]

    @property
    def minutes(self) -> int:
        return sum(station.minutes for station in self.stations)


LIKELY = (
    (
        Words("Und wenn es um Leben und Tod geht?", "And if it is about life and death?"),
        Words(
            "Der Betreiber gibt sofort, was er hat. Den Inhalt hat er auch dann nicht.",
            "The operator gives at once what it has. Even then it does not have the content.",
        ),
    ),
    (
        Words(
            "Warum baut man nicht eine Tür nur für die Guten?",
            "Why not build a door for the good ones alone?",
        ),
        Words(
            "Spielt E1 und E2: Derselbe Schlüssel öffnet für jeden, der ihn hat.",
            "Play E1 and E2: the same key opens for whoever has it.",
        ),
    ),
    (
        Words("Ist man damit ganz sicher?", "Is one entirely safe with it?"),
        Words(
            "Nein: entsperrtes Telefon (D1), Spionagesoftware und Verkehrsdaten (C2) bleiben.",
            "No: an unlocked phone (D1), spyware and traffic data (C2) remain.",
        ),
    ),
)
"""Questions that classes ask, and a short answer."""


def poll(when: When, minutes: int, *ids: str) -> Station:
    asked = tuple(question for question in QUESTIONS if question.id in ids)
    if when == "before":
        title = Words("Was denkt ihr?", "What do you think?")
        say = Words(
            "Lies jede Frage vor, zähle die Hände und kommentiere nichts. Die Auflösung kommt "
            "am Ende.",
            "Read each question aloud, count the hands and comment on nothing. The answers come "
            "at the end.",
        )
    else:
        title = Words("Dieselben Fragen noch einmal", "The same questions again")
        say = Words(
            "Erst zählen, dann weiter: Der Vergleich erscheint nach jeder Frage.",
            "Count first, then go on: the comparison appears after each question.",
        )
    return Station(title, minutes, say, poll=asked, when=when)


def played(scenario: str, minutes: int, title: Words, say: Words) -> Station:
    return Station(title, minutes, say, scenario=scenario)
