"""What a relay says to one person, in the hands of whoever has the relay.

It has the relay's store, and no way to the person or to anybody else's device: what is told to
whom goes through it, and can be changed there.
"""

from collections.abc import Callable

from doorless_client.core.effects import Anonymously, Ask
from doorless_lab.world import World
from doorless_lab.world_person import NO_CERTIFICATE, Person, at_once
from doorless_protocol.frames import Answered, Hello, Lookup
from doorless_protocol.log_frames import LogAnchors, LogAtAnchor, LogHead, LogRecords
from doorless_protocol.manifest import Manifest
from doorless_protocol.primitives import Random
from doorless_server.directory.base import Directory
from doorless_server.relay import Identity, Relay
from doorless_server.store.base import Store

OF_THE_LOG = (Hello, Lookup, LogHead, LogAnchors, LogAtAnchor, LogRecords)
"""Questions whose answers hang on the key log."""

Change = Callable[[Ask, Answered], Answered]
"""What is said instead of an answer, or that answer."""


class Answers:
    """Honest until it is told otherwise.

    Attributes:
        store: all that the relay keeps.
        changes: made of each answer, one after the other.
    """

    def __init__(self, name: str, store: Store, random: Random) -> None:
        self.store, self.changes = store, list[Change]()
        self._name, self._random = name, random
        self._other: Relay | None = None

    def listed(self, handle: str) -> Manifest:
        """Somebody's devices, as the relay keeps them. Raises KeyError: nobody is called so."""
        account = at_once(self.store.account_named(handle))
        if account is None:
            raise KeyError(handle)
        return Manifest.decode(account.manifest)

    def from_log(self, directory: Directory) -> None:
        """From now on answer questions of the key log from this one."""
        self._other = Relay(
            self.store, Identity(self._name), random=self._random, directory=directory
        )

    def say(self, ask: Ask, answered: Answered, now: int) -> Answered:
        """What is told in place of the truth."""
        if self._other and isinstance(ask, Anonymously) and isinstance(ask.request, OF_THE_LOG):
            peer = self._other.greet(now, NO_CERTIFICATE)
            answered = at_once(self._other.handle(peer, ask.request, now)).answered
        for change in self.changes:
            answered = change(ask, answered)
        return answered


def answers_to(world: World, person: Person) -> Answers:
    """From now on, what the relay of this world says to this person; the truth so far."""
    answers = Answers(world.name, world._relay_store, world.random)
    person.change_answer = lambda ask, answered: answers.say(ask, answered, int(world.now))
    return answers
