"""What a window gets to draw: plain JSON, in one language, and nothing that is still hidden.

The projector is never sent what it may not show yet: no count of a question that stands, no right
answer before its step, no verdict before its end, no notes, no answers to exercises.
"""

from collections.abc import Sequence
from typing import Any

from doorless_lab.runner import Judged
from doorless_lab.scenario import Line, Scenario, Seat, Step
from doorless_lab.web import poll
from doorless_lab.web.fingerprint import Mark, mark, marks
from doorless_lab.web.recording import Recording, Shelf, by_control
from doorless_lab.web.room import PANES, SPEEDS, Place, Room
from doorless_lab.words import Language

Json = dict[str, Any]

SEATS = (*(Seat.ALICE, Seat.RELAY, Seat.BOB, Seat.CAROL), Seat.AGENCY, Seat.MALLORY, Seat.PUBLIC)
"""From left to right: people, the relay between them, and who looks on."""


def frame(room: Room, shelf: Shelf) -> Json:
    """What every page shows. `loses`: whether a reset takes away what was played or counted."""
    return {
        "instance": room.instance,
        "language": room.language,
        "theme": room.theme,
        "zoom": room.zoom,
        "page": room.page.value,
        "playing": room.playing,
        "speed": room.speed,
        "speeds": list(SPEEDS),
        "black": room.black,
        "left": shelf.left,
        "loses": bool(room.bets) or any(one.steps for one in shelf.all()),
    }


def wall(scenarios: Sequence[Scenario], shelf: Shelf, language: Language) -> list[Json]:
    """A tile for each scenario, and what was computed of it so far."""
    return [_tile(one, shelf, language) for one in scenarios]


def _tile(scenario: Scenario, shelf: Shelf, language: Language) -> Json:
    found = []
    for product in by_control(scenario):
        recording = shelf.get(scenario.id, product)
        found.append(
            {
                "product": product.value,
                "state": _state(recording),
                "judged": [judged(one, language) for one in recording.judged] if recording else [],
            }
        )
    return {
        "id": scenario.id,
        "group": scenario.group,
        "title": scenario.title.text(language),
        "products": found,
    }


def judged(one: Judged, language: Language) -> Json:
    """A stamp. `outcome` is "invalid" where evidence was missing."""
    verdict = one.verdict
    return {
        "product": one.cell.product.value,
        "what": one.cell.what.text(language),
        "outcome": verdict.outcome.value if verdict else "invalid",
        "because": verdict.because.text(language) if verdict else "",
        "expected": one.cell.expected.value,
        "agrees": one.agrees,
    }


def scenario_page(scenario: Scenario, room: Room, shelf: Shelf, place: Place) -> Json:
    language = room.language
    products = by_control(scenario)
    recording = shelf.get(scenario.id, products[place.product])
    steps = recording.steps if recording else []
    step = steps[place.shown - 1] if 0 < place.shown <= len(steps) else None
    return {
        **_card(scenario, room),
        "products": [
            {"product": one.value, "state": _state(shelf.get(scenario.id, one))} for one in products
        ],
        "product": place.product,
        "shown": place.shown,
        "count": len(steps),
        "ended": bool(recording and recording.ended),
        "failed": recording.failed if recording else "",
        "asking": place.asking,
        "verdict": place.verdict,
        "limit": place.limit,
        "limitText": scenario.limit.text(language) if scenario.limit and place.limit else "",
        "step": _step(step, language) if step else None,
        "question": _question(scenario, room, place, steps),
        "stamps": _stamps(scenario, shelf, place, language),
        "evidence": _evidence(steps[: place.shown], language),
        "focus": room.focus,
        "drawer": room.drawer,
    }


def _card(scenario: Scenario, room: Room) -> Json:
    """The scenario before its first step: the claim, what happened, who can do what."""
    language = room.language
    return {
        "id": scenario.id,
        "title": scenario.title.text(language),
        "claim": scenario.claim.text(language),
        "powers": sorted(power.value for power in scenario.powers),
        "precedents": [
            {"what": one.what.text(language), "when": one.when, "checked": one.checked}
            for one in scenario.precedents
        ],
        "lawAsOf": scenario.law_as_of,
        "parameters": [
            {
                "name": name,
                "what": one.what.text(language),
                "value": room.settings.get(name, one.default),
                "least": one.least,
                "most": one.most,
            }
            for name, one in scenario.parameters.items()
        ],
    }


def _state(recording: Recording | None) -> str:
    if recording is None:
        return "unplayed"
    if not recording.ended:
        return "playing" if recording.steps else "waiting"
    return "failed" if recording.failed else "played"


def _step(step: Step, language: Language) -> Json:
    seen = sorted(step.views, key=SEATS.index)[:PANES]
    return {
        "caption": step.caption.text(language),
        "detail": step.detail.text(language) if step.detail else "",
        "views": [
            {"seat": seat.value, "lines": [_line(one, language) for one in step.views[seat]]}
            for seat in seen
        ],
    }


def _line(line: Line, language: Language) -> Json:
    text = line.text.text(language)
    return {"text": text, "tone": line.tone.value, "marks": [_mark(one) for one in marks(text)]}


def _mark(one: Mark) -> Json:
    return {"words": list(one.words), "colour": one.colour, "shape": one.shape}


def question_key(place: Place, scenario: Scenario, number: int) -> str:
    """Under which hands are counted: of the question before step `number`, from 0."""
    return f"{scenario.id}/{by_control(scenario)[place.product]}/{number}"


def _question(scenario: Scenario, room: Room, place: Place, steps: Sequence[Step]) -> Json | None:
    """The one that stands, or the one that the step on show has just answered."""
    number = place.shown if place.asking else place.shown - 1
    if place.verdict or place.limit or not 0 <= number < len(steps):
        return None
    question = steps[number].question
    if question is None:
        return None
    open_still = place.asking
    counted = poll.counts(room.bets, question_key(place, scenario, number))
    return {
        "text": question.text.text(room.language),
        "answers": [answer.text(room.language) for answer in question.answers],
        "open": open_still,
        "right": None if open_still else question.right,
        "counts": None if open_still else list(counted[: len(question.answers)]),
    }


def _stamps(scenario: Scenario, shelf: Shelf, place: Place, language: Language) -> list[Json]:
    """Of the products whose end was seen, side by side."""
    seen = place.product + (1 if place.verdict else 0)
    found = []
    for product in by_control(scenario)[:seen]:
        recording = shelf.get(scenario.id, product)
        found += [judged(one, language) for one in recording.judged] if recording else []
    return found if place.verdict else []


def _evidence(steps: Sequence[Step], language: Language) -> list[Json]:
    latest = {one.name: one for step in steps for one in step.evidence}
    return [
        {
            "name": one.name,
            "caption": one.caption.text(language),
            "sha256": one.sha256 if one.data else "",
            "mark": _mark(mark(one.sha256)) if one.data else None,
            "size": len(one.data),
            "media": one.media,
            "facts": [[name, _fact(value)] for name, value in one.facts.items()],
            "reproduce": one.reproduce,
        }
        for one in latest.values()
    ]


def _fact(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
