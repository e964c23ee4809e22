"""The 24 words bring an account back as a new device, and everybody sees that."""

from collections.abc import Iterator

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.views import Trust
from doorless_client.recovery_words import seed_of, words_of
from doorless_lab.linking import link
from doorless_lab.recovering import recover
from doorless_lab.world import World
from doorless_lab.world_person import Person


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def words(person: Person) -> bytes:
    """The seed; `forget_seed` runs where the words are shown, and no World shows them."""
    (own,) = person.store.own.find()
    return own.unshown_seed


def test_a_restored_account_is_the_same_account_with_one_new_device(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(alice)
    world.advance(700)
    before = alice.engine.me
    again = recover(alice, words(alice))
    assert again.engine.me.account == before.account
    assert again.engine.me.device != before.device
    (only,) = again.engine.fleet.listed()
    assert only.this
    assert only.primary
    assert not again.engine.chats()
    world.now += 700
    bob.says("alice", "are you there?")
    world.advance(40)
    assert again.texts("bob") == ["are you there?"]
    assert alice.texts("bob")[-1:] != ["are you there?"]
    assert laptop.texts("bob")[-1:] != ["are you there?"]
    assert bob.chat("alice").trust is not Trust.CHANGED
    assert any("added a device" in note for note in bob.notes("alice"))
    assert any("removed 2 devices" in note for note in bob.notes("alice"))


def test_a_restored_account_links_devices_again(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    again = recover(alice, words(alice))
    laptop = link(again)
    world.advance(40)
    again.add("bob")
    again.says("bob", "a new computer")
    world.advance(40)
    assert bob.texts("alice")[-1] == "a new computer"
    assert laptop.messages("bob")[-1].text == "a new computer"


def test_words_of_somebody_else_change_nothing(world: World) -> None:
    alice, eve = world.people("alice", "eve")
    with pytest.raises(RefusedError, match="another account"):
        recover(alice, words(eve))
    assert len(alice.engine.fleet.listed()) == 1


def test_words_are_read_however_they_were_written() -> None:
    seed = bytes(range(32))
    said = words_of(seed)
    assert seed_of("  ".join(said).upper() + "\n") == seed
    with pytest.raises(ValueError, match="misread"):
        seed_of(" ".join([*said[:-1], said[0]]))
    with pytest.raises(ValueError, match=r"^word 3 is not a recovery word: it is misread$"):
        seed_of(" ".join([*said[:2], "doorless", *said[3:]]))
    with pytest.raises(ValueError, match="23 words"):
        seed_of(" ".join(said[:-1]))
