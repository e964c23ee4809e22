"""A look finds what leaked, wherever it leaked to, and proves that it would have."""

import os
import time
from collections.abc import AsyncIterator

import pytest

from doorless_client.endpoint import Endpoint
from doorless_client.wire import Wire
from doorless_lab.leak_watch import FILES, LOG, MEMORY, RECEIVED, LeakWatch, Look, StoppedError
from doorless_lab.leakscan import Marker, draw_marker
from doorless_lab.stage import Stage
from doorless_protocol.frames import Lookup

SECRET = draw_marker("secret", os.urandom)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(now=time.time, random=os.urandom) as stage:
        yield stage


@pytest.fixture
async def watch(stage: Stage) -> LeakWatch:
    watch = LeakWatch(stage)
    watch.add([SECRET])
    return watch


def found(look: Look) -> dict[str, int]:
    return {place.name: place.found for place in look.places if place.found}


async def test_a_clean_relay_is_clean_and_the_control_is_found_everywhere(watch: LeakWatch) -> None:
    look = watch.look()
    assert {place.name for place in look.places} == {FILES, LOG, MEMORY, RECEIVED}
    assert found(look) == {}
    assert look.control_works
    assert all(place.control or place.unreadable for place in look.places)
    assert look.secrets == 1


async def test_a_secret_in_a_file_is_found(stage: Stage, watch: LeakWatch) -> None:
    (stage.relay.data / "relay.db-copy").write_bytes(SECRET.value.hex().encode())
    assert found(watch.look()) == {FILES: 1}


async def test_a_secret_in_the_log_is_found(stage: Stage, watch: LeakWatch) -> None:
    with stage.relay.log.open("ab") as log:
        log.write(b'{"event": "' + SECRET.value + b'"}\n')
    assert found(watch.look()) == {LOG: 1}


async def test_a_secret_that_was_sent_is_found_once_however_often_one_looks(
    stage: Stage, watch: LeakWatch
) -> None:
    watch.look()
    host, port = (await stage.lay("leak")).address
    wire = await Wire.open(Endpoint.parse(f"ws://{host}:{port}"))
    await wire.ask(Lookup(f"s{SECRET.text}", known_version=0))
    await wire.close()
    for _ in range(2):
        assert found(watch.look())[RECEIVED] == 1


async def test_what_becomes_a_secret_later_is_searched_for_in_what_came_before(
    stage: Stage, watch: LeakWatch
) -> None:
    watch.look()
    watch.add([Marker("known too late", stage.control.value[:20])])
    assert found(watch.look())[RECEIVED] == 1


async def test_a_relay_that_is_off_has_no_memory_to_search(stage: Stage, watch: LeakWatch) -> None:
    await stage.kill_relay()
    look = watch.look()
    (memory,) = [place for place in look.places if place.name == MEMORY]
    assert memory.unreadable == "the relay is off"
    assert look.control_works


async def test_a_look_can_be_given_up(watch: LeakWatch) -> None:
    watch.stop()
    with pytest.raises(StoppedError):
        watch.look()
