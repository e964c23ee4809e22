"""What was preserved on demand, and handed to nobody: until its day, then it is deleted.

    DIR/demands/kept/ID-LASTDAY/    a bundle of what was held; LASTDAY in days since 1970

Spec: docs/spec/19-demands.md §10.
"""

import shutil
from pathlib import Path
from typing import Final

from doorless_server import datadir
from doorless_server.demands import bundle
from doorless_server.demands.demand import Demand
from doorless_server.demands.disclosure import Disclosure
from doorless_server.demands.instruments import all_instruments
from doorless_server.demands.response import records_of
from doorless_server.limits import DAY

KEPT: Final = "kept"


def keep(folder: Path, demand: Demand, disclosure: Disclosure, spool: Path, now: int) -> None:
    """Keep it for as long as the instrument says, durably. Again: the first stays.

    Args:
        folder: DIR/demands.
        spool: where the disclosure's ciphertext lies.

    Raises OSError: it is not kept.
    """
    kept = folder / KEPT
    kept.mkdir(mode=0o700, exist_ok=True)
    datadir.sync_names(folder)
    if any(path.name.rpartition("-")[0] == demand.demand_id for path in kept.iterdir()):
        return
    last = now // DAY + all_instruments()[demand.instrument].max_days
    place = kept / f"{demand.demand_id}-{last}"
    rows, marked = records_of(disclosure), demand.simulation
    bundle.write(place, demand.demand_id, rows, disclosure.sealed, spool, simulation=marked)


def sweep(folder: Path, now: int) -> int:
    """Delete what has been kept for long enough, and drafts; of how many demands."""
    kept, gone = folder / KEPT, 0
    bundle.sweep(kept)
    for path in sorted(kept.iterdir()) if kept.exists() else ():
        last = path.name.rpartition("-")[2]
        if last.isdecimal() and int(last) < now // DAY:
            shutil.rmtree(path)
            gone += 1
    if gone:
        datadir.sync_names(kept)
    return gone
