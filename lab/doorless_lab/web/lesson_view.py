"""What windows get to draw of a lesson, and what the presenter's window gets besides."""

from doorless_lab.scenario import Scenario, Step
from doorless_lab.web import poll
from doorless_lab.web.lesson_plans import LESSONS
from doorless_lab.web.lessons import LIKELY, Lesson, Station
from doorless_lab.web.poll import PollQuestion
from doorless_lab.web.recording import Shelf, by_control
from doorless_lab.web.roles import ROLES
from doorless_lab.web.room import Room
from doorless_lab.web.view import Json
from doorless_lab.words import Language, Words


def menu(language: Language) -> list[Json]:
    """The lessons to choose from."""
    return [
        {
            "name": lesson.name,
            "title": lesson.title.text(language),
            "goal": lesson.goal.text(language),
            "minutes": lesson.minutes,
            "stations": [
                {"title": station.title.text(language), "minutes": station.minutes}
                for station in lesson.stations
            ],
        }
        for lesson in LESSONS.values()
    ]


def where(lesson: Lesson, room: Room) -> Json:
    language, station = room.language, lesson.stations[room.station]
    return {
        "name": lesson.name,
        "title": lesson.title.text(language),
        "station": room.station,
        "count": len(lesson.stations),
        "stationTitle": station.title.text(language),
        "minutes": station.minutes,
    }


def station_page(station: Station, room: Room) -> Json:
    """A station without a scenario; also one whose scenario this lab does not have."""
    language = room.language
    asked = station.poll[room.question] if station.poll else None
    return {
        "title": station.title.text(language),
        "show": station.show.text(language) if station.show else "",
        "missing": station.scenario,
        "question": _asked(asked, station, room) if asked else None,
        "number": room.question + 1,
        "of": len(station.poll),
        "cards": [role(number, language) for number in range(len(ROLES))] if station.cards else [],
    }


def role(number: int, language: Language) -> Json:
    one = ROLES[number]
    texts = {"who": one.who, "wants": one.wants, "strongest": one.strongest, "asked": one.asked}
    return {name: words.text(language) for name, words in texts.items()}


def _asked(question: PollQuestion, station: Station, room: Room) -> Json:
    shown = room.counted
    language = room.language
    before = poll.counts(room.bets, poll.key("before", question))
    after = poll.counts(room.bets, poll.key("after", question))
    change = poll.change(room.bets, question)
    return {
        "id": question.id,
        "text": question.text.text(language),
        "answers": [answer.text(language) for answer in question.answers],
        "open": not shown,
        "when": station.when,
        "right": question.right if shown else None,
        "why": question.why.text(language) if shown else "",
        "before": list(poll.shares(before)) if shown else None,
        "after": list(poll.shares(after)) if shown else None,
        "change": list(change) if shown and change is not None else None,
        "counts": list(after) if shown else None,
    }


def presenter(
    room: Room, scenario: Scenario | None, shelf: Shelf, counts: tuple[int, ...], unlocked: bool
) -> Json:
    """`counts`: of the question that stands, so that a miscount is seen."""
    language = room.language
    lesson = LESSONS.get(room.lesson)
    station = lesson.stations[room.station] if lesson else None
    following = lesson.stations[room.station + 1 :] if lesson else ()
    return {
        "say": station.say.text(language) if station else "",
        "notes": _notes(room, scenario, shelf),
        "next": _next(room, scenario, shelf),
        "nextStation": following[0].title.text(language) if following else "",
        "likely": [_pair(pair, language) for pair in LIKELY],
        "exercises": _exercises(scenario, language, unlocked) if scenario else [],
        "unlocked": unlocked,
        "counts": list(counts),
        "began": room.began,
        "stationBegan": room.station_began,
        "minutes": station.minutes if station else 0,
        "lessonMinutes": lesson.minutes if lesson else 0,
    }


def _notes(room: Room, scenario: Scenario | None, shelf: Shelf) -> list[str]:
    if scenario is None or room.place is None:
        return []
    found: list[Words] = [] if room.place.shown else [scenario.notes]
    if (step := _step_at(room, scenario, shelf, room.place.shown - 1)) and step.notes:
        found.append(step.notes)
    return [words.text(room.language) for words in found or [scenario.notes]]


def _next(room: Room, scenario: Scenario | None, shelf: Shelf) -> str:
    """The caption that comes; the question first, where the step has one."""
    if scenario is None or room.place is None or room.place.verdict or room.place.limit:
        return ""
    step = _step_at(room, scenario, shelf, room.place.shown)
    if step is None:
        return ""
    if step.question is not None and not room.place.asking:
        return step.question.text.text(room.language)
    return step.caption.text(room.language)


def _step_at(room: Room, scenario: Scenario, shelf: Shelf, number: int) -> Step | None:
    if room.place is None:
        return None
    recording = shelf.get(scenario.id, by_control(scenario)[room.place.product])
    steps = recording.steps if recording else []
    return steps[number] if 0 <= number < len(steps) else None


def _pair(pair: tuple[Words, Words], language: Language) -> Json:
    question, answer = pair
    return {"question": question.text(language), "answer": answer.text(language)}


def _exercises(scenario: Scenario, language: Language, unlocked: bool) -> list[Json]:
    return [
        {
            "question": one.question.text(language),
            "answer": one.answer.text(language) if unlocked else None,
            "level": one.level.name.lower(),
        }
        for one in scenario.exercises
    ]
