"""What the ledger has to learn of the demand log, and the log and the notices of the ledger.

    the log laid a slot open by itself ──────────────► ledger: Revealed
    the ledger says silence until later ─────────────► log and notices wait as long

The second is of a log, or of notices, that came back from a backup older than the ledger: they
would speak while an order forbids it. Spec: docs/spec/19-demands.md §12.
"""

from doorless_protocol.demand_log.record import NO_END
from doorless_server.demands import entries
from doorless_server.demands.gag import GagState, gag_of
from doorless_server.demands.ledger import Ledger
from doorless_server.demands.log import DemandLog
from doorless_server.demands.notices import Notices


def catch_up(ledger: Ledger, log: DemandLog, notices: Notices, now: int) -> None:
    """Before anything else is done at the desk.

    Raises LedgerError, sqlite3.Error: what is left is for the next time.
    """
    held = ledger.entries()
    said = [one.entry for one in held]
    for opened in said:
        if isinstance(opened, entries.Opened) and log.holds(opened.demand_id):
            _keep_silent(log, notices, opened.demand_id, gag_of(held, opened.demand_id, now))
            revealed = entries.Revealed(opened.demand_id)
            if log.is_revealed(opened.demand_id) and revealed not in said:
                ledger.append(revealed, now)


def _keep_silent(log: DemandLog, notices: Notices, demand_id: str, gag: GagState) -> None:
    """As long as the ledger says, at the least."""
    if not gag.runs:
        return
    until = NO_END if gag.until is None else gag.until
    if log.silent_until(demand_id) < until:
        log.renew(demand_id, until)
    if notices.speak_before(demand_id, until):
        notices.postpone(demand_id, gag.until)
