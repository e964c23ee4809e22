"""K11: who fetches prekeys before and after learns nothing of what the victim did between."""

from collections.abc import Callable
from itertools import count, pairwise
from random import Random as Seeded

import pytest

from doorless_lab.world import World
from doorless_protocol.frames import BundleServed, FetchBundle
from doorless_protocol.keys import DeviceKeys, SigningKey, account_id
from doorless_protocol.prekey_secrets import draw_bundle
from doorless_protocol.prekeys import DAY, PREKEY_BATCH, PrekeyId, ServedBundle

NOW, SLOWLY = 1_800_000_000, 601
RANDOM = Seeded(11).randbytes


def fetched(world: World, device: bytes) -> BundleServed:
    world.now += SLOWLY  # the relay gives a pair to somebody else no faster
    answered = world.ask_anonymously(FetchBundle(device))
    assert isinstance(answered, BundleServed)
    return answered


@pytest.mark.attack(
    "K11",
    "the place of a pair in its batch tells nothing of how many were given out before",
    weaken={"doorless_server.prekey_desk.shuffled": lambda pairs, random: tuple(pairs)},
)
def test_places_are_given_out_in_an_order_of_chance() -> None:
    with World() as world:
        bob = world.person("bob")
        places = [fetched(world, bob.engine.me.device).index for _ in range(PREKEY_BATCH)]
        assert sorted(places) == list(range(PREKEY_BATCH))
        assert abs(correlation(places)) < 0.4  # of 100 by chance: 0.1 on average


def correlation(places: list[int]) -> float:
    """Of places with their order, Spearman's: both are the numbers from 0."""
    size = len(places)
    apart = sum((order - place) ** 2 for order, place in enumerate(places))
    return 1 - 6 * apart / (size * (size**2 - 1))


def numbered() -> Callable[[bytes], PrekeyId]:
    numbers = count(1)
    return lambda drawn: PrekeyId(next(numbers).to_bytes(8, "big"))


@pytest.mark.attack(
    "K11",
    "ids of prekeys are random: no order, no count, no age",
    weaken={"doorless_protocol.prekey_secrets.PrekeyId": numbered()},
)
def test_ids_pass_a_test_of_uniformity() -> None:
    account, keys = account_id(SigningKey.draw(RANDOM).verifying), DeviceKeys.draw(RANDOM)
    ids: list[bytes] = []
    for _ in range(4):
        bundle, pairs, _ = draw_bundle(keys, account, NOW, RANDOM)
        ids += [bundle.id, bundle.signed_prekey_id, bundle.last_resort_id, bundle.envelope_id]
        ids += [pair.id for pair in pairs]
    assert len(set(ids)) == len(ids) == 4 * (PREKEY_BATCH + 4)
    seen = b"".join(ids)
    expected = len(seen) / 256
    squares = sum((seen.count(bytes((value,))) - expected) ** 2 / expected for value in range(256))
    assert squares < 400  # chi-square with 255 degrees: 255 on average, 400 once in 10^7
    rising = sum(one < other for one, other in pairwise(ids))
    assert 0.35 < rising / len(ids) < 0.65


@pytest.mark.attack(
    "K11",
    "sessions that begin with somebody change nothing that others fetch, but the one-time pair",
    weaken={"doorless_client.core.prekeys.refill_due": lambda _left: True},
)
def test_nothing_but_the_pair_changes_with_sessions() -> None:
    """Also when the device was online all the while, and a drawn time came."""
    with World() as world:
        bob = world.person("bob")
        device = bob.engine.me.device
        before = fetched(world, device)
        strangers = world.people(*(f"stranger{number}" for number in range(5)))
        for stranger in strangers:
            stranger.add("bob")
            stranger.says("bob", "hello")
            world.settle()
        world.now = max(world.now, bob.engine.home.prekeys.times.at)
        bob.engine.home.pass_missed()
        world.now = bob.engine.home.prekeys.times.at
        bob.run(bob.engine.home.maintain())
        after = fetched(world, device)
        assert after.bundle == before.bundle
        assert after.pair != before.pair
        assert len(bob.engine.chats()) == 5


def test_the_times_of_a_bundle_tell_a_day_and_a_refill_tells_none() -> None:
    with World() as world:
        bob = world.person("bob")
        device = bob.engine.me.device
        before = decoded(fetched(world, device))
        world.take_pairs(bob, PREKEY_BATCH)
        while bob.engine.home.prekeys.times.at <= world.now:
            bob.engine.home.pass_missed()
        world.now = bob.engine.home.prekeys.times.at
        bob.run(bob.engine.home.maintain())
        after = decoded(fetched(world, device))
        assert before.signed.id != after.signed.id
        assert (before.signed.created, before.signed.expires) == (
            after.signed.created,
            after.signed.expires,
        )
        assert after.signed.created % DAY == 0


def decoded(served: BundleServed) -> ServedBundle:
    return ServedBundle.decode(served.bundle, served.pair, served.index, served.path)
