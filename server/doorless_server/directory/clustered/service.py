"""The key log of one node of a cluster: it answers from its copy, and builds when its turn is.

    a question ──► what is published? ──► brought up ──► answered from the copy
    a change   ──► claimed, checked ──► account ──► confirmed ──► in the next epoch, whoever builds

No answer is of an older log than an answer that any node gave before.
Spec: docs/spec/17-cluster-state.md §5.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from doorless_protocol.errors import ForgedError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import Index, Label
from doorless_protocol.log.signing import LogSigner
from doorless_server.clock import Elapsed
from doorless_server.directory import changes, desk, pages
from doorless_server.directory.answers import DELTAS_IN_FRAME
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.base import Change, Page, Shown
from doorless_server.directory.clustered.building import Builder
from doorless_server.directory.clustered.following import Follower
from doorless_server.directory.clustered.lease import Lease
from doorless_server.directory.clustered.ledger import Ledger, OutrunError
from doorless_server.directory.clustered.waiting import Survey, Waiting
from doorless_server.directory.keylog import MS
from doorless_server.directory.service import Cosign
from doorless_server.store.base import AccountStore, StaleError, StoreError, UnavailableError

ANEW = 3
"""Times that a change is claimed again which others decided while its account was changed."""


class ClusteredLog:
    """A Directory. Made by `opening.open_log`, and used on its loop alone.

    Args:
        call: tells the other nodes that there is something new.
    """

    def __init__(
        self,
        follower: Follower,
        ledger: Ledger,
        lease: Lease,
        accounts: AccountStore,
        auditors: Auditors,
        signer: LogSigner,
        thread: ThreadPoolExecutor,
        *,
        call: Callable[[], Awaitable[None]],
        clock: Callable[[], int],
        cosign: Cosign,
        elapsed: Elapsed,
    ) -> None:
        self._follower, self._lease, self._thread = follower, lease, thread
        self._ledger = ledger
        self._replica, self._answers = follower.replica, follower.replica.answers
        self._accounts, self._auditors, self._signer = accounts, auditors, signer
        self._call, self._clock = call, clock
        self._waiting = Waiting(ledger, self._versions, elapsed)
        self.builder = Builder(
            follower, ledger, lease, self._survey, cosign, clock=clock, elapsed=elapsed
        )
        self._building: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Have here what the cluster has, and an epoch where it has none.

        Raises:
            ForkRefusedError: that does not continue what this node signed, or saw.
        """
        await self._ledger.settle()
        await self._follower.catch_up()
        await self._follower.enter(self.published)  # perhaps signed, and not published
        await self._follower.call(self._replica.log.check_continues)
        while not self.published:
            with suppress(OutrunError):
                await self.builder.next_epoch()

    def run(self) -> None:
        """Follow, and build where it is this node's turn, from now on."""
        self._building = asyncio.get_running_loop().create_task(self.builder.run())

    async def close(self) -> None:
        if self._building is not None:
            self._building.cancel()
            await asyncio.gather(self._building, return_exceptions=True)
        with suppress(StoreError):  # nobody answers, or another node has it
            await self._lease.release()
        await self._follower.call(self._replica.log.close)
        self._thread.shutdown()

    @property
    def config(self) -> LogConfig:
        return self._replica.log.config

    @property
    def published(self) -> int:
        """Epochs that this node answers from."""
        return self._follower.published

    @property
    def published_at(self) -> int:
        """When this node published one, Unix seconds; 0 before."""
        return self.builder.published_at

    # --- changes -----------------------------------------------------------------------------

    async def stage(self, change: Change) -> None:
        """What is in order is claimed, and looked at again: from then on nothing goes before it."""
        if await self._examined(change):
            await self._claim(change)

    async def confirm(self, change: Change, now: int) -> bytes:
        for _ in range(ANEW):
            accepted = await self._follower.ask(
                lambda: changes.log_time(self._replica.log.db, now * MS), begun=True
            )
            place, commitment = self._place(change.label), change.commitment
            promised = changes.promise(self._signer, place, change, accepted)
            if receipt := await self._waiting.confirm(place, commitment, promised):
                self.builder.changed.set()
                await self._call()
                return receipt
            if not await self._examined(change):
                return promised  # it is in an epoch
            await self._claim(change)
        raise UnavailableError("others decide the same change")

    async def drop(self, label: Label) -> None:
        """Unless the account was changed after all: of what a cluster does not answer, nobody
        knows whether it was done."""
        waiting = await self._waiting.of(self._place(label))
        if waiting is None:
            return
        if await desk.is_done(self._accounts, waiting.change.record):
            await self.confirm(waiting.change, self._clock())
        else:
            await self._waiting.withdraw(self._place(label))

    async def undecided(self) -> list[Change]:
        """What stands still for so long that who staged it was killed."""
        return list((await self._waiting.survey()).undecided)

    async def _examined(self, change: Change) -> bool:
        """Whether it still has to be in an epoch. Errors as of `stage`."""
        return await self._follower.ask(lambda: self._replica.examine(change)) is not None

    async def _claim(self, change: Change) -> None:
        row = await self._follower.ask(lambda: self._replica.examine(change), begun=True)
        if row is None:
            return
        place = self._place(change.label)
        await self._waiting.claim(place, row)
        try:
            is_needed = await self._examined(change)
        except (StaleError, ForgedError):
            await self._waiting.withdraw(place)
            raise
        if not is_needed:
            await self._waiting.withdraw(place)

    async def _survey(self) -> Survey:
        survey = await self._waiting.survey()
        for change in survey.undecided:
            await desk.decide_one(self, self._accounts, change, self._clock())
        return survey

    # --- answers -----------------------------------------------------------------------------

    async def look_up(self, label: Label, known: int, size: int, now: int) -> Shown:  # noqa: ARG002
        waiting = await self._waiting.of(self._place(label))  # before what is published
        return await self._follower.ask(partial(self._replica.look_up, label, known, size, waiting))

    async def head(self, size: int, now: int) -> bytes:  # noqa: ARG002
        return await self._follower.ask(partial(self._answers.head, size))

    async def anchors(self, after: int, size: int, now: int) -> bytes:  # noqa: ARG002
        return await self._follower.ask(partial(self._answers.anchors, after, size))

    async def at_anchor(self, label: Label, number: int, known: int, now: int) -> bytes:  # noqa: ARG002
        return await self._follower.ask(partial(self._answers.at_anchor, label, number, known))

    async def records(self, label: Label, after: int, now: int) -> bytes:  # noqa: ARG002
        return await self._follower.ask(partial(self._answers.records, label, after))

    async def deltas(self, token: bytes, epoch: int, after: int) -> bytes:
        answer = self._answers.deltas
        return await self._follower.ask(
            partial(answer, self._auditors, token, epoch, after, DELTAS_IN_FRAME)
        )

    async def page(self, path: str, query: str, now: int) -> Page | None:  # noqa: ARG002
        answer = partial(pages.page, self._answers, self._auditors, path, query)
        return await self._follower.ask(answer)

    # --- shared ------------------------------------------------------------------------------

    def _place(self, label: Label) -> Index:
        return self._replica.log.locate(label)[0]

    async def _versions(self, places: Sequence[bytes]) -> list[int]:
        return await self._follower.ask(partial(self._replica.versions, places), begun=True)
