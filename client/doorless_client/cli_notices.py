"""notices: what our relay told of demands for our data, and its canary."""

import argparse
from collections.abc import Sequence
from typing import Any

from doorless_client.cli_context import Now, Random, messenger, run
from doorless_client.cli_outcome import DONE, UNREACHABLE, complain
from doorless_client.cli_output import json_line, line, rfc3339
from doorless_client.cli_waiting import Watch
from doorless_client.core.canary_words import troubles
from doorless_client.core.notice_views import CanaryView, DemandNotice
from doorless_client.notice_words import NONE, canary_facts, date_of, facts, headline

LABEL = 13
"""Cells of the column of labels."""


def notices(chosen: argparse.Namespace, now: Now, random: Random) -> int:
    """Asks the relay first; what it cannot be asked is told from what is known."""

    async def work() -> int:
        async with messenger(chosen, now, random) as opened:
            watch = Watch(opened.messenger, hold=True)  # all of it is shown below
            await opened.messenger.start()
            arrived = await watch.settled_in()
            watch.check_listed()
            held = opened.messenger.notices.every()
            canary = opened.messenger.notices.canary()
            (_show_json if chosen.json else _show)(held, canary)
            await opened.messenger.notices.read()
            if not arrived:
                complain("the relay cannot be reached; this is what it had told before")
            return DONE if arrived else UNREACHABLE

    return run(work())


def _show(held: Sequence[DemandNotice], canary: CanaryView | None) -> None:
    for notice in held:
        line(f"{'NEW  ' if not notice.read else ''}{headline(notice)}")
        _show_facts(facts(notice))
        line()
    if not held:
        line(NONE)
    _show_facts(canary_facts(canary))


def _show_facts(rows: list[tuple[str, str]]) -> None:
    for label, value in rows:
        line(f"  {label:<{LABEL}}{value}")


def _show_json(held: Sequence[DemandNotice], canary: CanaryView | None) -> None:
    for notice in held:
        json_line(notice_json(notice))
    if canary is not None:
        json_line(canary_json(canary))


def notice_json(notice: DemandNotice) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {
        "kind": "notice",
        "relay": notice.relay,
        "demand": notice.demand,
        "new": not notice.read,
        "seen": rfc3339(notice.at),
        "simulation": notice.simulation,
        "authority": {
            "kind": notice.kind,
            "country": notice.country,
            "name": notice.authority,
            "reference": notice.reference,
        },
        "instrument": notice.instrument,
        "asked": list(notice.asked),
        "decision": notice.decision,
        "handed": [
            {"what": one.what, "form": one.form, "records": one.records} for one in notice.handed
        ],
        "received": date_of(notice.received),
        "answered": date_of(notice.answered),
        "told": date_of(notice.told),
        "delayed": notice.delayed,
        "slot": list(notice.slot) if notice.slot else None,
    }


def canary_json(canary: CanaryView) -> dict[str, Any]:
    """The fields of docs/reference/cli.md §5."""
    return {
        "kind": "canary",
        "relay": canary.relay,
        "key": canary.key,
        "published": canary.published,
        "valid_until": canary.valid_until,
        "days_overdue": canary.overdue,
        "state": canary.state or None,
        "statements": list(canary.statements),
        "gone": list(canary.gone),
        "troubles": troubles(canary),
    }
