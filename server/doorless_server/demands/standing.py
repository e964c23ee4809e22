"""How every demand stands: folded from the ledger, for `demand list`.

Spec: docs/spec/19-demands.md §12.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from doorless_server.commands.base import Sources
from doorless_server.demands import entries
from doorless_server.demands.chain import Recorded
from doorless_server.demands.gag import gag_of
from doorless_server.demands.workflow import at_desk


class Standing(msgspec.Struct, frozen=True):
    """One demand, or a file that was refused.

    Attributes:
        state: opened, checked, answered, refused.
        decision: of one that is answered; else empty.
        gag_until: Unix seconds; None: there is no silence, or it names no end.
        opened_at: Unix seconds.
    """

    demand_id: str
    state: str
    decision: str
    instrument: str
    opened_at: int
    gag: bool
    gag_until: int | None
    renewals: int
    revealed: bool
    simulation: bool
    reason: str = ""


def all_of(data: Path, sources: Sources) -> tuple[Standing, ...]:
    """In the order in which they came. Raises as of `at_desk`."""
    with at_desk(data, sources) as here:
        return fold(here.ledger.entries(), here.now)


def fold(recorded: Iterable[Recorded], now: int) -> tuple[Standing, ...]:
    """What a ledger says about each demand at `now`."""
    held, found = tuple(recorded), dict[str, Standing]()
    for one in held:
        match one.entry:
            case entries.Opened() as opened:
                found[opened.demand_id] = _opened(opened, one.at, held, now)
            case entries.Checked(demand_id=of) if of in found and found[of].state == "opened":
                found[of] = msgspec.structs.replace(found[of], state="checked")
            case entries.Answered(demand_id=of, decision=decision) if of in found:
                found[of] = msgspec.structs.replace(found[of], state="answered", decision=decision)
            case entries.Revealed(demand_id=of) if of in found:
                found[of] = msgspec.structs.replace(found[of], revealed=True)
            case entries.Refused() as refused:
                found[f"file {refused.sha256}"] = _refused(refused, one.at)
    return tuple(found.values())


def _opened(opened: entries.Opened, at: int, held: tuple[Recorded, ...], now: int) -> Standing:
    gag = gag_of(held, opened.demand_id, now)
    return Standing(
        *(opened.demand_id, "opened", "", opened.instrument, at),
        *(gag.runs, gag.until if gag.runs else None, len(gag.renewals), False),
        opened.simulation,
    )


def _refused(refused: entries.Refused, at: int) -> Standing:
    """Named by its demand's id, where it had one, and else by its hash."""
    name = refused.demand_id or f"file {refused.sha256[:16]}"
    return Standing(
        *(name, "refused", "", "", at, False, None, 0, False, False), reason=refused.reason
    )
