"""What the teacher's desk gives out: papers, each under an address that nobody can guess."""

from collections.abc import Callable

from doorless_lab.scenario import Scenario
from doorless_lab.web import bundle, worksheet
from doorless_lab.web.actions import ActionError, Give
from doorless_lab.web.classroom import Classroom
from doorless_lab.web.lesson_plans import LESSONS
from doorless_lab.web.paper import Paper
from doorless_lab.web.report import report
from doorless_protocol.primitives import Random

TICKET_BYTES = 16
TICKETS = 32
"""Papers that are kept; the oldest goes first."""

TRIES = 5
WAIT = 60
"""Seconds after so many wrong PINs."""


class LockedError(ActionError):
    """The answers are behind the teacher's PIN."""


class PinLock:
    """Four to eight digits against pupils who look over a shoulder, so guessing has to be slow."""

    def __init__(self, pin: str, now: Callable[[], int]) -> None:
        self._pin, self._now = pin, now
        self._wrong = 0
        self._until = 0

    def check(self, pin: str) -> None:
        """Raises LockedError: wrong, or too many were."""
        if self._now() < self._until:
            raise LockedError("pin-wait")
        if pin != self._pin:
            self._wrong += 1
            if self._wrong % TRIES == 0:
                self._until = self._now() + WAIT
            raise LockedError("pin-wrong")
        self._wrong = 0


class Desk:
    def __init__(self, classroom: Classroom, random: Random) -> None:
        self._classroom = classroom
        self._random = random
        self._papers: dict[str, Paper] = {}

    def give(self, wanted: Give, *, unlocked: bool) -> str:
        """The address under which the paper lies. Raises ActionError, LockedError."""
        if wanted.what == "solutions" and not unlocked:
            raise LockedError("pin-needed")
        address = f"/paper/{self._random(TICKET_BYTES).hex()}"
        self._papers[address] = self._make(wanted)
        while len(self._papers) > TICKETS:
            del self._papers[next(iter(self._papers))]
        return address

    def paper(self, address: str) -> Paper | None:
        return self._papers.get(address)

    def clear(self) -> None:
        self._papers.clear()

    def _make(self, wanted: Give) -> Paper:
        room, language = self._classroom.room, self._classroom.room.language
        match wanted.what:
            case "worksheet" | "solutions":
                about = self._subject()
                return worksheet.worksheet(about, language, answers=wanted.what == "solutions")
            case "cards":
                return worksheet.voting_cards(language)
            case "roles":
                return worksheet.role_cards(language)
            case "evidence":
                return self._evidence(wanted.name)
            case _:
                pass
        runs = self._classroom.finished
        if not runs:
            raise ActionError("nothing-played")
        match wanted.what:
            case "report":
                return report(runs, room.instance, language)
            case "bundle":
                return bundle.evidence_bundle(runs, room.instance)
            case _:
                return bundle.certificate(runs, room.instance, self._classroom.seed, language)

    def _subject(self) -> tuple[Scenario, ...]:
        """The scenario on show, those of the lesson, or all of them."""
        if self._classroom.scenario is not None and not self._classroom.lesson:
            return (self._classroom.scenario,)
        if (lesson := LESSONS.get(self._classroom.room.lesson)) is not None:
            found = (self._classroom.find(one.scenario) for one in lesson.stations)
            return tuple(one for one in found if one is not None)
        return self._classroom.scenarios

    def _evidence(self, name: str) -> Paper:
        """Of what is on show so far, and no later step."""
        recording, place = self._classroom.recording, self._classroom.room.place
        shown = recording.steps[: place.shown] if recording and place else []
        for step in reversed(shown):
            for one in step.evidence:
                if one.name == name and one.data:
                    return bundle.attachment(one)
        raise ActionError("there is no such evidence")
