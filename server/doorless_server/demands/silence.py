"""What is done about silence: orders that are renewed or end, and slots that are laid open.

    renew ──► log ─► notices wait longer ─► ledger
    end ────► log ─► notices are due now ─► ledger
    reveal ─► the slot is public ─► ledger ─► revealed/ID.evidence

Spec: docs/spec/19-demands.md §12.
"""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from doorless_protocol.demand_log.record import NO_END
from doorless_server import datadir
from doorless_server.commands.base import Sources
from doorless_server.demands import entries, records
from doorless_server.demands.notices import Notices
from doorless_server.demands.response import Response, may_tell_from
from doorless_server.demands.workflow import ANSWER, OUT, Desk, DeskError, at_desk, recorded

REVEALED: Final = "revealed"


def renew(data: Path, demand_id: str, until: date | None, sources: Sources) -> None:
    """Silence was ordered up to and with a day; None: without an end.

    Raises DeskError, and as of `at_desk`.
    """
    with at_desk(data, sources) as here:
        demand, _ = here.read(demand_id)
        end = None if until is None else records.end_of(until)
        if end is not None and end <= here.now:
            raise DeskError(f"{until} is over: --until names a day to come")
        state, from_ = here.gag(demand_id), may_tell_from(demand, end, here.now)
        if not (state.runs and state.renewals and state.until == end):
            here.log.renew(demand_id, NO_END if end is None else end)
            _postpone(here, demand_id, from_)
            here.ledger.append(entries.GagRenewed(demand_id, end), here.now)
        _tell_ledger(here, demand_id, from_)


def end(data: Path, demand_id: str, sources: Sources) -> None:
    """Silence was lifted: people are told from now on, or from when the demand lets them be.

    Raises as of `renew`.
    """
    with at_desk(data, sources) as here:
        demand, _ = here.read(demand_id)
        if here.gag(demand_id).runs:
            here.log.renew(demand_id, here.now)
            _postpone(here, demand_id, may_tell_from(demand, here.now, here.now))
            here.ledger.append(entries.GagEnded(demand_id), here.now)
        elif _lifted_unsaid(here, demand_id) is None:
            raise DeskError(f"no silence is ordered about {demand_id} any more")
        if (lifted := _lifted_unsaid(here, demand_id)) is not None:
            _tell_ledger(here, demand_id, may_tell_from(demand, lifted, lifted))


def _lifted_unsaid(here: Desk, demand_id: str) -> int | None:
    """When silence was lifted, Unix seconds, if people wait and it was not written down when."""
    lifted = None
    for one in here.ledger.entries():
        match one.entry:
            case entries.GagEnded(demand_id=of) if of == demand_id:
                lifted = one.at
            case entries.Notified(demand_id=of) if of == demand_id:
                lifted = None
    return lifted if _waiting(here, demand_id) else None


def reveal(data: Path, demand_id: str, sources: Sources) -> Path:
    """Lay the demand's slot open to everybody, for good.

    Returns:
        the file with which anybody checks it: `doorless-verify FILE --pin HASH`.

    Raises:
        DeskError: silence is still ordered.
        NotYetLoggedError: it has no slot yet.
        As of `at_desk`.
    """
    with at_desk(data, sources) as here:
        here.read(demand_id)
        if here.gag(demand_id).runs:
            raise DeskError(
                f"silence is ordered about {demand_id}: `demand list` says until when; if it was"
                " lifted, `demand end-gag` first"
            )
        here.log.turn(here.now)
        here.log.reveal(demand_id, here.now)
        entry = entries.Revealed(demand_id)
        if entry not in (recorded.entry for recorded in here.ledger.entries()):
            here.ledger.append(entry, here.now)
        return _shown(here, demand_id)


def _shown(here: Desk, demand_id: str) -> Path:
    shown = here.log.shown(demand_id)
    if shown is None:
        raise DeskError(f"the slot of {demand_id} is open, and not signed yet: try again later")
    path = here.folder / REVEALED / f"{demand_id}.evidence"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    datadir.write_once(path, shown.encode())
    return path


def _tell_ledger(here: Desk, demand_id: str, shown_from: int | None) -> None:
    """The people whose data was read are told at another time than was written down."""
    accounts = _waiting(here, demand_id)
    if shown_from is None or not accounts:
        return
    entry = entries.Notified(demand_id, accounts, shown_from)
    if recorded(here.ledger, entries.Notified, demand_id)[-1:] != [entry]:
        here.ledger.append(entry, here.now)


def _waiting(here: Desk, demand_id: str) -> int:
    """How many people are told, now or later, of what was answered."""
    path = here.folder / OUT / demand_id / ANSWER
    if not path.exists():
        return 0
    return msgspec.json.decode(path.read_bytes(), type=Response).notice.accounts


def _postpone(here: Desk, demand_id: str, from_: int | None) -> None:
    with closing(Notices.open(here.folder)) as notices:
        notices.postpone(demand_id, from_)
