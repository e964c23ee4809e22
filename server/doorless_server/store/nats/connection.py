"""One connection to a NATS cluster: what is asked of it, and what is not an answer.

    request ──► reply                       a request that nobody answers in time was perhaps
    store   ──► sequence in a stream        heard: it raises UnavailableError, and is never "yes"
    gather  ──► several replies to one
    publish ──► at most once                for who listens now

Everything runs on the loop that opened it. When the connection is lost, all that waits for an
answer is told so at once, and whoever keeps what he heard is told that he may have missed some.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, Self

from doorless_server import events
from doorless_server.store.base import UnavailableError
from doorless_server.store.nats.answers import answer_in, encode_json, sequence_in
from doorless_server.store.nats.errors import ClusterError
from doorless_server.store.nats.leaders import SILENCE, Leaders
from doorless_server.store.nats.replies import Awaited, Replies, Reply

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

API = "$JS.API."

PATIENCE = 10.0
"""Seconds until something counts as unanswered that is at work: many syncs of a slow disk. Whoever
is silent altogether is left alone sooner: see leaders.SILENCE."""

FIRST_PATIENCE = 10.0
"""Seconds until a relay that starts gives up: a cluster that starts beside it takes some."""

RECONNECT_WAIT = 0.1
"""Seconds between two attempts at one server."""

RECONNECTS = 600
"""Attempts at each server, a minute and more: then the relay stops, and says why."""

PING_SECONDS = 5
"""Of silence until the server is asked whether it lives; two unanswered and it is left."""

BUFFER_BYTES = 64 * 1024 * 1024
"""Bytes written and not yet sent: as many as the relay takes in at most."""


class Message(NamedTuple):
    """What is to be stored, and under which conditions."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]


class Connection:
    """Made by `open`.

    Attributes:
        leaders: which streams answer.
        on_doubt: called when something may not have been heard: a broadcast, or an answer.
    """

    def __init__(self, broken: Callable[[Exception], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._broken = broken
        self._client: Client
        self._inbox = ""
        self._replies = Replies()
        self._closing = False
        self._lost_at = 0.0
        self.leaders = Leaders(self._probe)
        self.on_doubt: list[Callable[[], None]] = []

    @property
    def name(self) -> str:
        """Of this connection alone, drawn anew for each."""
        return self._inbox

    @property
    def is_connected(self) -> bool:
        return self._client.is_connected

    @classmethod
    async def open(
        cls,
        urls: Sequence[str],
        login: tuple[str, str] | None = None,
        *,
        broken: Callable[[Exception], None] = lambda _: None,
    ) -> Self:
        """Connect to one of the servers.

        Args:
            login: user and password, where they are not in the URLs.
            broken: told when none of them answered for so long that the relay has to stop.

        Raises:
            ClusterError: nats-py is not installed, or none of the servers answers.
        """
        try:
            import nats
        except ImportError:
            needed = "--store nats needs nats-py: pip install 'doorless[cluster]'"
            raise ClusterError(needed) from None
        connection = cls(broken)
        user, password = login or (None, None)
        try:
            async with asyncio.timeout(FIRST_PATIENCE):
                connection._client = await nats.connect(
                    list(urls),
                    name="doorless-relay",
                    user=user,
                    password=password,
                    error_cb=connection._failed,
                    disconnected_cb=connection._lost,
                    reconnected_cb=connection._found,
                    closed_cb=connection._closed,
                    connect_timeout=2,
                    reconnect_time_wait=RECONNECT_WAIT,
                    max_reconnect_attempts=RECONNECTS,
                    ping_interval=PING_SECONDS,
                    pending_size=BUFFER_BYTES,
                    skip_subject_validation=True,  # ours are made of names and hex
                )
            connection._inbox = connection._client.new_inbox()
            await connection._client.subscribe(f"{connection._inbox}.*", cb=connection._replied)
        except (nats.errors.Error, OSError, TimeoutError) as error:
            raise ClusterError(f"no NATS server answers ({type(error).__name__})") from None
        return connection

    async def close(self) -> None:
        self._closing = True
        await self.leaders.close()
        await self._client.close()
        self._replies.give_up()

    # --- asking ------------------------------------------------------------------------------

    async def request(
        self, subject: str, payload: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Raises UnavailableError: nobody is there, or does not say whether he heard it."""
        awaited = await self._begin(subject, payload, headers)
        return await self._replies.wait(awaited, PATIENCE)

    async def gather(
        self,
        subject: str,
        payload: bytes,
        called: Callable[[Reply], bool],
        *,
        patience: float,
    ) -> None:
        """Have `called` each reply to one request, until it returns True.

        Raises:
            UnavailableError: it did not in time.
        """
        await self._replies.wait(await self._begin(subject, payload, None, called), patience)

    async def ask(
        self, subject: str, question: Mapping[str, object], *, of: str = ""
    ) -> Mapping[str, object]:
        """Ask JetStream's API. Raises ApiError, UnavailableError.

        Args:
            of: the stream whose leader answers; one that does not is not asked again until it does.
        """
        self.leaders.check(of)
        try:
            awaited = await self._begin(API + subject, encode_json(question), None)
            reply = await self._replies.wait(awaited, SILENCE if of else PATIENCE)
        except UnavailableError:
            if of:
                self.leaders.doubt(of)
            raise
        return answer_in(reply.payload)

    # --- storing -----------------------------------------------------------------------------

    async def store(
        self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None
    ) -> int:
        """Have a stream keep it, on the disks of a majority; its sequence there.

        Raises:
            WrongLastError: what `headers` expect of the subject is not so; it is not kept.
            ApiError: it is not kept.
            UnavailableError: it may be kept, or not.
        """
        return sequence_in((await self.request(subject, payload, headers)).payload)

    async def store_all(
        self, stream: str, messages: Sequence[Message]
    ) -> list[int | UnavailableError]:
        """The same for many, in order; for each its sequence, or what `store` would raise.

        One stream takes them all; where it falls silent, nobody waits for the rest.
        """
        begun: list[Awaited | UnavailableError] = []
        for message in messages:
            try:
                self.leaders.check(stream)
                begun.append(await self._begin(*message))
            except UnavailableError as error:
                begun.append(error)
        until = self._loop.time() + PATIENCE
        outcomes: list[int | UnavailableError] = []
        for each in begun:
            try:
                if isinstance(each, UnavailableError):
                    raise each
                outcomes.append(sequence_in((await self._heard(stream, each, until)).payload))
            except UnavailableError as error:
                outcomes.append(error)
        return outcomes

    async def _heard(self, stream: str, awaited: Awaited, until: float) -> Reply:
        left = max(0.0, until - self._loop.time())
        if self.leaders.is_doubted(stream):
            left = 0.0
        try:
            return await self._replies.wait(awaited, min(left, SILENCE))
        except UnavailableError:
            if left > 0:
                self.leaders.doubt(stream)
            raise

    # --- broadcasts --------------------------------------------------------------------------

    async def publish(
        self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        """Say it to whoever listens. Raises UnavailableError: not connected."""
        await self._publish(subject, payload, headers)

    async def subscribe(self, subject: str, called: Callable[[bytes], None]) -> None:
        """Have `called` whatever is published there from now on, by anybody, ourselves included."""

        async def received(message: "Msg") -> None:
            called(message.data)

        await self._client.subscribe(subject, cb=received)
        await self.flush()

    async def flush(self) -> None:
        """Until the server has heard all that was said. Raises UnavailableError."""
        from nats.errors import Error

        self._check_connected()
        try:
            await self._client.flush(timeout=PATIENCE)  # type: ignore[arg-type]
        except (Error, OSError, TimeoutError) as error:
            raise UnavailableError(f"no NATS server hears ({type(error).__name__})") from None

    # --- inside ------------------------------------------------------------------------------

    async def _probe(self, stream: str, patience: float) -> None:
        """Whatever its leader answers will do."""
        question = encode_json({"last_by_subj": stream})
        awaited = await self._begin(f"{API}STREAM.MSG.GET.{stream}", question, None)
        await self._replies.wait(awaited, patience)

    async def _begin(
        self,
        subject: str,
        payload: bytes,
        headers: Mapping[str, str] | None,
        called: Callable[[Reply], bool] | None = None,
    ) -> Awaited:
        awaited = self._replies.await_one(called)
        try:
            await self._publish(subject, payload, headers, f"{self._inbox}.{awaited.name}")
        except BaseException:
            self._replies.forget(awaited)
            raise
        return awaited

    async def _publish(
        self, subject: str, payload: bytes, headers: Mapping[str, str] | None, reply: str = ""
    ) -> None:
        from nats.errors import Error

        self._check_connected()
        try:
            await self._client.publish(
                subject,
                payload,
                reply=reply,
                headers=headers,  # type: ignore[arg-type]
            )
        except (Error, OSError) as error:
            raise UnavailableError(f"cannot be said ({type(error).__name__})") from None

    def _check_connected(self) -> None:
        if not self.is_connected:
            raise UnavailableError("no NATS server is connected")

    async def _replied(self, message: "Msg") -> None:
        name = message.subject.rpartition(".")[2]
        self._replies.came(name, Reply(message.data, message.headers or {}))

    def _doubt(self) -> None:
        for called in self.on_doubt:
            called()

    async def _failed(self, _error: Exception) -> None:
        """A broadcast came faster than it was read, or an attempt to connect failed."""
        self._doubt()

    async def _lost(self) -> None:
        """The connection is gone, and with it what was to be answered."""
        self._replies.give_up()
        self._doubt()
        if not self._closing:
            self._lost_at = monotonic()
            events.say(events.CLUSTER_LOST)

    async def _found(self) -> None:
        """There is one again: what was told meanwhile was not heard."""
        events.say(events.CLUSTER_FOUND, ms=int((monotonic() - self._lost_at) * 1000))
        self._doubt()

    async def _closed(self) -> None:
        self._replies.give_up()
        if not self._closing:
            self._broken(ClusterError("no NATS server answers any more"))
