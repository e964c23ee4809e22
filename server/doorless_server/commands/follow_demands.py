"""`doorless-relay demand-log`: read the demand log of any relay, and hold it to its rules."""

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from doorless_protocol.demand_log.entries import Outcome, Reveal
from doorless_protocol.demand_log.rules import DAY
from doorless_protocol.errors import DoorlessError, UnwitnessedError
from doorless_protocol.log.note import Note
from doorless_server import datadir
from doorless_server.commands.base import PROVEN, CommandError, Sources
from doorless_server.demands.following import Followed, LyingLogError, follow
from doorless_server.http_client import UnreachableError, UrlError

HELP = "read a relay's demand log as anybody can, and hold it to its rules"

_END_OF_CALENDAR = 253_402_300_799  # 9999-12-31 23:59:59
_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.UNDECIDED: "undecided",
    Outcome.REFUSED: "refused",
    Outcome.NOTHING_HELD: "nothing held",
    Outcome.NON_CONTENT: "other data than content",
    Outcome.CONTENT: "content as held, which is ciphertext",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="of its pages: https://relay.example/demands")
    parser.add_argument(
        "--pin",
        metavar="KEY",
        nargs="+",
        required=True,
        help="the hash of its rules, or both of its keys",
    )
    parser.add_argument(
        "--seen", type=Path, metavar="F", help="where the newest head is written down: to compare"
    )
    parser.add_argument(
        "--evidence", type=Path, metavar="DIR", help="write there what doorless-verify takes"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(chosen: argparse.Namespace, sources: Sources) -> None:
    """Raises CommandError: it cannot be read, is another log, or lies (with evidence: 6)."""
    try:
        seen = _seen(chosen.seen)
        followed = asyncio.run(follow(chosen.url, set(chosen.pin), sources.clock(), seen))
    except LyingLogError as error:
        raise _accused(error, chosen.evidence) from None
    except (DoorlessError, UnreachableError, UrlError) as error:
        raise CommandError(f"{chosen.url}: {error}") from None
    except OSError as error:
        raise CommandError(f"cannot read {chosen.seen}: {error.strerror}") from None
    try:
        if chosen.seen is not None:
            datadir.write_once(chosen.seen, followed.note.encode())
        if chosen.evidence is not None:
            _keep_opened(followed, chosen.evidence)
    except OSError as error:
        raise CommandError(f"cannot write: {error}") from None
    found = described(followed)
    print(json.dumps(found) if chosen.json else "\n".join(_lines(followed, found)))


def described(followed: Followed) -> dict[str, object]:
    """What the log says, in values that JSON has."""
    audit, rules = followed.audit, followed.rules
    last = max(audit.periods, default=rules.first - 1)
    return {
        "log": rules.origin,
        "rules": rules.hash.hex(),
        "period_seconds": rules.period,
        "slots": rules.slots,
        "periods": len(audit.periods),
        "until": rules.end_of(last),
        "witnessed": _witnessed(followed),
        "opened": [
            {
                "period": period,
                "place": place,
                "received_day": record.received_day,
                "authority": record.authority.name.lower(),
                "country": record.country,
                "instrument": record.instrument,
                "accounts": list(record.accounts),
                "outcome": audit.outcomes[period, place].name.lower(),
                "document": record.document.hex(),
            }
            for (period, place), record in sorted(audit.opened.items())
            if record is not None
        ],
        "shut": [[*slot, until] for slot, until in sorted(_shut(followed).items())],
        "bands": [[each.first, each.last, each.low, each.high] for each in audit.bands],
    }


def _lines(followed: Followed, found: Mapping[str, object]) -> Sequence[str]:
    rules, audit = followed.rules, followed.audit
    demands = [(at, record) for at, record in sorted(audit.opened.items()) if record is not None]
    lines = [
        f"{rules.origin} keeps its rules: {_number(len(audit.periods), 'period')} of"
        f" {rules.period} s with {_number(rules.slots, 'slot')} each",
        f"rules {found['rules']}",
        _seen_by(followed),
        f"{_number(len(demands), 'demand')} laid open",
    ]
    for (period, place), record in demands:
        low, high = record.accounts
        lines.append(
            f"  {_time(rules.end_of(period))}: {record.instrument},"
            f" {record.authority.name.lower()} ({record.country}), {low} to {high} accounts,"
            f" received {_time(record.received_day * DAY)[:10]}:"
            f" {_OUTCOMES[audit.outcomes[period, place]]} (period {period}, slot {place})"
        )
    lines += [
        f"  period {period}, slot {place}: a demand's, and stays shut until {_time(until)[:10]}"
        for (period, place), until in sorted(_shut(followed).items())
    ]
    lines += [
        f"  it says: {each.low} to {each.high} demands in periods {each.first} to {each.last}"
        for each in audit.bands
    ]
    return lines


def _shut(followed: Followed) -> Mapping[tuple[int, int], int]:
    """Slots that are said to stay shut, behind the horizon, and until when."""
    opened = followed.audit.opened
    return {slot: until for slot, until in followed.audit.renewed.items() if slot not in opened}


def _seen_by(followed: Followed) -> str:
    if followed.rules.policy.quorum is None:
        return "it asks for no witnesses"
    return "enough witnesses saw it" if _witnessed(followed) else "too few witnesses saw it yet"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _time(seconds: int) -> str:
    """A log may say what no calendar has."""
    at = min(seconds, _END_OF_CALENDAR)
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _witnessed(followed: Followed) -> bool:
    try:
        followed.rules.policy.check(followed.note)
    except UnwitnessedError:
        return False
    return True


def _seen(path: Path | None) -> Note | None:
    return Note.decode(path.read_bytes()) if path is not None and path.exists() else None


def _keep_opened(followed: Followed, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for index, entry in enumerate(followed.whole.entries):
        if isinstance(entry, Reveal) and entry.opened.demand is not None:
            name = f"slot-{entry.opened.period}-{entry.opened.place}.evidence"
            datadir.write_once(folder / name, followed.whole.opened(index).encode())


def _accused(error: LyingLogError, folder: Path | None) -> CommandError:
    if error.evidence is None:
        return CommandError(f"the log breaks its rules: {error}")
    said = f"the log lies: {error}"
    if folder is None:
        return CommandError(f"{said}; --evidence DIR keeps what proves it", PROVEN)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{error.evidence.kind.value}.evidence"
    datadir.write_once(path, error.evidence.encode())
    return CommandError(f"{said}; {path} proves it to anybody with doorless-verify", PROVEN)
