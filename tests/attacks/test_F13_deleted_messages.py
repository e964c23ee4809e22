"""F13: what was deleted, or disappeared, is still in a file."""

from pathlib import Path

import pytest

from acting import greet, said
from doorless_client.store.sqlcipher import open_store
from doorless_lab.doors.store_pages import everything
from doorless_lab.world import Person, World

KEY = bytes(range(32))


def people(folder: Path, world: World) -> tuple[Person, Person]:
    alice = world.person("alice", open_store(folder / "alice.db", KEY, create=True))
    bob = world.person("bob", open_store(folder / "bob.db", KEY, create=True))
    greet(world, alice, bob)
    return alice, bob


def says_secrets(alice: Person, bob: Person, world: World) -> None:
    alice.says("bob", "first secret qxzjv")
    world.settle()
    alice.engine.messages.edit(said(alice, "bob", "first secret qxzjv"), "then secret wqxkv")
    bob.engine.messages.react(said(bob, "alice", "hello"), "☕")
    world.settle()
    last = bob.messages("alice")[-1]
    bob.engine.send(last.conversation, "what?", quoting=last)
    world.settle()


def held(folder: Path, who: Person) -> list[bytes]:
    pages = everything(folder / f"{who.handle}.db", KEY)
    return [word for word in (b"secret qxzjv", b"secret wqxkv") if word in pages]


def only_marked(store: object, row: object, extra: object) -> object:
    """As a program does that hides what is deleted."""
    return row, extra


@pytest.mark.attack(
    "F13",
    "a message that is deleted leaves the files of both, with its versions and what quotes of it",
    weaken={
        "doorless_client.core.acts.erase": only_marked,
        "doorless_client.core.fading.empty": only_marked,
    },
)
@pytest.mark.parametrize("how", ["for everyone", "for ourselves", "by its timer"])
def test_a_deleted_message_is_in_no_file(how: str, tmp_path: Path) -> None:
    with World() as world:
        alice, bob = people(tmp_path, world)
        if how == "by its timer":
            alice.engine.messages.set_timer(alice.chat("bob").conversation, 60)
        says_secrets(alice, bob, world)
        assert held(tmp_path, alice)
        assert held(tmp_path, bob)
        if how == "for everyone":
            target = said(alice, "bob", "then secret wqxkv")
            alice.engine.messages.delete(target, everyone=True)
        elif how == "for ourselves":
            for one, other in ((alice, "bob"), (bob, "alice")):
                target = said(one, other, "then secret wqxkv")
                one.engine.messages.delete(target, everyone=False)
        else:
            bob.engine.mark_read(bob.chat("alice").conversation)
        world.advance(120)
        if how != "by its timer":  # what quoted it was under way: it goes when that was heard
            world.advance(3700)
        for person in (alice, bob):
            assert held(tmp_path, person) == [], person.handle
            person.store.close()
