"""One classroom: what its windows show, what they may do about it, and the runs behind it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import singledispatchmethod

from doorless_lab.runner import Conditions, SettingError
from doorless_lab.scenario import Scenario
from doorless_lab.web import actions, moves, poll
from doorless_lab.web.actions import ActionError
from doorless_lab.web.lesson_plans import LESSONS
from doorless_lab.web.lessons import Lesson, Station
from doorless_lab.web.recording import Recording, Shelf, by_control
from doorless_lab.web.room import SPEEDS, ZOOMS, Page, Place, Room, Theme
from doorless_lab.web.view import question_key
from doorless_lab.words import Language
from doorless_protocol.primitives import Random

INSTANCE_BYTES = 4
STEP_SECONDS = 6.0
"""How long a step stands at speed 1: a caption is read twice in it."""

Catalogue = Callable[[], tuple[Scenario, ...]]


@dataclass(frozen=True, slots=True)
class Outside:
    """What the classroom does not choose itself.

    Attributes:
        now: Unix seconds.
        step_seconds: how long auto-play stays on a step at speed 1.
    """

    catalogue: Catalogue
    random: Random
    now: Callable[[], int]
    step_seconds: float = STEP_SECONDS


class Classroom:
    """
    Args:
        changed: called when there is something new to draw.
    """

    def __init__(self, outside: Outside, language: Language, changed: Callable[[], None]) -> None:
        self._outside = outside
        self._changed = changed
        self.shelf = Shelf(changed)
        self.seed = outside.random(32)
        self.room = Room(self._draw_instance(), language)
        self._autoplay: asyncio.Task[None] | None = None

    async def close(self) -> None:
        self._pause()
        await self.shelf.close()

    # --- what there is -------------------------------------------------------------------------

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        return self._outside.catalogue()

    def find(self, name: str) -> Scenario | None:
        return next((one for one in self.scenarios if one.id == name), None)

    @property
    def scenario(self) -> Scenario | None:
        """The one on show."""
        return self.find(self.room.place.scenario) if self.room.place else None

    @property
    def lesson(self) -> Lesson | None:
        return LESSONS.get(self.room.lesson)

    @property
    def station(self) -> Station | None:
        return self.lesson.stations[self.room.station] if self.lesson else None

    @property
    def recording(self) -> Recording | None:
        return self._get(self.room.place) if self.room.place else None

    @property
    def question(self) -> str:
        """Under which hands are counted now; "" while no question stands."""
        room, scenario, station = self.room, self.scenario, self.station
        if room.place is not None and scenario is not None:
            asking = room.place.asking
            return question_key(room.place, scenario, room.place.shown) if asking else ""
        if room.page is Page.STATION and station and station.poll and not room.counted:
            return poll.key(station.when, station.poll[room.question])
        return ""

    @property
    def finished(self) -> tuple[Recording, ...]:
        """Whole runs: of the scenario on show, otherwise all there are."""
        whole = [one for one in self.shelf.all() if one.ended and not one.failed]
        if self.scenario is not None:
            whole = [one for one in whole if one.scenario is self.scenario]
        return tuple(whole)

    # --- what happens --------------------------------------------------------------------------

    def act(self, action: actions.Action) -> None:
        """Raises ActionError: not possible here; nothing has changed."""
        self._do(action)
        self._changed()

    @singledispatchmethod
    def _do(self, action: object) -> None:
        raise ActionError(f"{type(action).__name__} is for the desk")

    @_do.register
    def _(self, _action: actions.Next) -> None:
        self._onwards()

    def _onwards(self) -> bool:
        """Whether that led anywhere."""
        before = self.room
        followed = self._following()
        if followed is None and self.lesson and self.room.station + 1 < len(self.lesson.stations):
            followed = moves.enter(
                self.room, self.lesson, self.room.station + 1, self.find, self._outside.now()
            )
        self._go(followed or self.room)
        return self.room != before

    def _following(self) -> Room | None:
        if self.scenario is not None:
            return moves.onwards(self.room, self.scenario, self.recording)
        if self.room.page is Page.STATION and self.station is not None:
            return moves.through_station(self.room, self.station)
        return None

    @_do.register
    def _(self, _action: actions.Back) -> None:
        self._pause()
        room = self.room
        before: Room | None = None
        if self.scenario is not None:
            before = moves.backwards(room, self._get)
        elif room.page is Page.STATION and self.station is not None:
            before = moves.back_through_station(room, self.station)
        if before is None and self.lesson and room.station:
            before = moves.enter_from_behind(
                room, self.lesson, room.station - 1, self.find, self._get, self._outside.now()
            )
        self._go(before or room)

    @_do.register
    def _(self, _action: actions.PlayPause) -> None:
        if self.room.playing:
            self._pause()
        elif self.scenario is not None:
            self.room = replace(self.room, playing=True)
            self._autoplay = asyncio.create_task(self._play_on())

    @_do.register
    def _(self, _action: actions.ShowVerdict) -> None:
        self._pause()
        self._go(moves.to_verdict(self.room, self.recording))

    @_do.register
    def _(self, _action: actions.Reset) -> None:
        """Another world: keys, runs and counts are gone; the way the wall looks stays."""
        self._pause()
        self.shelf.wipe()
        self.seed = self._outside.random(32)
        kept = self.room
        self.room = Room(self._draw_instance(), kept.language, kept.theme, kept.zoom)

    @_do.register
    def _(self, _action: actions.Blackout) -> None:
        self._pause()
        self.room = replace(self.room, black=not self.room.black)

    @_do.register
    def _(self, _action: actions.Drawer) -> None:
        self.room = replace(self.room, drawer=not self.room.drawer)

    @_do.register
    def _(self, _action: actions.PlayAll) -> None:
        for scenario in self.scenarios:
            self.shelf.want(scenario, self._conditions(scenario), soon=False)

    @_do.register
    def _(self, _action: actions.Switch) -> None:
        self.room = replace(self.room, language="en" if self.room.language == "de" else "de")

    @_do.register
    def _(self, _action: actions.Contrast) -> None:
        following: Theme = "light" if self.room.theme == "contrast" else "contrast"
        self.room = replace(self.room, theme=following)

    @_do.register
    def _(self, action: actions.SetTheme) -> None:
        self.room = replace(self.room, theme=action.theme)

    @_do.register
    def _(self, action: actions.Zoom) -> None:
        place = ZOOMS.index(self.room.zoom) + action.by
        self.room = replace(self.room, zoom=ZOOMS[max(0, min(place, len(ZOOMS) - 1))])

    @_do.register
    def _(self, action: actions.Speed) -> None:
        if action.speed not in SPEEDS:
            raise ActionError("auto-play has four speeds")
        self.room = replace(self.room, speed=action.speed)

    @_do.register
    def _(self, action: actions.Focus) -> None:
        same = action.pane == self.room.focus
        self.room = replace(self.room, focus=0 if same else action.pane)

    @_do.register
    def _(self, action: actions.Bet) -> None:
        if not self.question:
            raise ActionError("no question stands")
        counted = poll.hands(poll.counts(self.room.bets, self.question), action.answer, action.by)
        self.room = replace(self.room, bets={**self.room.bets, self.question: counted})

    @_do.register
    def _(self, action: actions.GoTo) -> None:
        self._pause()
        self.room = replace(
            self.room, page=Page(action.page), place=None, lesson="", focus=0, drawer=False
        )

    @_do.register
    def _(self, action: actions.Open) -> None:
        self._pause()
        if self.find(action.scenario) is None:
            raise ActionError("this lab has no such scenario")
        self.room = replace(self.room, lesson="", drawer=False)
        self._go(moves.at(self.room, Place(action.scenario)))

    @_do.register
    def _(self, action: actions.Choose) -> None:
        self._pause()
        if self.scenario is None or action.product >= len(by_control(self.scenario)):
            raise ActionError("this scenario is not played against that")
        self._go(moves.at(self.room, Place(self.scenario.id, action.product)))

    @_do.register
    def _(self, action: actions.Rerun) -> None:
        self._pause()
        scenario = self.scenario
        if scenario is None:
            raise ActionError("no scenario is open")
        if unknown := set(action.settings) - set(scenario.parameters):
            raise ActionError(f"{scenario.id} has no parameter {min(unknown)!r}")
        settings = {**self.room.settings, **action.settings}
        try:
            Conditions(settings=settings).of(scenario)
        except SettingError as error:
            raise ActionError(str(error)) from error
        self.room = replace(self.room, settings=settings, drawer=False)
        self.shelf.forget(scenario)
        self._go(moves.at(self.room, Place(scenario.id)))

    @_do.register
    def _(self, action: actions.Teach) -> None:
        self._pause()
        lesson = LESSONS.get(action.lesson)
        if lesson is None or action.station >= len(lesson.stations):
            raise ActionError("there is no such lesson")
        now = self._outside.now()
        room = self.room
        if room.lesson != lesson.name:
            room = replace(room, began=now)
        self._go(moves.enter(room, lesson, action.station, self.find, now))

    # --- within --------------------------------------------------------------------------------

    def _go(self, room: Room) -> None:
        """There; what is on show, and what comes after it, is played if it is not yet."""
        self.room = room
        for scenario in (self._coming(), self.scenario):
            if scenario is not None:
                self.shelf.want(scenario, self._conditions(scenario))

    def _coming(self) -> Scenario | None:
        """Of the next station, so that nobody waits for it."""
        if self.lesson is None or self.room.station + 1 >= len(self.lesson.stations):
            return None
        return self.find(self.lesson.stations[self.room.station + 1].scenario)

    def _conditions(self, scenario: Scenario) -> Conditions:
        chosen: Mapping[str, int] = self.room.settings
        return Conditions(settings={n: v for n, v in chosen.items() if n in scenario.parameters})

    def _get(self, place: Place) -> Recording | None:
        scenario = self.find(place.scenario)
        if scenario is None:
            return None
        return self.shelf.get(scenario.id, by_control(scenario)[place.product])

    def _draw_instance(self) -> str:
        return self._outside.random(INSTANCE_BYTES).hex()

    async def _play_on(self) -> None:
        """Step by step; it stops at each question, and where the scenario ends."""
        while self.scenario is not None and moves.onwards(self.room, self.scenario, self.recording):
            await asyncio.sleep(self._outside.step_seconds / self.room.speed)
            self._onwards_by_itself()
            if self.room.place is None or self.room.place.asking:
                break
            self._changed()
        self.room = replace(self.room, playing=False)
        self._changed()

    def _onwards_by_itself(self) -> None:
        scenario = self.scenario
        if scenario is not None:
            self._go(moves.onwards(self.room, scenario, self.recording) or self.room)

    def _pause(self) -> None:
        if self._autoplay is not None:
            self._autoplay.cancel()
            self._autoplay = None
        self.room = replace(self.room, playing=False)
