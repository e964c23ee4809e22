"""Demands on paper, as TOML for the desk: of authorities that there are not, all exercises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from doorless_lab.stage import RELAY_NAME


@dataclass(frozen=True, slots=True)
class Office:
    """A fictional authority. `judge` stands where the law wants one."""

    name: str
    country: str
    kind: str
    judge: str = ""


COURT_US: Final = Office("District Court of Example", "US", "court", "Judge Doe")
COURT_DE: Final = Office("Amtsgericht Musterstadt", "DE", "court", "RiAG Muster")
MINISTRY_GB: Final = Office("Ministry of Example", "GB", "ministry", "Commissioner Doe")

LIFE: Final = timedelta(days=14)
"""Until the deadline, and the length of what is live."""


def demand_toml(
    demand_id: str,
    *,
    office: Office,
    instrument: str,
    categories: Sequence[str],
    targets: Sequence[str],
    now: float,
    scope: str = "",
    mechanism: str = "",
) -> bytes:
    """A demand that names people by their handles.

    Args:
        now: when it comes in, Unix seconds.
        mechanism: what is to be built, where the category is capability.
    """
    received = datetime.fromtimestamp(now, UTC).replace(microsecond=0)
    lines = [
        f"demand_id = {_quoted(demand_id)}",
        "simulation = true",
        f"received_at = {received.isoformat()}",
        'channel = "portal"',
        f"instrument = {_quoted(instrument)}",
        f"categories = [{', '.join(map(_quoted, categories))}]",
        f"issued_at = {received.date().isoformat()}",
        f"issuing_judge_or_validator = {_quoted(office.judge)}",
        f"deadline = {(received + LIFE).isoformat()}",
        f"scope_text = {_quoted(scope)}",
        *_table("authority", name=office.name, country=office.country, kind=office.kind),
        "callback_verified = true",
        *_table("jurisdiction", issuer=office.country, addressee_entity=RELAY_NAME),
        *_table("verification", method="call back", result="confirmed", by="Oskar"),
        *("[offence]", 'category = "fraud"', "max_penalty_years = 10"),
    ]
    for handle in targets:
        lines += ["[[targets]]", 'type = "username"', f"value = {_quoted(handle)}"]
    if any(category.endswith("_live") for category in categories):
        end = (received + LIFE).isoformat()
        lines += ["[prospective]", f"start = {received.isoformat()}", f"end = {end}"]
    if mechanism:
        lines += _table("capability_request", mechanism=mechanism, affected_users="all")
    return "\n".join(lines).encode() + b"\n"


def silence_toml(until: date | None, basis: str = "18 USC 2705(b)") -> bytes:
    """The part of a demand that commands silence, to be put behind it; None: it names no end."""
    end = () if until is None else (f"until = {until}",)
    return "\n".join(["[secrecy]", "gag = true", f"basis = {_quoted(basis)}", *end, ""]).encode()


def _table(heading: str, /, **texts: str) -> list[str]:
    return [f"[{heading}]", *(f"{key} = {_quoted(text)}" for key, text in texts.items())]


def _quoted(text: str) -> str:
    """As TOML's basic string: what would end it, or command anything, is written as a number."""
    safe = "".join(
        char if char.isprintable() and char not in '"\\' else f"\\U{ord(char):08X}" for char in text
    )
    return f'"{safe}"'
