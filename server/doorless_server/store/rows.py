"""Many rows with one statement.

Each statement, and each row that one returns, gives up the interpreter's lock, which the thread
that commits wants too; with one for each row half as much was stored (docs/adr/0019). So rows go
in many at a time.
"""

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

sqlite3.register_adapter(bytes, bytes)
# Bytes are what they are. Python's binding would else ask three places how to adapt them, raise an
# error and catch it, before it takes each as it is: half of the time that it takes one.

MAX_RUN = 64
"""Rows for one statement; one is prepared and kept for every number of rows up to this."""


def insert_rows(db: sqlite3.Connection, insert: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run an INSERT that ends in VALUES."""
    for at in range(0, len(rows), MAX_RUN):
        run = rows[at : at + MAX_RUN]
        db.execute(_statement(insert, len(run), len(run[0])), list(chain.from_iterable(run)))


@cache
def _statement(insert: str, rows: int, columns: int) -> str:
    marks = "(" + ", ".join("?" * columns) + ")"
    return f"{insert} {', '.join([marks] * rows)}"
