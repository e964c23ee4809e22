"""A relay of the lab is a real process, and none is left behind."""

import os
from pathlib import Path

import pytest

from doorless_lab.relay_process import RelayError, RelayProcess


def relay_in(folder: Path) -> RelayProcess:
    return RelayProcess("relay.example", folder / "relay", folder / "log", {"SEEN": "by the relay"})


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_runs_while_it_is_entered(tmp_path: Path) -> None:
    async with relay_in(tmp_path) as relay:
        pid = relay.pid
        assert pid is not None
        assert exists(pid)
        assert relay.address[1]
        assert (relay.data / "relay.db").exists()
    assert relay.pid is None
    assert not exists(pid)


async def test_it_is_gone_after_an_exception(tmp_path: Path) -> None:
    pids = []

    async def fail() -> None:
        async with relay_in(tmp_path) as relay:
            pids.append(relay.pid)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    (pid,) = pids
    assert pid is not None
    assert not exists(pid)


async def test_it_comes_back_on_what_it_had_after_a_power_cut(tmp_path: Path) -> None:
    async with relay_in(tmp_path) as relay:
        first, key = relay.pid, (relay.data / "keys" / "log.key").read_bytes()
        await relay.kill()
        assert relay.pid is None
        await relay.start()
        assert relay.pid not in (None, first)
        assert (relay.data / "keys" / "log.key").read_bytes() == key


async def test_a_relay_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    async with relay_in(tmp_path):
        second = relay_in(tmp_path)  # the folder is in use
        with pytest.raises(RelayError, match="did not start: doorless-relay: "):
            await second.start()
        assert second.pid is None
