"""Target: a demand's file, which a forger writes and an operator opens."""

from datetime import date, datetime
from typing import Any
from unicodedata import category

import msgspec

from doorless_server.demands.intake import YEARS, DemandError, parse
from fuzz.harness import Target, edit, promise

HONEST = b"""\
demand_id = "AG-2026-17"
simulation = true
received_at = 2026-09-20T09:12:00+02:00
channel = "portal"
instrument = "EU_EPOC"
issued_at = 2026-09-18
categories = ["basic", "content_live"]
targets = [{ type = "username", value = "alice" }, { type = "everyone" }]
scope_text = "all of it"
[authority]
name = "Amtsgericht Musterstadt"
country = "DE"
kind = "court"
[jurisdiction]
issuer = "DE"
addressee_entity = "relay.example"
[prospective]
start = 2026-09-21T00:00:00Z
[secrecy]
gag = true
until = 2026-12-31
"""


def demand_file(data: bytes) -> None:
    """What is taken names a file and prints; what is refused says so in a line without controls."""
    for file in (data, edit(HONEST, data)):
        try:
            demand = parse(file)
        except DemandError as error:
            said = str(error)
            promise(len(said) < 1_000 and len(said.splitlines()) == 1, "a refusal is a line")
            promise(all(category(each)[0] != "C" for each in said), "a refusal prints")
        else:
            promise("/" not in demand.demand_id and demand.demand_id[0] != ".", "a path")
            promise(bool(demand.targets and demand.categories), "a demand for nothing")
            _check_values("", msgspec.to_builtins(demand, builtin_types=(datetime, date)))


def _check_values(name: str, value: Any) -> None:
    match value:
        case str():
            unseen = {each for each in value if category(each)[0] == "C"}
            promise(unseen <= ({"\n"} if name == "scope_text" else set()), "a text prints")
        case date():
            promise(value.year in YEARS, "a day of no year")
        case dict():
            for each, inner in value.items():
                _check_values(each, inner)
        case list() | tuple():
            for inner in value:
                _check_values(name, inner)


TARGETS = (
    Target("demand_file", "a demand with all that it needs, or a line that says what it lacks",
           demand_file, (b"", HONEST, b"\0\0\x0dX", b"\6\1\0\0", b"\4\0\x60\x22\4\0\x61\x5c",
            b'"x` - at `$.channel" = 1', b'"x` - at `$.\xe2\x80\xae" = 1',
            HONEST.replace(b"portal", b"x - at `$.foo"),
            HONEST.replace(b"portal", b"unknown field `" + b"x" * 2_000 + b"`"),
            HONEST.replace(b"2026-12", b"1926-12"),
            HONEST.replace(b"of it", b"\\u202eof it"), HONEST.replace(b"all of", b"all\\nof"))),
)  # fmt: skip
