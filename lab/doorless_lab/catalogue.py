"""All scenarios, found by their files: adding one is adding a file."""

import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from doorless_lab import scenarios
from doorless_lab.scenario import Scenario


class UnknownScenarioError(ValueError):
    """There is none of this id; the message names those that there are."""


class BrokenScenarioError(Exception):
    """A scenario's file cannot be used; the message names it, the line, and what is wrong there."""


@cache
def catalogue() -> tuple[Scenario, ...]:
    """By group and number: A1, A2, … A10, B1, … Raises BrokenScenarioError."""
    loaded = (_load(module.name) for module in iter_modules(scenarios.__path__))
    found = (one for one in loaded if one is not None)
    return tuple(sorted(found, key=lambda one: (one.group, int(one.id[1:]))))


def find(name: str) -> Scenario:
    """By id or slug, in any case. Raises UnknownScenarioError."""
    for one in catalogue():
        if name.casefold() in (one.id.casefold(), one.slug):
            return one
    known = ", ".join(one.id for one in catalogue())
    raise UnknownScenarioError(f"there is no scenario {name!r}; there are {known}")


def where_it_broke(error: BaseException) -> str:
    """The file, the line and the words of an error, for who wrote that line."""
    told = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}, line {error.lineno}: SyntaxError: {error.msg}"
    frames = [one for one in traceback.extract_tb(error.__traceback__) if _of_the_lab(one.filename)]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}: {told}" if frames else told


def _of_the_lab(file: str) -> bool:
    return Path(file).is_relative_to(Path(scenarios.__path__[0]).parent)


def _load(name: str) -> Scenario | None:
    """None: a file without a SCENARIO, which helps others."""
    try:
        found = getattr(import_module(f"{scenarios.__name__}.{name}"), "SCENARIO", None)
    except Exception as error:  # anybody's file: whatever is wrong in it is told, not thrown
        raise BrokenScenarioError(f"scenarios/{name}.py: {where_it_broke(error)}") from error
    if found is not None and not isinstance(found, Scenario):
        raise BrokenScenarioError(f"scenarios/{name}.py: SCENARIO is no Scenario")
    return found
