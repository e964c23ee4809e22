"""How the operator of the control answers the same demand: with the same law, and all he has.

Checks and instruments are those of the product's own demand desk. Only what is held differs.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from doorless_lab.products.cloud import read_rows
from doorless_server.demands.checks import Facts, check, failed, lacks
from doorless_server.demands.demand import Demand
from doorless_server.demands.instruments import all_instruments
from doorless_server.demands.texts import EMPTY

HELD: Final = {
    "basic": "SELECT handle, name, email, created FROM accounts WHERE handle = ?1",
    "id": "SELECT at, address FROM sessions WHERE handle = ?1",
    "traffic": (
        "SELECT sender, recipient, at, address FROM messages WHERE sender = ?1 OR recipient = ?1"
    ),
    "content_stored": (
        "SELECT number, sender, recipient, text FROM messages WHERE sender = ?1 OR recipient = ?1"
    ),
}
"""What is read for each category."""

SESSIONS: Final = "SELECT at FROM sessions WHERE handle = ?1"
"""Of traffic, where an instrument reaches no more than that."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was given for one category of one target, and why, or why not."""

    target: str
    category: str
    reason: str
    rows: tuple[dict[str, Any], ...] = ()


def answer(folder: Path, demand: Demand, facts: Facts) -> tuple[Answered, ...]:
    """`folder`: of the service, with all that it keeps."""
    if failed(check(demand, facts)):
        return tuple(
            Answered(target.value, category, "NOT_AUTHORISED_BY_INSTRUMENT")
            for target in demand.targets
            for category in demand.categories
        )
    return tuple(
        _answered(folder, demand, target.value, category)
        for target in demand.targets
        for category in demand.categories
    )


def production(answered: tuple[Answered, ...]) -> bytes:
    """What is handed over."""
    given = [
        {"target": one.target, "category": one.category, "reason": one.reason, "rows": one.rows}
        for one in answered
    ]
    return json.dumps({"simulation": True, "items": given}, indent=1).encode()


def _answered(folder: Path, demand: Demand, handle: str, category: str) -> Answered:
    if not read_rows(folder, "SELECT 1 FROM accounts WHERE handle = ?1", handle):
        return Answered(handle, category, "NO_SUCH_ACCOUNT")
    if lacks(demand, category) != EMPTY:
        return Answered(handle, category, "NOT_AUTHORISED_BY_INSTRUMENT")
    known = next(one for one in demand.categories if one == category)
    narrow = category == "traffic" and all_instruments()[demand.instrument].reach(known).only
    rows = read_rows(folder, SESSIONS if narrow else HELD[category], handle)
    return Answered(handle, category, "PRODUCED", tuple(rows))
