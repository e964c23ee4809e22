"""Spans of time that a report is about: a year or half of one, in UTC.

Spec: docs/spec/20-ledger-and-reports.md §6.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

DAY: Final = 86_400
_NAME: Final = re.compile(r"([0-9]{4})(?:-H([12]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`, in Unix seconds. Named `2026`, or `2026-H1`."""

    name: str
    start: int
    end: int

    @classmethod
    def parse(cls, name: str) -> Self:
        """Raises ValueError: it names neither a year nor half of one."""
        match = _NAME.fullmatch(name)
        if match is None or not 1900 <= int(match[1]) <= 9998:
            raise ValueError(f"{name!r} is no period: write 2026 or 2026-H1")
        year = int(match[1])
        if match[2] is None:
            return cls(name, _midnight(year, 1), _midnight(year + 1, 1))
        if match[2] == "1":
            return cls(name, _midnight(year, 1), _midnight(year, 7))
        return cls(name, _midnight(year, 7), _midnight(year + 1, 1))

    @property
    def is_half(self) -> bool:
        return self.name.endswith(("-H1", "-H2"))

    def holds(self, at: int) -> bool:
        return self.start <= at < self.end

    def before(self) -> "Period":
        """The one of its kind that ended where this begins."""
        return (half_of if self.is_half else year_of)(self.start - 1)


def year_of(at: int) -> Period:
    return Period.parse(str(datetime.fromtimestamp(at, UTC).year))


def half_of(at: int) -> Period:
    moment = datetime.fromtimestamp(at, UTC)
    return Period.parse(f"{moment.year}-H{1 if moment.month < 7 else 2}")


def day_of(at: int) -> str:
    """Its date in UTC: `2026-03-01`."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _midnight(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp())
