"""What a window may ask for, strictly parsed: one JSON object a message."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from doorless_lab.web.room import ANSWERS, PANES, Theme

MAX_MESSAGE = 4096
"""Bytes of one action. The longest is a set of parameters."""

Name = Annotated[str, Meta(max_length=64)]
Export = Literal[
    "report", "bundle", "worksheet", "solutions", "certificate", "cards", "roles", "evidence"
]


class ActionError(ValueError):
    """Not an action, or one that is not possible here; the message says which."""


class _Action(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do"):
    pass


class Enter(_Action, frozen=True, tag="enter"):
    """The first message of a window, within seconds: then it sees something."""

    token: Annotated[str, Meta(max_length=128)]
    role: Literal["projector", "presenter"]


class Next(_Action, frozen=True, tag="next"): ...


class Back(_Action, frozen=True, tag="back"): ...


class PlayPause(_Action, frozen=True, tag="play"): ...


class ShowVerdict(_Action, frozen=True, tag="verdict"): ...


class Reset(_Action, frozen=True, tag="reset"): ...


class Blackout(_Action, frozen=True, tag="black"): ...


class Drawer(_Action, frozen=True, tag="drawer"): ...


class PlayAll(_Action, frozen=True, tag="play-all"): ...


class Switch(_Action, frozen=True, tag="language"): ...


class Contrast(_Action, frozen=True, tag="contrast"): ...


class SetTheme(_Action, frozen=True, tag="theme"):
    theme: Theme


class Zoom(_Action, frozen=True, tag="zoom"):
    by: Literal[-1, 1]


class Speed(_Action, frozen=True, tag="speed"):
    speed: float


class Focus(_Action, frozen=True, tag="focus"):
    pane: Annotated[int, Meta(ge=0, le=PANES)]


class Bet(_Action, frozen=True, tag="bet"):
    """A hand more or fewer for the answer at this place, from 0, of the question that stands."""

    answer: Annotated[int, Meta(ge=0, lt=ANSWERS)]
    by: Literal[-1, 1]


class GoTo(_Action, frozen=True, tag="page"):
    page: Literal["start", "wall"]


class Open(_Action, frozen=True, tag="open"):
    scenario: Name


class Choose(_Action, frozen=True, tag="product"):
    product: Annotated[int, Meta(ge=0, le=7)]


class Rerun(_Action, frozen=True, tag="rerun"):
    """From the beginning, with these parameters."""

    settings: Annotated[dict[Name, int], Meta(max_length=16)]


class Teach(_Action, frozen=True, tag="lesson"):
    lesson: Name
    station: Annotated[int, Meta(ge=0, le=99)] = 0


class Unlock(_Action, frozen=True, tag="unlock"):
    pin: Annotated[str, Meta(max_length=16)]


class Give(_Action, frozen=True, tag="export"):
    """`name`: of the evidence, for that alone."""

    what: Export
    name: Annotated[str, Meta(max_length=200)] = ""


Action = (
    Next | Back | PlayPause | ShowVerdict | Reset | Blackout | Drawer | PlayAll | Switch | Contrast
    | SetTheme | Zoom | Speed | Focus | Bet | GoTo | Open | Choose | Rerun | Teach | Unlock | Give
)  # fmt: skip

_enter = msgspec.json.Decoder(Enter)
_action: msgspec.json.Decoder[Action] = msgspec.json.Decoder(Action)


def parse_enter(message: str | bytes) -> Enter:
    """Raises ActionError."""
    try:
        return _enter.decode(message)
    except msgspec.MsgspecError as error:
        raise ActionError("the first message of a window brings the token") from error


def parse(message: str | bytes) -> Action:
    """Raises ActionError."""
    try:
        return _action.decode(message)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ActionError("not an action of the classroom") from error
