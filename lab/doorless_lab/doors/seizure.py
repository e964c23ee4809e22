"""Alice's device with its real store on disk, a talk with Bob, and the moment it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorless_client.core.sessions import Sessions
from doorless_client.store.base import Store
from doorless_client.store.sqlcipher import open_store
from doorless_lab.adversary import Adversary
from doorless_lab.doors.copied import Copied, openable
from doorless_lab.doors.store_pages import everything
from doorless_lab.leakscan import Marker, Scanner, draw_marker
from doorless_lab.powers import DeviceUnlocked, StoreNow
from doorless_lab.sayings import written
from doorless_lab.scenario import Fact, Scene
from doorless_lab.world import World
from doorless_protocol.keys import DeviceKeys


@dataclass(frozen=True, slots=True)
class Found:
    """How many of some messages are in what the agency holds."""

    read: int
    messages: int

    @property
    def facts(self) -> dict[str, Fact]:
        return {"messages": self.messages, "read": self.read}


class Talk:
    """Two people, one of whose profiles is a real SQLCipher file. Leave it with `close`."""

    def __init__(self, scene: Scene) -> None:
        self._random, self._said = scene.random, 0
        self.path, self.key = scene.folder / "store.db", scene.random(32)
        self.world = World(scene.random(16), scene.now)
        self.alice = self.world.person("alice", open_store(self.path, self.key, create=True))
        self.bob = self.world.person("bob")
        self.alice.add("bob")
        self.bob.add("alice")
        self.alice.says("bob", "hello")
        self.world.settle()
        self.world.advance(10)

    def close(self) -> None:
        self.world.__exit__()

    def say(self, count: int) -> list[Marker]:
        """So many messages, of both in turns, which both have seen."""
        markers = [draw_marker("a message", self._random) for _ in range(count)]
        for at, marker in enumerate(markers):
            speaker, to = ((self.alice, "bob"), (self.bob, "alice"))[at % 2]
            speaker.says(to, written(self._said, marker.text))
            self._said += 1
            self.world.settle()
        for person, other in ((self.alice, "bob"), (self.bob, "alice")):
            person.engine.mark_read(person.chat(other).conversation)
        self.world.advance(1)
        return markers

    def vanish_after(self, seconds: int) -> None:
        """What is said from now on disappears so long after it was seen; 0: it stays."""
        messages = self.alice.engine.messages
        messages.set_timer(self.alice.chat("bob").conversation, seconds)
        self.world.advance(10)

    def seize(self) -> "Seized":
        """Alice's device, unlocked: its store is open, and goes on with her."""
        return Seized(self.alice.store, self.path, self.key)


class Seized:
    """A device that is open: its store, and the pages and sessions that were in it when taken.

    Attributes:
        pages: the files, decrypted with the key out of the device's memory.
        copies: of the sessions.
    """

    def __init__(self, store: Store, path: Path, key: bytes) -> None:
        self._store = store
        self.pages = everything(path, key)
        (own,) = store.own.find()
        kem = DeviceKeys.decode(own.device_keys).kem
        self.copies = tuple(Copied(session, kem) for session in Sessions(store).newest_first())

    def stored(self, markers: Sequence[Marker]) -> Found:
        """Of these messages, in every page of the database and its log."""
        found = Scanner(_named(markers)).scan(self.pages, "pages").findings
        return Found(len({each.marker for each in found}), len(markers))

    def shown(self, markers: Sequence[Marker]) -> Found:
        """Of these messages, on the screen that the agency looks at."""
        texts = "\n".join(row.text for row in self._store.messages.find())
        return Found(sum(marker.text in texts for marker in markers), len(markers))


def reopened(agency: Adversary, now: float) -> Found:
    """How many of the envelopes that it stored the seized device opens again."""
    device: Seized = agency.use(DeviceUnlocked).of
    envelopes: Sequence[bytes] = agency.use(StoreNow).of
    return Found(openable(device.copies, envelopes, now), len(envelopes))


def _named(markers: Sequence[Marker]) -> list[Marker]:
    return [Marker(str(at), marker.value) for at, marker in enumerate(markers)]
