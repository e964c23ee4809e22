"""Going on and going back: the whole of a lesson on two keys.

    claim ► step ► … ► verdict ► (the next product) claim ► … ► verdict ► limit ► next station

A step with a question takes two: the question, then what happened.
"""

from collections.abc import Callable
from dataclasses import replace

from doorless_lab.scenario import Scenario
from doorless_lab.web.lessons import Lesson, Station
from doorless_lab.web.recording import Recording, by_control
from doorless_lab.web.room import Page, Place, Room

Find = Callable[[str], Scenario | None]
"""A scenario by its id; None: this lab has none."""

Get = Callable[[Place], Recording | None]
"""The run that a place is in."""


def onwards(room: Room, scenario: Scenario, recording: Recording | None) -> Room | None:
    """Where the next step leads. None: out of the scenario; the same room: it is not there yet."""
    place, steps = room.place, recording.steps if recording else []
    if place is None:
        return None
    if place.limit or (place.verdict and _is_last(place, scenario) and scenario.limit is None):
        return None
    if place.verdict:
        if _is_last(place, scenario):
            return at(room, replace(place, limit=True))
        return at(room, Place(place.scenario, place.product + 1))
    if place.asking:
        return at(room, replace(place, shown=place.shown + 1, asking=False))
    if place.shown < len(steps):
        if steps[place.shown].question is not None:
            return at(room, replace(place, asking=True))
        return at(room, replace(place, shown=place.shown + 1))
    if recording is not None and recording.ended:
        return at(room, replace(place, verdict=True))
    return room


def backwards(room: Room, get: Get) -> Room | None:
    """Snapshot k-1. None: out of the scenario."""
    place = room.place
    if place is None:
        return None
    if place.limit:
        return at(room, replace(place, limit=False))
    if place.verdict:
        return at(room, replace(place, verdict=False))
    if place.asking:
        return at(room, replace(place, asking=False))
    if place.shown:
        return at(room, replace(place, shown=place.shown - 1))
    if place.product:
        return at(room, _end_of(Place(place.scenario, place.product - 1), get))
    return None


def to_verdict(room: Room, recording: Recording | None) -> Room:
    """Straight to the end of this product's run, and back to the last step from there."""
    place = room.place
    if place is None or recording is None or not recording.ended:
        return room
    if place.verdict and not place.limit:
        return at(room, replace(place, verdict=False))
    return at(room, Place(place.scenario, place.product, len(recording.steps), verdict=True))


def at(room: Room, place: Place) -> Room:
    return replace(room, page=Page.SCENARIO, place=place, focus=0)


def enter(room: Room, lesson: Lesson, number: int, find: Find, now: int) -> Room:
    """The station of a lesson, at its beginning. What this lab has no scenario for is passed."""
    number = max(0, min(number, len(lesson.stations) - 1))
    room = replace(
        room, lesson=lesson.name, station=number, question=0, counted=False, station_began=now
    )
    room = replace(room, focus=0, drawer=False, place=None)
    station = lesson.stations[number]
    if station.scenario and find(station.scenario) is not None:
        return at(room, Place(station.scenario))
    return replace(room, page=Page.STATION)


def enter_from_behind(
    room: Room, lesson: Lesson, number: int, find: Find, get: Get, now: int
) -> Room:
    """The same at its end, as going back finds it."""
    entered = enter(room, lesson, number, find, now)
    station = lesson.stations[entered.station]
    if entered.place is None:
        return replace(entered, question=last_question(station), counted=False)
    scenario = find(entered.place.scenario)
    if scenario is None:
        return entered
    last = _end_of(Place(scenario.id, len(by_control(scenario)) - 1), get)
    return at(entered, replace(last, limit=last.verdict and scenario.limit is not None))


def through_station(room: Room, station: Station) -> Room | None:
    """The next question of a poll, or what was counted. None: out of the station."""
    if not station.poll:
        return None
    if station.compares and not room.counted:
        return replace(room, counted=True)
    if room.question < last_question(station):
        return replace(room, question=room.question + 1, counted=False)
    return None


def back_through_station(room: Room, station: Station) -> Room | None:
    if not station.poll:
        return None
    if room.counted:
        return replace(room, counted=False)
    if room.question:
        return replace(room, question=room.question - 1)
    return None


def last_question(station: Station) -> int:
    return max(0, len(station.poll) - 1)


def _is_last(place: Place, scenario: Scenario) -> bool:
    return place.product >= len(scenario.products) - 1


def _end_of(place: Place, get: Get) -> Place:
    recording = get(place)
    if recording is None or not recording.ended:
        return place
    return replace(place, shown=len(recording.steps), verdict=True)
