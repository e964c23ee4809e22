"""Brings a database to the schema of this program, one version a transaction.

Spec: docs/spec/08-state.md §4.
"""

from collections.abc import Sequence
from importlib import resources
from typing import Any

from doorless_client.store.base import NewerSchemaError

SCRIPTS = (
    "schema.sql",
    "schema_2.sql",
    "schema_3.sql",
    "schema_4.sql",
    "schema_5.sql",
    "schema_6.sql",
    "schema_7.sql",
    "schema_8.sql",
    "schema_9.sql",
    "schema_10.sql",
)


def scripts() -> tuple[str, ...]:
    """The script that leads to each schema version, the first to version 1."""
    package = resources.files("doorless_client.store")
    return tuple(package.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS)


def migrate(database: Any, steps: Sequence[str]) -> None:
    """Run the steps that the database lacks. Each happens wholly, or not at all.

    Raises:
        NewerSchemaError: it has more versions than `steps`; nothing was written.
    """
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(steps):
        raise NewerSchemaError(
            f"this profile has schema {version}, this program knows {len(steps)}: update doorless"
        )
    for number, step in enumerate(steps[version:], start=version + 1):
        try:
            database.executescript(f"BEGIN IMMEDIATE; {step}; PRAGMA user_version = {number};")
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
