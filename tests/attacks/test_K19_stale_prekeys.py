"""K19: prekeys that a relay, a clock or a forgetful device keeps for longer than they may live."""

from pathlib import Path

import pytest

from doorless_client.core import keyring
from doorless_client.core.effects import Ask
from doorless_client.core.views import Notice
from doorless_client.store.sqlcipher import open_store
from doorless_lab.doors.store_pages import everything
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.errors import ExpiredError
from doorless_protocol.frames import Answered, BundleServed, FetchBundle
from doorless_protocol.prekey_secrets import PairSecrets
from doorless_protocol.prekeys import SignedBundle, check_time

DAY = 86_400


@pytest.mark.attack(
    "K19",
    "a relay that freezes an old bundle is noticed: after 30 days nobody uses it",
    weaken={"doorless_protocol.prekeys.check_time": lambda *_: None},
)
def test_a_frozen_bundle_is_refused_after_thirty_days(published_bob) -> None:
    entry, account = published_bob.entry, published_bob.manifest.account
    published_bob.served().check(entry, account, published_bob.now + 29 * DAY)
    for days in (31, 60, 3650):
        with pytest.raises(ExpiredError):
            published_bob.served().check(entry, account, published_bob.now + days * DAY)


# --- the owner's side: what is old is replaced, and then gone from the disk ---------------------

KEY = bytes(range(32))


def private_keys(person: Person) -> dict[str, bytes]:
    """Those of the newest bundle, and of one of its pairs."""
    (newest, *_) = keyring.bundles(person.store)
    pair = person.store.one_time_prekeys.find(bundle=newest.bundle_id)[0]
    return {
        "signed prekey": newest.signed_prekey,
        "last resort": newest.last_resort,
        "envelope key": newest.envelope,
        "one-time pair": PairSecrets.decode(pair.secrets).kem,
    }


def left_on_disk(place: Path, keys: dict[str, bytes]) -> set[str]:
    """Every page of the files, decrypted as by a thief who knows the passphrase, is searched."""
    held = everything(place, KEY)
    return {name for name, key in keys.items() if key in held}


def lives(world: World, person: Person, until: float) -> None:
    """Days go by, and once a day the device is there when a time comes that was drawn."""
    times = person.engine.home.prekeys.times
    while times.at < until:
        world.now = times.at
        person.engine.upkeep.tick()
        person.run(person.engine.home.maintain())
        world.now += 0.45 * DAY
        person.engine.home.pass_missed()
    world.now = until
    person.engine.upkeep.tick()


@pytest.mark.attack(
    "K19",
    "a device replaces its prekeys within a week, and 60 days later no page of its disk has them",
    weaken={"doorless_client.core.prekeys.to_forget": lambda held, now: ()},
)
def test_old_private_keys_are_gone_from_the_disk(tmp_path: Path) -> None:
    place = tmp_path / "bob.db"
    with World() as world:
        bob = world.person("bob", open_store(place, KEY, create=True))
        began = world.now - world.now % DAY
        keys = private_keys(bob)
        assert left_on_disk(place, keys) == set(keys)  # this search finds what is there
        lives(world, bob, began + 7 * DAY)
        assert private_keys(bob)["signed prekey"] != keys["signed prekey"]
        lives(world, bob, began + 31 * DAY)
        assert left_on_disk(place, keys) == set(keys)  # an envelope may still wait in the queue
        lives(world, bob, began + 60 * DAY - 1)
        assert left_on_disk(place, keys) == set(keys)
        lives(world, bob, began + 61 * DAY)
        assert left_on_disk(place, keys) == set()
        bob.store.close()
        assert left_on_disk(place, keys) == set()


@pytest.mark.attack(
    "K19",
    "a used one-time prekey is on no page of the disk an hour later, nor in the log",
    weaken={"doorless_client.store.sqlcipher.SqlcipherStore.scrub": lambda self: None},
)
def test_a_used_pair_is_gone_from_the_disk(tmp_path: Path) -> None:
    place = tmp_path / "bob.db"
    with World() as world:
        alice = world.person("alice")
        bob = world.person("bob", open_store(place, KEY, create=True))
        keys = {row.id: row.secrets for row in bob.store.one_time_prekeys.find()}
        alice.add("bob")
        alice.says("bob", "hello")
        world.settle()
        left = {row.id for row in bob.store.one_time_prekeys.find()}
        (used,) = [secrets for id, secrets in keys.items() if id not in left]
        assert left_on_disk(place, {"used": used[8:]}) == {"used"}  # the log has the page before
        world.advance(3601)
        assert left_on_disk(place, {"used": used[8:]}) == set()
        assert bob.texts("alice") == ["hello"]


@pytest.mark.attack(
    "K19",
    "somebody whose relay froze an old bundle begins no session with it, and says why",
    weaken={"doorless_protocol.prekeys.check_time": lambda *_: None},
)
def test_no_session_begins_with_a_bundle_of_a_month_ago() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        frozen = world.ask_anonymously(FetchBundle(bob.engine.me.device))
        assert isinstance(frozen, BundleServed)

        def freeze(ask: Ask, answered: Answered) -> Answered:
            return frozen if isinstance(ask.request, FetchBundle) else answered

        alice.change_answer = freeze
        world.now += 31 * DAY
        alice.says("bob", "hello")
        world.settle()
        assert alice.engine.state.sessions.newest_first() == []
        assert alice.engine.waiting == 1
        told = [event.text for event in alice.shown if isinstance(event, Notice)]
        assert any("does not verify" in text and "expired" in text for text in told)


@pytest.mark.attack(
    "K19",
    "a clock that once ran far ahead does not keep prekeys that nobody may use",
    weaken={"doorless_protocol.prekey_secrets.is_from_the_future": lambda secrets, now: False},
)
def test_a_clock_that_ran_ahead_is_recovered_from() -> None:
    with World() as world:
        world.now += 400 * DAY
        bob = world.person("bob")
        world.now -= 400 * DAY
        bob.goes(online=True)
        served = world.ask_anonymously(FetchBundle(bob.engine.me.device))
        assert isinstance(served, BundleServed)
        check_time(SignedBundle.decode(served.bundle), int(world.now))
