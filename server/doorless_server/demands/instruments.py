"""The instruments of the law that the desk knows: read from instruments.toml, asked here.

Spec: docs/spec/19-demands.md §3.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from doorless_server.demands.entries import AuthorityKind, Category
from doorless_server.demands.texts import EMPTY, Text

Power = Literal["yes", "may", "assist", "no"]

EUROPEAN_UNION = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
"""ISO 3166-1 alpha-2. Denmark takes no part in Regulation (EU) 2023/1543, yet its operators may be
addressed through a representative elsewhere in the Union."""

ANYWHERE = "*"


class Reach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an instrument may do about one category.

    Attributes:
        only: kinds of items that it is limited to; empty: all of the category.
    """

    power: Power
    only: tuple[str, ...] = ()
    de: str = ""
    en: str = ""

    @property
    def limit(self) -> Text:
        return Text(self.de, self.en)


NOTHING = Reach("no")


class Instrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the matrix; the fields are explained at the head of instruments.toml."""

    code: str
    name: Text
    threshold: Text
    deadline: Text
    secrecy: Text
    issuers: tuple[AuthorityKind, ...]
    territory: tuple[str, ...]
    reaches: tuple[str, ...] = ()
    judge_for: tuple[Category, ...] = ()
    penalty_for: tuple[Category, ...] = ()
    penalty_years: int = 0
    max_days: int = 0
    emergency: bool = False
    preserves: bool = False
    unchecked: tuple[str, ...] = ()
    compels: Mapping[Category, Power | Reach] = {}

    def reach(self, category: Category) -> Reach:
        """What it may do about a category, threshold and offence aside."""
        found = self.compels.get(category, NOTHING)
        return found if isinstance(found, Reach) else Reach(found)

    def is_issued_in(self, country: str) -> bool:
        """Whether an authority of this country (ISO 3166-1 alpha-2) may issue it."""
        return _contains(self.territory, country)

    def reaches_into(self, country: str) -> bool:
        """Whether it binds an operator established in this country."""
        return _contains(self.territory + self.reaches, country)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    law_as_of: str
    instrument: tuple[Instrument, ...]


def law_as_of() -> str:
    """The day, ISO 8601, on which the table was last compared with the law."""
    return _table().law_as_of


def all_instruments() -> Mapping[str, Instrument]:
    """By code, in the order of the table."""
    return {one.code: one for one in _table().instrument}


def missing(instrument: Instrument, category: Category, *, judge: str, penalty_years: int) -> Text:
    """What a demand lacks to reach a category that its instrument covers; EMPTY: nothing.

    Args:
        judge: who issued or validated it, as the demand says.
    """
    if category in instrument.judge_for and not judge:
        return Text(
            "Für diese Kategorie muss ein Richter entschieden haben; die Anordnung nennt keinen.",
            "A judge must have decided about this category; the demand names none.",
        )
    if category in instrument.penalty_for and penalty_years < instrument.penalty_years:
        years = instrument.penalty_years
        return Text(
            f"Für diese Kategorie muss die Tat mit mindestens {years} Jahren Höchststrafe bedroht"
            f" sein, nicht mit {penalty_years}.",
            f"For this category the offence must carry a maximum of {years} years or more,"
            f" not {penalty_years}.",
        )
    return EMPTY


def _contains(places: tuple[str, ...], country: str) -> bool:
    if ANYWHERE in places or country in places:
        return True
    return "EU" in places and country in EUROPEAN_UNION


@cache
def _table() -> _Table:
    path = files("doorless_server.demands").joinpath("instruments.toml")
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _Table)
