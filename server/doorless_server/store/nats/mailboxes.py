"""What this node knows of the mailboxes in use: how full each is, and where in it what lies.

Read from the cluster when first asked for, kept up by what this node does and by what the others
say they did. Whether an id was there before is never decided by it: a stream decides that. How full
a mailbox is, is: nodes that fill one in the same moment may put more into it than fits, at most
what each of them had on its way (docs/adr/0066).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from doorless_server.store.admission import Box

MAX_MAILBOXES = 100_000
"""Mailboxes remembered, about 40 MB."""

MAX_WAITING = 500_000
"""Envelopes remembered in all of them, about 80 MB."""

LEVEL_SECONDS = 1.0
"""For which a mailbox that was read to its end needs no reading, while nobody tells of anything in
it: what was pushed to a device is read for once more."""


class Waiting(NamedTuple):
    """An envelope that waits."""

    position: int
    size: int
    request: bool


class Tally:
    """How many envelopes are remembered in all mailboxes."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting = 0


class Mailbox:
    """How full one is. What is on its way in is counted, and not yet among what waits.

    Attributes:
        read_to: the position up to which everything was read: what waits there is in `waiting`.
        level: the last position there was, by the leader, and when that was asked.
    """

    __slots__ = ("_newest", "_tally", "box", "gone", "level", "read_to", "waiting")

    def __init__(self, tally: Tally, requests: int = 0) -> None:
        self._tally = tally
        self.box = Box(b"", b"", -1, requests=requests)  # for its counts alone
        self.waiting: dict[bytes, Waiting] = {}  # by envelope id
        self.gone: set[bytes] | None = None  # while it is read: what left meanwhile
        self.read_to = self._newest = 0
        self.level = 0, -LEVEL_SECONDS

    def begin(self, size: int, *, request: bool) -> None:
        """An envelope is on its way in."""
        self.box.count(size, request=request)

    def give_up(self, size: int, *, request: bool) -> None:
        """It did not come to wait here."""
        self.box.count(size, request=request, sign=-1)

    def arrived(self, envelope_id: bytes, waiting: Waiting, *, begun: bool = False) -> None:
        """It waits. Told twice of one, it counts it once."""
        self.heard_of(waiting.position)
        is_new = envelope_id not in self.waiting
        if is_new:
            self.waiting[envelope_id] = waiting
            self._tally.waiting += 1
        if is_new and not begun:
            self.begin(waiting.size, request=waiting.request)
        elif begun and not is_new:
            self.give_up(waiting.size, request=waiting.request)

    def left(self, envelope_id: bytes) -> None:
        if self.gone is not None:
            self.gone.add(envelope_id)
        gone = self.waiting.pop(envelope_id, None)
        if gone is not None:
            self._tally.waiting -= 1
            self.give_up(gone.size, request=gone.request)

    def heard_of(self, position: int) -> None:
        """Something lies there, or did."""
        self._newest = max(self._newest, position)

    def is_level(self, after: int, now: float) -> bool:
        """Whether nothing lies behind `after`, as the leader said just now."""
        last, asked = self.level
        return last <= after >= self._newest and now - asked < LEVEL_SECONDS

    def empty_until(self) -> int:
        """Up to here nothing waits: receipts at most, of which there may be a whole day's."""
        return min((self.read_to, *(each.position - 1 for each in self.waiting.values())))

    def saw(self, after: int, position: int) -> None:
        """What lies between the two was read just now."""
        if after <= self.read_to:
            self.read_to = max(self.read_to, position)

    def forgotten(self) -> None:
        """It is nobody's any more but of who still works with it."""
        self._tally.waiting -= len(self.waiting)
        self._tally = Tally()


NOBODY = Mailbox(Tally(), requests=1 << 62)
"""In the place of a mailbox that there is not: it is full for strangers, as everybody is one."""


class Mailboxes:
    """Those used lately; the one used longest ago is forgotten first.

    Args:
        fill: reads one from the cluster.
    """

    def __init__(self, fill: Callable[[bytes, Mailbox], Awaitable[None]]) -> None:
        self._fill, self._tally = fill, Tally()
        self._known: OrderedDict[bytes, Mailbox] = OrderedDict()
        self._reading: dict[bytes, Mailbox] = {}
        self._tasks: dict[bytes, asyncio.Task[Mailbox]] = {}

    def get(self, mailbox: bytes) -> Mailbox | None:
        """None where it was not read yet."""
        known = self._known.get(mailbox)
        if known is not None:
            self._known.move_to_end(mailbox)
        return known

    async def find(self, mailbox: bytes) -> Mailbox:
        """Raises whatever `fill` raises."""
        known = self.get(mailbox)
        if known is not None:
            return known
        task = self._tasks.get(mailbox)
        if task is None:
            task = self._tasks[mailbox] = asyncio.create_task(self._read(mailbox))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    def noted(self, mailbox: bytes) -> Mailbox | None:
        """Where to note what is heard of it: also in one that is being read."""
        return self._known.get(mailbox) or self._reading.get(mailbox)

    def forget(self) -> None:
        for mailbox in [*self._known, *self._reading]:
            self.forget_one(mailbox)

    def forget_one(self, mailbox: bytes) -> None:
        for each in (self._known.pop(mailbox, None), self._reading.pop(mailbox, None)):
            if each is not None:
                each.forgotten()
        self._tasks.pop(mailbox, None)

    def trim(self) -> None:
        """Forget what is too much. Who works with one of them goes on with it."""
        while len(self._known) > MAX_MAILBOXES or self._tally.waiting > MAX_WAITING:
            _, gone = self._known.popitem(last=False)
            gone.forgotten()

    async def _read(self, mailbox: bytes) -> Mailbox:
        read = self._reading[mailbox] = Mailbox(self._tally)
        read.gone = set()
        try:
            await self._fill(mailbox, read)
        except BaseException:
            if self._reading.get(mailbox) is read:
                self.forget_one(mailbox)
            raise
        gone, read.gone = read.gone, None
        for envelope_id in gone:
            read.left(envelope_id)
        if self._reading.get(mailbox) is read:  # else it was to be forgotten meanwhile
            del self._reading[mailbox], self._tasks[mailbox]
            self._known[mailbox] = read
        return read
