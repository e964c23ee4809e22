"""Conversations over relays that are killed meanwhile, by clients that never give up.

A sender brings a batch of envelopes, and brings what was not accepted again, at whichever relay
lets him in, until all are. Who is there acknowledges what comes, at another relay than the
sender's; for who is away it is kept, and read in the end.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from doorless_protocol.frames import Answer, Call, Done, Refused, Subscribe, encode
from doorless_protocol.log_frames import Logged
from ledger import BATCH, Ledger
from reader import PATIENCE, read
from relay_person import Person
from served import ask, ask_once, hear, talking

GONE = (WebSocketException, OSError, EOFError)
"""What a client hears of a relay that was killed, is not back yet, or does not answer."""

PAUSE = 0.1
"""Seconds before it tries again: less than a client's, for the time to recover is measured."""

BATCHES_A_CONNECTION = 25
"""After which a sender comes anew, so that a relay that is back gets its part of the load."""


@dataclass
class Talk:
    """A mailbox, and who writes to it.

    Attributes:
        places: indices of relays, in the order in which its sender tries them.
        batches: those that were accepted as a whole.
        waiting: numbers of the batch under way that were not accepted yet.
    """

    person: Person
    places: Sequence[int]
    is_there: bool
    batches: int = 0
    waiting: list[int] = field(default_factory=list)

    @property
    def handle(self) -> str:
        return self.person.handle

    @property
    def next_number(self) -> int:
        return self.batches * BATCH + 1


@dataclass
class Play:
    """
    Attributes:
        urls: of the relays, each of which may be dead at any time.
        pace: seconds between two batches to one mailbox.
    """

    urls: Sequence[str]
    pace: float = 0.08
    ledger: Ledger = field(default_factory=Ledger)
    talks: list[Talk] = field(default_factory=list)
    _is_over: bool = False

    async def invite(self, *, there: int, away: int) -> None:
        """Register people who are there during the play, and people who are not."""
        relays = len(self.urls)
        for number in range(there + away):
            places = [(number + at) % relays for at in range(relays)]
            talk = Talk(Person(f"talker-{number:03}", 100 + number), places, number < there)
            url = self.urls[places[0]]
            assert isinstance(await ask_once(url, talk.person.register(), talk.person), Logged)
            self.talks.append(talk)

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Everybody writes and reads during the block; behind it nothing is under way any more."""
        self._is_over = False
        async with asyncio.TaskGroup() as group:
            readers = [group.create_task(self._reads(each)) for each in self.talks if each.is_there]
            writers = [group.create_task(self._writes(each)) for each in self.talks]
            yield
            self._is_over = True
            await asyncio.wait(writers)
            for reader in readers:
                reader.cancel()

    async def goes_on(self, batches: int = 2, seconds: float = 60) -> float:
        """Wait until so many more were accepted for everybody, and more came to who is there.

        Returns:
            the seconds that it took.
        """
        began = monotonic()
        heard = self.ledger.heard
        before = {talk.handle: (talk.batches, heard[talk.handle]) for talk in self.talks}

        def is_so(talk: Talk) -> bool:
            was, came = before[talk.handle]
            hears = heard[talk.handle] > came or not talk.is_there
            return talk.batches >= was + batches and hears

        while behind := [talk.handle for talk in self.talks if not is_so(talk)]:
            assert monotonic() - began < seconds, f"nothing goes on for {behind}"
            await asyncio.sleep(0.02)
        return monotonic() - began

    async def collect(self, seconds: float = 60) -> None:
        """Read every mailbox to its end, then once more at another relay: nothing is left.

        What did not come after so many seconds is lost.
        """
        self._is_over = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                for _ in range(2):
                    await asyncio.gather(*map(self._empty, self.talks))

    # --- those who write ---------------------------------------------------------------------

    async def _writes(self, talk: Talk) -> None:
        async def bring(socket: ClientConnection) -> None:
            for _ in range(BATCHES_A_CONNECTION):
                if not talk.waiting:
                    if self._is_over:
                        return
                    talk.waiting = list(range(talk.next_number, talk.next_number + BATCH))
                await self._bring(socket, talk)

        while talk.waiting or not self._is_over:
            await self._somewhere(talk.places, bring)

    async def _bring(self, socket: ClientConnection, talk: Talk) -> None:
        """All that wait, in their order; what is accepted waits no more."""
        asked = list(talk.waiting)
        for number in asked:
            await socket.send(encode(Call(number, talk.person.envelope(number))))
        async with asyncio.timeout(PATIENCE):
            for _ in asked:
                answer = await hear(socket)
                assert isinstance(answer, Answer)
                assert isinstance(answer.answered, Done | Refused), answer
                if isinstance(answer.answered, Done):
                    self.ledger.accept((talk.handle, answer.id), monotonic())
                    talk.waiting.remove(answer.id)
        if not talk.waiting:
            talk.batches += 1
        await asyncio.sleep(PAUSE if talk.waiting else self.pace)

    # --- those who read ----------------------------------------------------------------------

    async def _reads(self, talk: Talk) -> None:
        while True:  # until it is cancelled
            await self._somewhere(talk.places[::-1], self._reading(talk), talk.person)

    async def _empty(self, talk: Talk) -> None:
        """Until something comes that was brought behind all else."""
        talk.waiting = [last := talk.next_number]
        await self._writes(talk)
        while (talk.handle, last) not in self.ledger.released:
            await self._somewhere(talk.places, self._reading(talk, last), talk.person)
        talk.places = [*talk.places[1:], talk.places[0]]

    def _reading(self, talk: Talk, last: int = 0) -> Callable[[ClientConnection], Awaitable[None]]:
        async def reads(socket: ClientConnection) -> None:
            if await ask(socket, Subscribe()) == Done():
                await read(socket, self.ledger, talk.handle, last)

        return reads

    # --- all ---------------------------------------------------------------------------------

    async def _somewhere(
        self,
        places: Sequence[int],
        does: Callable[[ClientConnection], Awaitable[None]],
        person: Person | None = None,
    ) -> None:
        """At the first relay that lets one in. What breaks off is over, and no error."""
        for place in places:
            try:
                async with asyncio.timeout(PATIENCE) as patience:
                    async with talking(self.urls[place], person) as socket:
                        patience.reschedule(None)
                        await does(socket)
                        return
            except GONE:
                await asyncio.sleep(PAUSE)
