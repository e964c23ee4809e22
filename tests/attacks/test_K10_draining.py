"""K10: somebody fetches prekeys until none are left, and watches when they are refilled."""

from random import Random
from typing import Any

import pytest

from doorless_client.core.effects import Ask, SignedIn
from doorless_lab.world import World
from doorless_lab.world_person import NO_CERTIFICATE, Person, at_once
from doorless_protocol.frames import (
    Answered,
    BeginPrekeys,
    BundleServed,
    FetchBundle,
    PrekeysHeld,
    PrekeyStatus,
)
from doorless_protocol.prekeys import PREKEY_BATCH
from doorless_server.limits import ADDRESS_FETCHES, Rate

FETCHES, MINUTE, DAY = 10_000, 60, 86_400
ONE_IN_TEN_SECONDS = 0.1


def fetch(world: World, device: bytes, source: str) -> BundleServed:
    peer = world.relay.greet(int(world.now), NO_CERTIFICATE)
    request = FetchBundle(device)
    answered = at_once(world.relay.handle(peer, request, int(world.now), source)).answered
    assert isinstance(answered, BundleServed)  # never a refusal: the last resort serves
    return answered


def left(person: Person) -> int:
    held = person.run_request(PrekeyStatus())
    assert isinstance(held, PrekeysHeld)
    return held.one_time


@pytest.mark.attack(
    "K10",
    "ten thousand fetches in a minute leave nine tenths of the one-time prekeys",
    weaken={"doorless_server.prekey_desk.Rations.take": lambda *_: True},
)
@pytest.mark.claim("S18", "ten thousand fetches in a minute leave nine tenths of the prekeys (K10)")
@pytest.mark.parametrize("strangers", [1, 50])
def test_a_batch_is_not_drained(strangers: int, record: Any) -> None:
    with World() as world:
        bob = world.person("bob")
        began = world.now
        for number in range(FETCHES):
            world.now = began + MINUTE * number / FETCHES
            fetch(world, bob.engine.me.device, f"192.0.2.{number % strangers}")
        kept = left(bob) / PREKEY_BATCH * 100
        assert kept >= 90
        record(
            "S18", f"one-time prekeys left by {FETCHES:,} fetches in a minute", kept, "%", ">= 90"
        )


def of_the_device_alone(self, device: bytes, source: str, now: int) -> bool:
    return self._devices.of(device, now).take(now) == 0


@pytest.mark.attack(
    "K10",
    "one address does not take everybody's one-time prekeys",
    weaken={"doorless_server.prekey_desk.Rations.take": of_the_device_alone},
)
@pytest.mark.claim("S18", "one address does not take everybody's prekeys (K10)")
def test_an_address_has_rations_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorless_server.prekey_desk.ADDRESS_FETCHES", Rate(8, ONE_IN_TEN_SECONDS))
    with World() as world:
        bob, carol, dave = world.people("bob", "carol", "dave")
        devices = [person.engine.me.device for person in (bob, carol, dave)]
        taken = [bool(fetch(world, each, "192.0.2.1").pair) for each in devices * 4]
        assert sum(taken) == 8
        assert all(fetch(world, each, "192.0.2.2").pair for each in devices)
        assert ADDRESS_FETCHES.per_second == ONE_IN_TEN_SECONDS


def comes_online(person: Person) -> None:
    """As the messenger does it: sign in, then what a drawn time asks for."""
    person.goes(online=True)
    person.engine.upkeep.tick()
    if person.engine.upkeep.maintenance_due():
        person.run(person.engine.home.maintain())


def uploads_of(person: Person) -> list[float]:
    """When bundles are published, from now on."""
    times: list[float] = []

    def watch(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask, SignedIn) and isinstance(ask.request, BeginPrekeys):
            times.append(person.world.now)
        return answered

    person.change_answer = watch
    return times


@pytest.mark.attack(
    "K10",
    "a refill comes at a time drawn before, and never because the device came online",
    weaken={"doorless_client.core.schedule.is_open": lambda at, now: True},
)
@pytest.mark.claim("S18", "a refill does not tell when the device comes online (K10)")
def test_a_refill_does_not_tell_when_the_device_comes_online() -> None:
    coins = Random(10)
    with World() as world:
        bob = world.person("bob")
        times, uploads = bob.engine.home.prekeys.times, uploads_of(bob)
        world.take_pairs(bob, PREKEY_BATCH)
        began = world.now
        met = 0
        while world.now < began + 5 * DAY:  # keys are young all the while: only pairs are short
            bob.goes(online=False)
            drawn = times.at
            world.now += coins.uniform(60, 14 * 3600)
            was_open = drawn <= world.now < drawn + 300
            before = len(uploads)
            comes_online(bob)
            assert (len(uploads) > before) == was_open
        while not met:  # it is refilled all the same, as soon as the device is there in time
            world.now = times.at
            comes_online(bob)
            met = len(uploads)
        assert left(bob) == PREKEY_BATCH
