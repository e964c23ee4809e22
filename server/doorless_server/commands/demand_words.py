"""What `doorless-relay demand` prints for people: to be read aloud in a class."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from shlex import quote

from doorless_server.demands.checks import Check, failed
from doorless_server.demands.gag import up_to_and_with
from doorless_server.demands.items import Item
from doorless_server.demands.page import DECISIONS, MARK
from doorless_server.demands.records import end_of
from doorless_server.demands.standing import Standing
from doorless_server.demands.workflow import Answer

_SIGNS = {True: "ok  ", False: "FAIL", None: "open"}
_WIDTH = 44
"""Columns of what was asked for."""


def opened(demand_id: str, data: Path) -> list[str]:
    return [
        f"{demand_id} is in the ledger, and waits for its slot in the public log.",
        f"Next: doorless-relay demand check {demand_id} --data {quote(str(data))}",
    ]


def checked(made: tuple[Check, ...]) -> list[str]:
    lines = [f"{_SIGNS[one.passed]}  {one.name:<18} {one.note.en}" for one in made]
    if failed(made):
        return [*lines, "It will be refused as a whole, and nobody's data is looked at."]
    return [*lines, "It will be answered item by item."]


def answered(answer: Answer) -> list[str]:
    response = answer.response
    lines = [MARK] if response.simulation else []
    lines.append(f"{response.demand_id}: {DECISIONS[response.decision].en}")
    lines.append("")
    lines += [_item(one) for one in response.items]
    lines.append("")
    if response.impossibility:
        lines.append("What nobody here can give, and the tests that show it:")
        for one in response.impossibility:
            lines.append(f"  {one.what.en}: {', '.join(one.proof_test_id)}")
        lines.append("")
    files = response.production.files
    size = sum(one.bytes for one in files)
    lines.append(f"{_files(len(files))}, {size:,} bytes, and the answer, lie in")
    lines.append(f"  {answer.folder}")
    lines.append(response.notice.text.en)
    return lines


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def _item(item: Item) -> str:
    what = item.requested_text.en
    if item.target is not None:
        what = f"{item.target + 1}. {what}"
    short = what if len(what) <= _WIDTH else f"{what[: _WIDTH - 1]}…"
    records = "1 record" if item.records == 1 else f"{item.records:,} records"
    count = f"  ({records}, {item.bytes:,} bytes)" if item.records else ""
    return f"{short:<{_WIDTH}}  {item.reason_code}{count}"


def listed(found: Sequence[Standing]) -> list[str]:
    if not found:
        return ["no demand was ever opened here"]
    return [_standing(one) for one in found]


def _standing(one: Standing) -> str:
    parts: Iterable[str] = (
        one.demand_id,
        one.instrument,
        f"{one.state}: {one.decision}" if one.decision else one.state,
        one.reason,
        _silence(one),
        "revealed" if one.revealed else "",
        "simulation" if one.simulation else "",
    )
    return f"{_day(one.opened_at)}  " + " · ".join(part for part in parts if part)


def _silence(one: Standing) -> str:
    if not one.gag:
        return ""
    times = "once" if one.renewals == 1 else f"{one.renewals} times"
    renewed = f", renewed {times}" if one.renewals else ""
    return f"silence {up_to_and_with(one.gag_until)}{renewed}"


def renewed(until: date | None) -> list[str]:
    when = up_to_and_with(None if until is None else end_of(until))
    return [f"Silence goes on {when}; the people concerned are told after it."]


def ended() -> list[str]:
    return ["Silence is over: the people concerned are told the next time they are connected."]


def revealed(evidence: Path) -> list[str]:
    return [
        "Its slot in the public log is open: anybody can see what was committed, and when.",
        f"Whoever is given this file can check it with doorless-verify: {evidence}",
    ]


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
