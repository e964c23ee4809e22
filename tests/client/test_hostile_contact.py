"""A contact says anything at all, under any id and time: nothing of it stops what we do.

What raises while an envelope is taken in is never acknowledged, and comes again for ever; what
raises while ours is sealed holds up all that we say. On the real store, since it knows rows apart
that memory does not.
"""

import os
import random
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from acting import greet
from doorless_client.core.api import RefusedError
from doorless_client.core.backup_rows import records
from doorless_client.core.views import Message
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.content import (
    Body,
    Content,
    Control,
    Delete,
    Edit,
    File,
    Profile,
    Quote,
    React,
    Receipt,
    Text,
    Timer,
    Typing,
)

SEEDS = range(200) if os.environ.get("DOORLESS_EVERY_POINT") else (7, 26)
STEPS = 50

LATEST = 2**53 - 1
TIMES = (0, 1, LATEST - 1, LATEST, 1_750_000_000_000, 1_750_000_090_000)
TEXTS = ("x", "\ufb2c" * 5461, "\0" * 16_384, "a\u0301" * 200, "\u0301" * 500, "\u202e" * 50)
EMOJI = ("☕", "", "\u0344" * 16, "\0" * 32, "abc")
NAMES = ("a", "\0", "../../x", "\u202e.exe")
SIZES = (0, 1, 2**31, 2**31 + 1, LATEST)
LASTS = (0, 0, 5, 60, 2_419_200)
REVISIONS = (1, 2, 3, 500, 1024, LATEST)


class Hostile:
    """What Alice says to Bob next, and what Bob does meanwhile."""

    def __init__(self, chance: random.Random, alice: Person, bob: Person) -> None:
        self.pick, self.chance = chance.choice, chance
        self.alice, self.bob = alice, bob
        self.ids = [bytes([number]) * 16 for number in range(5)]
        self.accounts = (bob.engine.me.account, alice.engine.me.account, bytes(32))

    def says(self) -> None:
        said = self.alice.next_content("bob", self._body())
        kind = self.pick((12, 99)) if self.chance.random() < 0.1 else said.kind
        self.alice.says_bytes("bob", self._altered(said, kind).encode())

    def _altered(self, said: Content, kind: int) -> Content:
        return msgspec.structs.replace(
            said,
            kind=kind,
            id=self.pick(self.ids),
            time=self.pick(TIMES),
            counter=self.pick((said.counter, 0, LATEST, self.chance.randrange(9))),
            previous=self.pick((said.previous, bytes(32))),
        )

    def _body(self) -> Body:
        id, account = self.pick(self.ids), self.pick(self.accounts)
        return self.pick(
            (
                *(self._text(), self._text(), self._text()),
                React(account, id, self.pick(EMOJI)),
                Edit(id, self.pick(TEXTS)),
                Delete(id),
                Timer(self.pick(LASTS), self.pick(REVISIONS)),
                Receipt((id,), self.pick((True, False))),
                self.pick((Typing(True), Control(), Profile("n\0", bytes(16), b""))),
            )
        )

    def _text(self) -> Text:
        words = self.pick(("", "x" * 160, "\0" * 5))
        quote = Quote(self.pick(self.accounts), self.pick(self.ids), words)
        file = File(self.pick(NAMES), self.pick(SIZES), *[bytes(32)] * 3)
        return Text(
            self.pick(("", *TEXTS)),
            self.pick((None, quote)),
            self.pick((None, None, file)),
            self.pick(LASTS),
            self.pick((True, False)),
        )

    def answers(self) -> None:
        """One of what a person can do with a message, allowed or not."""
        self.bob.live()
        shown: Sequence[Message] = self.bob.messages("alice")
        message, doing = self.pick(shown), self.bob.engine.messages
        talk, files = message.conversation, self.bob.engine.files.transfers
        with suppress(RefusedError):
            self.pick(
                (
                    lambda: doing.react(message, self.pick(("☕", "x", ""))),
                    lambda: doing.edit(message, self.pick(TEXTS)),
                    lambda: doing.delete(message, everyone=self.pick((True, False))),
                    lambda: doing.pin(message, True),
                    lambda: doing.forward(message, talk),
                    lambda: self.bob.engine.send(talk, "indeed", quoting=message),
                    lambda: doing.set_timer(talk, self.pick((0, 5, 60))),
                    lambda: self.bob.engine.mark_read(talk),
                    lambda: files.fetch(message),
                    lambda: files.cancel(message),
                )
            )()
        self.ids += [one.id for one in self.bob.messages("alice")[-2:] if one.id]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_a_contact_says_stops_anything(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    with World() as world:
        store = open_store(tmp_path / "bob.db", bytes(32), create=True)
        alice, bob = world.person("alice"), world.person("bob", store)
        greet(world, alice, bob)
        hostile = Hostile(chance, alice, bob)
        for _ in range(STEPS):
            hostile.says()
            if chance.random() < 0.5:
                hostile.answers()
            if chance.random() < 0.15:
                world.advance(chance.choice((3, 40, 100)))
        world.settle()
        bob.reopen()
        world.advance(90)
        bob.engine.shelf.searching.search("x")
        assert list(records(store, int(world.now)))
        carol = world.person("carol")
        carol.add("bob")
        carol.says("bob", "is anybody there?")
        world.settle()
        assert bob.texts("carol") == ["is anybody there?"]
        store.close()
