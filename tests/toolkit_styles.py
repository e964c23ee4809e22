"""The toolkit's style sheets, parsed once in a process: hundreds of apps are begun in the tests.

An app parses some eighty sheets when it begins, and again whenever its theme changes: a third of
what a test of a screen costs. What comes of it depends on the text, where it is from, and the
variables of the theme; rules are read and never written afterwards.
"""

from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parse_rules = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


def parse_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Stylesheet, "_parse_rules", _parse_rules_once)
    patch.setattr(RuleSet, "__hash__", object.__hash__)  # theirs, by identity too, is slow


def _parse_rules_once(self: Stylesheet, *source: Any, **more: Any) -> list[RuleSet]:
    key = (source, tuple(more.items()), tuple(self._variables.items()))
    if key not in _parsed:
        _parsed[key] = _parse_rules(self, *source, **more)
    return _parsed[key]
