"""Holdings are what the relay's own `inspect` shows, counted and put into lines."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doorless_lab.holdings import Line, read_holdings, read_lines
from doorless_lab.relay_process import RelayProcess
from doorless_server.blobs import schema as blobs
from doorless_server.store.schema import columns, open_writer

HOUR = 498_000
"""2026-10-24 00:00 in hours since 1970."""


@pytest.fixture
async def data(tmp_path: Path) -> AsyncIterator[Path]:
    """The folder of a relay that runs and keeps one envelope."""
    async with RelayProcess("relay.example", tmp_path / "relay", tmp_path / "log", {}) as relay:
        db = open_writer(relay.data / "relay.db")
        db.execute(
            "INSERT INTO envelopes VALUES (1, ?, ?, 0, ?, ?)",
            (b"\xaa" * 16, b"\xbb" * 16, HOUR, b"\xcc" * 2048),
        )
        db.close()
        yield relay.data


async def test_every_table_is_counted_with_the_classes_of_its_columns(data: Path) -> None:
    holdings = read_holdings(data)
    every = {table for table, _ in (*columns(), *blobs.columns())}
    assert {table.name for table in holdings.tables} == every
    assert {table.name: table.rows for table in holdings.tables if table.rows} == {"envelopes": 1}
    (envelopes,) = [table for table in holdings.tables if table.name == "envelopes"]
    assert envelopes.classes == "ciphertext, time, routing, count"


async def test_an_envelope_that_waits_is_a_mailbox_an_hour_and_a_size(data: Path) -> None:
    assert read_holdings(data).waiting == (
        "keeps  2,048 bytes of noise for mailbox aaaaaaaa, hour 00:00",
    )


async def test_every_column_of_every_row_is_a_line(data: Path) -> None:
    title, *rest, end = read_lines(data)
    assert title == Line("envelopes", None, "ciphertext, time, routing, count")
    assert [line.name for line in rest] == [
        column for table, column in columns() if table == "envelopes"
    ]
    values = {line.name: line.value for line in rest}
    assert values["mailbox"] == "aa" * 16
    assert values["hour"] == f"{HOUR} (2026-10-24 00:00)"
    assert str(values["envelope"]).startswith("2,048 bytes: cccc")
    assert end == Line("", None, "")
