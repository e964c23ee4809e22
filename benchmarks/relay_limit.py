"""The most that a disk and SQLite let through: rows written and deleted, a batch a commit.

No network, no requests, no quotas, no receipts, no queue: what is left of a relay without them.

    python -m benchmarks.relay_limit FILE SECONDS    # prints envelopes a second
"""

import secrets
import sys
from contextlib import closing
from pathlib import Path
from time import perf_counter

from benchmarks.relay_load import SIZE
from doorless_server.store.rows import insert_rows
from doorless_server.store.schema import open_writer

BATCH = 256
"""Envelopes a commit: half of those under way, for one half is with the disk and one on its way."""

CHECKPOINT_PAGES = 4_000
"""As seldom as a relay does it."""


def commits(path: Path, seconds: float) -> float:
    """Envelopes a second, each stored by one commit and deleted by the next."""
    envelope = secrets.token_bytes(SIZE)
    with closing(open_writer(path)) as db:
        db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        last: int = db.execute("SELECT coalesce(max(position), 0) FROM envelopes").fetchone()[0]
        first, start = last, perf_counter()
        while (took := perf_counter() - start) < seconds:
            rows = [
                (last + each, secrets.token_bytes(16), secrets.token_bytes(16), 0, 0, envelope)
                for each in range(1, BATCH + 1)
            ]
            db.execute("BEGIN IMMEDIATE")
            insert_rows(db, "INSERT INTO envelopes VALUES", rows)
            db.execute("DELETE FROM envelopes WHERE position <= ?", (last,))
            db.execute("COMMIT")
            last += BATCH
    return (last - first) / took


if __name__ == "__main__":
    print(commits(Path(sys.argv[1]), float(sys.argv[2])))
