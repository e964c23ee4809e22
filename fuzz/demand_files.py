"""Target: a demand's file, which a forger writes and an operator opens."""

from unicodedata import category

from doorless_server.demands.intake import DemandError, parse
from fuzz.harness import Target, edit, promise

_HONEST = b"""\
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
    for file in (data, edit(_HONEST, data)):
        try:
            demand = parse(file)
        except DemandError as error:
            said = str(error)
            promise(len(said) < 1_000 and len(said.splitlines()) == 1, "a refusal is a line")
            promise(all(category(each)[0] != "C" for each in said), "a refusal prints")
        else:
            promise("/" not in demand.demand_id and demand.demand_id[0] != ".", "a path")
            promise(bool(demand.targets and demand.categories), "a demand for nothing")


TARGETS = (
    Target("demand_file", "a demand with all that it needs, or a line that says what it lacks",
           demand_file, (b"", _HONEST, b"\0\0\x0dX", b"\6\1\0\0", b"\4\0\x60\x22\4\0\x61\x5c")),
)  # fmt: skip
