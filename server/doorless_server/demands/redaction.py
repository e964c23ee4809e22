"""What may be published of a demand: its fields by name, without what names a person.

A field stands as it came only where it is listed here. A text that is listed (what was asked
for, verbatim) loses everything that a field which is not listed says, and whatever looks like
an address, a number or a key of somebody. No rule finds a name in running text: whoever
publishes reads it first. Spec: docs/spec/20-ledger-and-reports.md §12.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from doorless_server.demands.entries import Line

TAKEN_OUT: Final = "[redacted]"
MAX_TEXT: Final = 8_000
"""Characters of one field that are published."""
PUBLISHED: Final = frozenset(
    {
        "simulation",
        "channel",
        "instrument",
        "legal_basis",
        "issued_at",
        "received_at",
        "standard_of_proof",
        "categories",
        "scope_text",
        "preservation_only",
        "deadline",
        "cost_reimbursement",
        "authority.name",
        "authority.country",
        "authority.kind",
        "offence.category",
        "offence.max_penalty_years",
        "jurisdiction.issuer",
        "jurisdiction.addressee_entity",
        "jurisdiction.data_location",
        "targets.type",
        "time_range.from",
        "time_range.to",
        "prospective.start",
        "prospective.end",
        "prospective.delivery_every",
        "emergency.nature",
        "capability_request.mechanism",
        "capability_request.permanent",
        "capability_request.affected_users",
        "secrecy.gag",
        "secrecy.basis",
        "secrecy.until",
        "secrecy.factors",
        "secrecy.may_tell_counsel",
    }
)
_LOOKS_LIKE_SOMEBODY: Final = re.compile(
    r"\S+@\S+"  # an address
    r"|@\w[\w.-]*"  # a handle
    r"|(?<!\w)(?:\+|\(?0)\d[\d ./()-]{4,}\d"  # a telephone number
    r"|(?<!\d)\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)"  # one of North America
    r"|\b\d{7,}\b"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # an address of IPv4
    r"|\b(?:[0-9a-fA-F]{1,4}:){3,}[0-9a-fA-F:]+"  # of IPv6
    r"|\b[0-9a-fA-F]{16,}\b"  # an id or a key
)
_SHORTEST_NAME: Final = 2
"""Characters of a secret value that is looked for in texts: one alone would blacken all."""


def redacted(demand: Mapping[str, Any]) -> tuple[Line, ...]:
    """The demand, as TOML was read, field by field in its order."""
    fields = tuple(_fields("", demand))
    secret = _pattern(
        value for name, value in fields if name not in PUBLISHED and isinstance(value, str)
    )
    shown = (
        (name, _shown(value, secret) if name in PUBLISHED else TAKEN_OUT)
        for name, value in fields
        if value != ""
    )
    return tuple(
        Line(name, ", ".join(text for _, text in same))
        for name, same in groupby(shown, key=lambda one: one[0])
    )


def _fields(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Every value that is no table and no list, with the names that lead to it."""
    match value:
        case Mapping():
            for key, inner in value.items():
                yield from _fields(f"{name}.{key}" if name else str(key), inner)
        case list():
            for inner in value:
                yield from _fields(name, inner)
        case _:
            yield name, value


def _pattern(values: Iterator[str]) -> re.Pattern[str] | None:
    """Whatever the fields that are not published say, longest first, as whole words."""
    names = sorted({value.strip().lstrip("@") for value in values}, key=len, reverse=True)
    words = [re.escape(name) for name in names if len(name) >= _SHORTEST_NAME]
    if not words:
        return None
    return re.compile(rf"(?<!\w)@?(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def _shown(value: object, secret: re.Pattern[str] | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return str(value)
    if secret is not None:
        value = secret.sub(TAKEN_OUT, value)
    return _LOOKS_LIKE_SOMEBODY.sub(TAKEN_OUT, value)[:MAX_TEXT]
