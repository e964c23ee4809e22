"""Demands for tests: the example of the how-to, with some fields changed, and a relay's folder."""

import json
import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from doorless_server.commands.base import Sources
from doorless_server.demands.demand import Demand
from doorless_server.demands.entity import Operator
from doorless_server.demands.intake import parse
from doorless_server.demands.log import DemandLog
from doorless_server.relay import Identity, Relay
from doorless_server.store.sqlite import SqliteStore
from relay_person import Person

EXAMPLE = Path(__file__).parents[1] / "docs/howto/example-demand.toml"
US = Operator("relay.example", country="DE")
NOW = 1_790_000_000
"""2026-09-21, the day after the example came in."""

LEFT_OUT = object()
"""In the place of a field's value: the field is not there."""


def fields(**changes: Any) -> dict[str, Any]:
    """The example's fields; `authority__kind="police"` changes one of a table."""
    found = tomllib.loads(EXAMPLE.read_text())
    for name, value in changes.items():
        *tables, last = name.split("__")
        place = found
        for table in tables:
            place = place.setdefault(table, {})
        place[last] = value
        if value is LEFT_OUT:
            del place[last]
    return found


def toml(**changes: Any) -> bytes:
    return written(fields(**changes))


def demand(**changes: Any) -> Demand:
    return parse(toml(**changes))


def written(table: dict[str, Any]) -> bytes:
    return "".join(f"{json.dumps(key)} = {_value(one)}\n" for key, one in table.items()).encode()


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value).replace("\x7f", "\\u007f")
        case datetime() | date():
            return value.isoformat()
        case dict():
            inner = (f"{json.dumps(key)} = {_value(one)}" for key, one in value.items())
            return f"{{{', '.join(inner)}}}"
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case _:
            return str(value)


class At:
    """A clock that a test sets; `sources` is what a command is given."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now
        self.sources = Sources(lambda: self.now, Random(5).randbytes, lambda: 0.0)


PERIOD = 60
"""Seconds of the demand log's periods in tests."""


async def relay_folder(data: Path, people: Sequence[Person], waiting: int = 0) -> Path:
    """A relay's folder as it lies when nobody serves: accounts, mail for the first one, no log.

    Its demand log has periods of PERIOD seconds; it is our company's, in Germany.
    """
    settle(data)
    store = await SqliteStore.open(data / "relay.db")
    try:
        relay = Relay(store, Identity("relay.example"), random=Random(9).randbytes)
        for person in people:
            peer = relay.greet(NOW, bytes(32))
            signed_in = await relay.handle(peer, person.sign_in(peer), NOW, "")
            await relay.handle(signed_in.peer, person.register(), NOW, "")
        for number in range(waiting):
            peer = relay.greet(NOW, bytes(32))
            await relay.handle(peer, people[0].envelope(number), NOW, "")
    finally:
        await store.close()
    return data


def settle(data: Path) -> None:
    """Begin the demand log, and say who we are."""
    folder = data / "demands"
    log = DemandLog.open(
        folder, name="relay.example", random=Random(3).randbytes, now=NOW - PERIOD, period=PERIOD
    )
    log.close()
    (folder / "operator.toml").write_text('name = "relay.example"\ncountry = "DE"\n')
