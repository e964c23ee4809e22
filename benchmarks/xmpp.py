"""As much of XMPP as it takes to load a server: accounts, sessions, messages with a receipt.

The receipt is that of stream management (XEP-0198): asked for behind the messages of one write, it
says how many the server has handled, which for a recipient that is away means that it kept them.
What is delivered is counted by the ends of messages, and acknowledged by nobody.
"""

import asyncio
import base64
import re
from functools import cache
from secrets import token_bytes

from benchmarks.peer_load import Count, Dialect, PeerClient
from benchmarks.relay_load import SIZE

HOST, PASSWORD = "localhost", "password"

_BODY = base64.b64encode(token_bytes(SIZE * 3 // 4)).decode()
_STREAM = (
    f"<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client'"
    " xmlns:stream='http://etherx.jabber.org/streams'>"
)
_REGISTER = (
    "<iq type='set' id='new'><query xmlns='jabber:iq:register'><username>{name}</username>"
    "<password>{password}</password></query></iq>"
)
_AUTH = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{}</auth>"
_BIND = "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
_ENABLE = "<enable xmlns='urn:xmpp:sm:3'/>"
_ASK = b"<r xmlns='urn:xmpp:sm:3'/>"
_HANDLED = re.compile(rb"<a [^>]*\bh=['\"](\d+)['\"]")
_END = b"</message>"


class XmppClient(PeerClient):
    def __init__(self, on_taken: Count, on_delivered: Count) -> None:
        super().__init__(on_taken, on_delivered)
        self._seen, self._handled = b"", 0
        self._came = asyncio.Event()
        self._is_busy = False

    async def until(self, *ends: bytes) -> bytes:
        """What came, up to where one of these is in it."""
        while not any(end in self._seen for end in ends):
            self._came.clear()
            await self._came.wait()
        seen, self._seen = self._seen, b""
        return seen

    def begin(self) -> None:
        """From now on messages come, and receipts."""
        self._is_busy = True

    def data_received(self, data: bytes) -> None:
        self._seen += data
        self._came.set()
        if self._is_busy:
            self._count()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._seen += b"</stream:stream>"
        self._came.set()

    def _count(self) -> None:
        data = self._seen
        delivered, handled = data.count(_END), _HANDLED.findall(data)
        self._seen = data[max(data.rfind(b">") + 1, len(data) - len(_END)) :]
        if delivered:
            self.on_delivered(delivered)
        if handled:
            taken, self._handled = int(handled[-1]) - self._handled, int(handled[-1])
            if taken:
                self.on_taken(taken)


class Xmpp(Dialect):
    async def recipient(self, address: tuple[str, int], number: int, heard: Count) -> PeerClient:
        client = await self._session(address, f"{self.names}{number}", heard=heard)
        client.transport.write(b"<presence/>")
        await client.until(b"<presence")  # the server sends everybody their own
        client.begin()
        return client

    async def sender(self, address: tuple[str, int], number: int, taken: Count) -> PeerClient:
        client = await self._session(address, f"sender{number}", taken=taken)
        client.transport.write(_ENABLE.encode())
        await client.until(b"<enabled")
        client.begin()
        return client

    @cache  # noqa: B019 - a load ends with its measurement
    def message(self, recipient: int, number: int = 0) -> bytes:  # noqa: ARG002
        to = f"{self.names}{recipient}@{HOST}"
        return f"<message to='{to}' type='chat'><body>{_BODY}</body></message>".encode() + _ASK

    async def _session(
        self,
        address: tuple[str, int],
        name: str,
        taken: Count = lambda _: None,
        heard: Count = lambda _: None,
    ) -> XmppClient:
        """Of an account that is made when it is first asked for."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: XmppClient(taken, heard), *address)
        write = client.transport.write
        write(_STREAM.encode())
        await client.until(b"</stream:features>")
        write(_REGISTER.format(name=name, password=PASSWORD).encode())
        await client.until(b"</iq>", b"/>")
        said = base64.b64encode(f"\0{name}\0{PASSWORD}".encode()).decode()
        write(_AUTH.format(said).encode())
        if b"<success" not in (
            answer := await client.until(b"<success", b"</failure>", b"</stream")
        ):
            raise RuntimeError(f"the server lets nobody in: {answer!r}")
        write(_STREAM.encode())
        await client.until(b"</stream:features>")
        write(_BIND.encode())
        await client.until(b"</iq>")
        return client
