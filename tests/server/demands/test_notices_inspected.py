"""What the relay holds for people whose data was demanded is shown like all else that it holds."""

import json
from pathlib import Path
from typing import Any

import pytest

from doorless_protocol.notice_frames import Notice
from doorless_server.__main__ import main
from doorless_server.demands.notice_desk import FOLDER
from doorless_server.demands.notices import Notices
from doorless_server.store.base import Listing, Seat
from doorless_server.store.sqlite import SqliteStore

NOTICE = Notice(
    *("2026-1", "court", "DE", "Amtsgericht Musterstadt", "12 Gs 3", "DE_BESTAND", ("basic",)),
    *("complied_partial", (), 20_250, 20_254, False, True),
)


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A relay's folder with two accounts, and a notice for each."""
    store = await SqliteStore.open(tmp_path / "relay.db")
    command = Notices.open(tmp_path / FOLDER)
    for name in (b"alice", b"bob"):
        seat = Seat(name, b"d" + name, b"m" + name, b"k")
        listing = Listing(1, b"h", b"p", b"head", b"manifest", (seat,), (b"b" + name,))
        await store.create(name.decode(), listing, b"token", 1)
        command.put(name, NOTICE, 100)
    command.close()
    await store.close()
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["inspect", "--json", *arguments]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [row for row in rows if row["table"] == "notices"]


def test_every_notice_is_shown_with_the_class_of_its_columns(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = told(capsys, "--data", str(data))
    assert [row["row"]["account"] for row in rows] == [b"alice".hex(), b"bob".hex()]
    assert rows[0]["class"] == {
        "account": "routing",
        "demand": "routing",
        "from_time": "time",
        "notice": "count",
    }


def test_of_one_account_its_own_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = told(capsys, "--data", str(data), "--account", "bob")
    assert row["row"]["account"] == b"bob".hex()
