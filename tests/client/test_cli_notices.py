"""Notices on the command line and in plain mode, of a relay that runs."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from doorless_lab.processes import Client
from doorless_protocol.notice_frames import Handed, Notice
from doorless_server.demands import canary
from doorless_server.demands.notices import Notices
from plain import talking

NOTICE = Notice(
    *("2026-1", "court", "DE", "Amtsgericht Musterstadt", "12 Gs 3", "DE_BESTAND", ("basic",)),
    *("complied_partial", (Handed("created", "plaintext_metadata", 1),), 20_250, 20_254),
    *(False, True),
)


@pytest.fixture
def desk(world: Path, relay: Any) -> Iterator[Notices]:
    """The command beside the relay that serves; it told Alice of one demand."""
    with closing(sqlite3.connect(world / "relay" / "relay.db")) as db:
        (account,) = db.execute("SELECT id FROM accounts WHERE handle = 'alice'").fetchone()
    with closing(Notices.open(world / "relay" / "demands")) as notices:
        notices.put(account, NOTICE, int(time.time()))
        yield notices


def test_notices_are_listed_once_as_new_with_the_canary_and_without_the_relay_from_here(
    alice: Any, desk: Notices, relay: Any, world: Path
) -> None:
    first = alice("notices")
    assert first.code == 0
    assert "NEW  SIMULATION: a court (DE) demanded your data" in first.out
    assert "the day on which your account was made (1, readable)" in first.out
    assert "your relay never showed one" in first.out
    day = canary.day_of(1_900_000_000)
    until = day.fromordinal(day.toordinal() + 30)
    draw = Random(3).randbytes
    said = canary.sign(world / "relay", relay.name, until, ("keys",), 1_900_000_000, draw)
    notice, shown = alice("notices", "--json").objects()
    assert (notice["kind"], notice["demand"], notice["new"]) == ("notice", "2026-1", False)
    assert (notice["received"], notice["slot"], notice["simulation"]) == ("2025-06-11", None, True)
    assert (shown["kind"], shown["key"], shown["state"]) == ("canary", said.key, None)
    assert (shown["statements"], shown["gone"]) == (list(said.statements), [])
    relay.stop()
    offline = alice("notices")
    assert offline.code == 5
    assert "a court (DE) demanded your data" in offline.out
    assert "cannot be reached" in offline.err


def test_receive_says_that_there_is_one_and_plain_mode_reads_it_in_lines(
    alice: Any, desk: Notices, world: Path
) -> None:
    got = alice("receive")
    assert "your relay says: SIMULATION: a court (DE)" in got.err
    assert "doorless notices" in got.err
    with talking(Client(world / "alice")) as talk:
        heard = talk.hears("* notice: your relay says")
        assert "SIMULATION: a court (DE) demanded your data: /notices" in heard
        talk.says("/notices")
        assert talk.hears("notice 1 of 1, new")
        assert talk.hears("said by: ").endswith("nothing here proves it, nor that it told all")
        assert talk.hears("canary: your relay never showed one")
        talk.says("/notices")
        assert talk.hears("notice 1 of 1: SIMULATION")
        assert talk.ends() == 0
