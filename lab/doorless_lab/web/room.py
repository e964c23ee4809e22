"""What every window of a classroom shows, as a value. The windows draw it; actions follow on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from doorless_lab.words import Language

Theme = Literal["light", "dark", "contrast"]
ZOOMS = (100, 125, 150, 175, 200, 250, 300)
"""Per cent of the base size, which is 20 px or more."""

SPEEDS = (0.5, 1.0, 2.0, 4.0)
PANES = 4
ANSWERS = 4


class Page(StrEnum):
    START = "start"
    WALL = "wall"
    SCENARIO = "scenario"
    STATION = "station"  # of a lesson: a poll, cards, something to talk about


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a scenario we are.

    Attributes:
        product: which of its products, in the order of a lesson, from 0.
        shown: how many steps are shown; 0 shows the claim.
        asking: the question of the next step stands, its answer does not.
        verdict: of this product, after its last step.
        limit: after the last verdict.
    """

    scenario: str
    product: int = 0
    shown: int = 0
    asking: bool = False
    verdict: bool = False
    limit: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """
    Attributes:
        instance: of this world; a reset draws another, so that everybody sees that it is one.
        station: of the lesson, from 0. `question` of its poll, `counted` whether shown.
        bets: hands counted by question, one number for each answer. Of nobody in particular.
        settings: of parameters, for the runs that follow.
        focus: which pane is alone, from 1; 0: none is.
    """

    instance: str
    language: Language = "en"
    theme: Theme = "light"
    zoom: int = 100
    page: Page = Page.START
    place: Place | None = None
    lesson: str = ""
    station: int = 0
    question: int = 0
    counted: bool = False
    bets: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    settings: Mapping[str, int] = field(default_factory=dict[str, int])
    playing: bool = False
    speed: float = 1.0
    focus: int = 0
    drawer: bool = False
    black: bool = False
    began: int = 0
    station_began: int = 0
