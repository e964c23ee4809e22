"""A messenger at work: the engine, on the event loop, between a store and a network.

All of it runs on the loop's thread, so a step of the engine is never interrupted by another.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Self

from doorless_client.core.api import Listener, RefusedError, UnreachableError
from doorless_client.core.contacts import BusyError
from doorless_client.core.drawn import between
from doorless_client.core.effects import Acknowledge, Effect, Show
from doorless_client.core.engine import Engine
from doorless_client.core.log_views import LogStatus
from doorless_client.core.network import Network
from doorless_client.core.prekeys import UNKNOWN_HERE, UnknownHereError
from doorless_client.core.removal import CUT_OFF
from doorless_client.core.settings import Settings
from doorless_client.core.sign_in import PUT_OFF
from doorless_client.core.state import Clock
from doorless_client.core.vault import Vault
from doorless_client.core.views import (
    Chat,
    Connection,
    ConnectionChanged,
    Event,
    Link,
    Message,
    Notice,
)
from doorless_client.driving import drive
from doorless_client.files_at_work import FilesAtWork
from doorless_client.looking import Looking
from doorless_client.messages_at_work import MessagesAtWork, uptime
from doorless_client.notices_at_work import NoticesAtWork
from doorless_client.own_fleet import FleetAtWork
from doorless_client.reception import Reception
from doorless_client.saved_at_work import SavedAtWork
from doorless_client.shelf_at_work import ShelfAtWork
from doorless_client.store.base import Store, StoreError
from doorless_client.text import safe_line
from doorless_client.troubles import Troubles
from doorless_protocol.primitives import Random

FIRST_RETRY, LAST_RETRY = 1.0, 60.0
"""Seconds, at most, before the next attempt to reach somebody's relay: doubled each time."""

COME_BACK_AFTER = 5.0
"""Seconds until a device whose connection another copy took is back: that one is frozen by then."""

MISTAKE_RETRY = 60.0
"""Seconds before what failed by a mistake of ours is tried again."""

STORE_RETRY = 5.0
"""Seconds before what a full or failing disk prevented is tried again."""


def open_messenger(store: Store, network: Network, *, now: Clock, random: Random) -> "Messenger":
    """Raises ValueError: the store holds no account; register first."""
    return Messenger(store, network, now=now, random=random)


class Messenger(Looking):
    """api.Engine: works offline from the start, and online after `start`."""

    def __init__(
        self,
        store: Store,
        network: Network,
        *,
        now: Clock,
        random: Random,
        vault: Vault | None = None,
    ) -> None:
        """Raises ValueError: the store holds no account."""
        self._now, self._random, self._network = now, random, network
        self._listeners: list[Listener] = []
        self._wake, self._rest = asyncio.Event(), asyncio.Event()
        self._troubles = Troubles(self._tell, self._wake.set)
        self._refusing_store_errors = self._troubles.refusing
        self._engine = Engine(
            store, clock=now, random=random, emit=self._take, vault=vault, uptime=uptime
        )
        self.fleet = FleetAtWork(network, self._engine.fleet)
        self.files = FilesAtWork(network, self._engine, self._troubles, random)
        self.messages = MessagesAtWork(
            self._engine.messages, self._refusing_store_errors, self.files
        )
        self.shelf = ShelfAtWork(self._engine.shelf, self._refusing_store_errors)
        self.saved = SavedAtWork(self._engine.saved, self._refusing_store_errors)
        self.notices = NoticesAtWork(self._engine.home.notices, self._refusing_store_errors)
        self._connection = Connection(Link.OFFLINE, self._engine.me.relay, self._engine.waiting)
        self._reception = Reception(network, self._engine, self._troubles)
        self._sending: dict[bytes, asyncio.Task[None]] = {}
        self._attempts: dict[bytes, int] = {}
        self.settled_in = asyncio.Event()  # our relay was asked for what waits, and gave all else
        self._living: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._finding: asyncio.Task[None] | None = None
        self._at_home = asyncio.Lock()  # one at a time may change what our relay holds of us

    # --- from opening to closing -------------------------------------------------------------

    async def start(self) -> None:
        """Begin to connect, and to send what waits; returns at once."""
        if not self.fleet.removed:
            await self._network.start(
                self._engine.login,
                on_signed_in=self._arrive,
                on_deliver=self._reception.receive,
                on_link=self._show_link,
            )
        self._living = asyncio.create_task(self._live())
        self.shelf.begin(self.listen)

    async def online(self, seconds: float) -> bool:
        """Whether this device is signed in now, or comes to be within `seconds`."""
        return await self._network.online(seconds)

    async def settle(self, seconds: float) -> bool:
        """Whether all that need not wait for somebody else has left, now or within `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._engine.unsettled() or self._sending:
                    self._rest.clear()
                    await self._rest.wait()
        return not self._engine.unsettled()

    async def answered(self, seconds: float) -> bool:
        """Whether what arrived is answered, now or within `seconds`: receipts wait a little."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._engine.upkeep.is_answering() or self._sending:
                    self._rest.clear()
                    await self._rest.wait()
        return not self._engine.upkeep.is_answering()

    async def close(self) -> None:
        """Stop. What did not leave stays queued; the store is the opener's to close."""
        working = (self._living, self._watching, self._finding, *self._sending.values())
        tasks = [task for task in working if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.files.close()
        self._living = None
        await self._network.close()
        self._reception.close()
        await self.shelf.close()  # at the very end: until then something may come

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # --- api.Engine ----------------------------------------------------------------------

    @property
    def connection(self) -> Connection:
        return self._connection

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def change_settings(self, settings: Settings) -> None:
        with self._refusing_store_errors():
            self._engine.change_settings(settings)

    async def add(self, address: str) -> Chat:
        with self._refusing_store_errors():
            try:
                return await drive(self._network, self._engine.add(address))
            except BusyError as busy:
                raise RefusedError(f"not now: {busy}; try it again") from busy

    async def send(
        self, conversation: bytes, text: str, *, quoting: Message | None = None
    ) -> Message:
        with self._refusing_store_errors():
            return self._engine.send(conversation, text, quoting=quoting)

    async def mark_read(self, conversation: bytes) -> None:
        with self._refusing_store_errors():
            while self._engine.mark_read(conversation):  # noqa: ASYNC110  nothing to wait for
                await asyncio.sleep(0)

    async def set_typing(self, conversation: bytes, active: bool) -> None:
        if self._connection.link is Link.ONLINE:
            with self._refusing_store_errors():
                self._engine.set_typing(conversation, active)

    async def save_draft(self, conversation: bytes, text: str) -> None:
        with self._refusing_store_errors():
            self._engine.save_draft(conversation, text)

    async def accept(self, conversation: bytes) -> None:
        with self._refusing_store_errors():
            self._engine.accept(conversation)

    async def block(self, conversation: bytes) -> None:
        with self._refusing_store_errors():
            self._engine.block(conversation)
        if self._connection.link is Link.ONLINE:
            with contextlib.suppress(UnreachableError, BusyError):  # else at the next sign-in
                await drive(self._network, self._engine.home.publish_token())

    async def forget(self, conversation: bytes) -> None:
        with self._refusing_store_errors(), self.shelf.taken_out():
            self._engine.forget(conversation)

    async def verify(self, conversation: bytes, number: str) -> None:
        with self._refusing_store_errors():
            self._engine.verify(conversation, number)

    async def read_alarm(self, number: int) -> None:
        with self._refusing_store_errors():
            self._engine.read_alarm(number)

    async def check_log(self) -> LogStatus:
        with self._refusing_store_errors():
            await drive(self._network, self._engine.check_log())
        return self._engine.log_status()

    async def keep(self) -> None:
        with self._refusing_store_errors():
            try:
                if self._connection.link is Link.REPLACED:
                    self._network.retry_now()
                    await self._network.online(COME_BACK_AFTER)
                async with self._at_home:
                    await drive(self._network, self._engine.keep())
            except BusyError as busy:
                raise RefusedError(f"not now: {busy}; try it again") from busy

    # --- what the network says ---------------------------------------------------------------

    async def _arrive(self) -> None:
        """Until the relay had time for it: who is online and not subscribed hears nothing."""
        try:
            while not await self._has_arrived():
                self._engine.home.put_off()
            self.settled_in.set()
        except StoreError as error:
            self._troubles.tell_store(error)
        except RefusedError:
            raise  # unreachable: it begins again with the next connection
        except Exception as error:
            self._troubles.tell_mistake(error)
            raise

    async def _has_arrived(self) -> bool:
        """False, after the wait that the relay asked for: it put something off."""
        try:
            async with self._at_home:
                await drive(self._network, self._engine.upkeep.arrive())
        except UnknownHereError:
            self._engine.home.put_off()  # waiting changes nothing, and the person was told
        except BusyError as busy:
            await asyncio.sleep(min(max(busy.retry_after, 1.0), PUT_OFF))
            return False
        return True

    def _show_link(self, link: Link, retry_in: float, round_trip: float | None) -> None:
        if link is not Link.ONLINE:
            self.settled_in.clear()
            self._engine.home.leave()
        if link is Link.REPLACED and not self._engine.is_frozen:
            loop = asyncio.get_running_loop()
            loop.call_later(COME_BACK_AFTER, self._network.retry_now)
        if link is Link.REMOVED:  # on its word alone, so far
            self._finding, link = asyncio.create_task(self._find_out()), Link.OFFLINE
        self._troubles.tell_link(link)
        self._show_connection(link, retry_in, round_trip)
        self._wake.set()

    async def _find_out(self) -> None:
        self._tell(Notice(safe_line(CUT_OFF)))
        if not await self.fleet.find_out():
            self._tell(Notice(safe_line(UNKNOWN_HERE), halts=True))

    def _show_connection(self, link: Link, retry_in: float, round_trip: float | None) -> None:
        relay, waiting = self._connection.relay, self._connection.waiting
        with contextlib.suppress(StoreError):  # told where something was to be stored
            waiting = self._engine.waiting
        connection = Connection(link, relay, waiting, retry_in, round_trip)
        if connection != self._connection:
            self._connection = connection
            self._tell(ConnectionChanged(connection))

    # --- what goes on by itself --------------------------------------------------------------

    async def _live(self) -> None:
        while self._troubles.failure is None and not self.fleet.removed:
            self._wake.clear()
            try:
                self._engine.upkeep.tick()
                self._send_due()
                self.files.pump()
                self._watch()
                wait = self._engine.upkeep.next_tick() - self._now()
                await self._maintain()
            except StoreError as error:
                self._troubles.tell_store(error)
                wait = STORE_RETRY
            except Exception as error:
                self._troubles.tell_mistake(error)
                wait = MISTAKE_RETRY
            self._rest.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(wait, 0.01)):
                    await self._wake.wait()
        for sending in self._sending.values():
            sending.cancel()
        await self._network.close()
        if self.fleet.removed:
            self._engine.fleet.removal.give_up()
            self._show_connection(Link.REMOVED, 0.0, None)

    def _send_due(self) -> None:
        for account in self._engine.upkeep.due():
            if account not in self._sending:
                self._sending[account] = asyncio.create_task(self._deliver(account))
        shown = self._connection
        self._show_connection(shown.link, shown.retry_in, shown.round_trip)

    async def _deliver(self, account: bytes) -> None:
        try:
            await drive(self._network, self._engine.upkeep.deliver(account))
            self._attempts.pop(account, None)
        except UnreachableError:
            attempt = self._attempts[account] = self._attempts.get(account, -1) + 1
            at_most = min(LAST_RETRY, FIRST_RETRY * 2 ** min(attempt, 16))
            self._engine.upkeep.pause(account, between(0.0, at_most, self._random(4)))
        except StoreError as error:
            self._troubles.tell_store(error)
            self._engine.upkeep.pause(account, STORE_RETRY)
        except Exception as error:
            self._troubles.tell_mistake(error)
            self._engine.upkeep.pause(account, MISTAKE_RETRY)
        finally:
            self._sending.pop(account, None)
            self._wake.set()
            self._rest.set()

    def _watch(self) -> None:
        """Look at the key log when its time came: beside all else, and one look at a time."""
        is_free = self._watching is None or self._watching.done()
        if is_free and self._connection.link is Link.ONLINE and self._engine.monitor.is_time():
            self._watching = asyncio.create_task(self._look())

    async def _look(self) -> None:
        try:
            await drive(self._network, self._engine.monitor.look())
        except UnreachableError:
            pass  # put off
        except StoreError as error:
            self._troubles.tell_store(error)
        except Exception as error:
            self._troubles.tell_mistake(error)
            self._engine.monitor.put_off()
        self._wake.set()

    async def _maintain(self) -> None:
        """Prekeys, at times drawn beforehand: a refill must not tell when we are there."""
        if self._connection.link is Link.ONLINE and self._engine.upkeep.maintenance_due():
            try:
                async with self._at_home:
                    await drive(self._network, self._engine.home.maintain())
            except (UnreachableError, BusyError, StoreError):
                self._engine.home.put_off()

    # --- effects and events ------------------------------------------------------------------

    def _take(self, effect: Effect) -> None:
        if isinstance(effect, Show):
            self._tell(effect.event)
        elif isinstance(effect, Acknowledge):
            self._reception.stored(effect.ids)
        else:
            self._wake.set()

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)
