"""S23, at the client: nobody but the relay that was meant hears a byte, nothing goes in the clear.

What is dialled here is a server on loopback that would take anything, under a certificate that a
client has to refuse. It counts what it hears once the handshake is through.
"""

import ast
import asyncio
import contextlib
import datetime
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from certified import DAY, Certified
from doorless_client import cli
from doorless_client.core.api import UnreachableError
from doorless_client.endpoint import Endpoint
from doorless_client.wire import Wire
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import sha256

CLIENT = Path(cli.__file__).parent
REDIRECT = "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n"
Making = Callable[[Path, Certified], Certified]


class Stranger:
    """Takes every connection, answers each request with `answer`, and ends it."""

    def __init__(self) -> None:
        self.heard = b""
        self.answer = b""
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, context: ssl.SSLContext) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0, ssl=context)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            self.heard += await reader.read(65_536)
            writer.write(self.answer)
        writer.close()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certified:
    """One that this computer trusts."""
    made = Certified.make(tmp_path, "authority", hosts=(), is_authority=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


@pytest.fixture
async def stranger() -> AsyncIterator[Stranger]:
    one = Stranger()
    yield one
    one.close()


def shown(files: Certified) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    return context


async def heard_by(stranger: Stranger, endpoint: Endpoint) -> bytes:
    """What the stranger gets of a client that dials it; the client has to fail."""
    with pytest.raises(UnreachableError):
        await (await Wire.open(endpoint)).close()
    return stranger.heard


def careless(_: Endpoint) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def unknown_authority(folder: Path, _: Certified) -> Certified:
    other = Certified.make(folder, "other authority", hosts=(), is_authority=True)
    return Certified.make(folder, by=other)


def end_in(days: int) -> datetime.timedelta:
    return days * DAY


BAD: dict[str, Making] = {
    "expired": lambda at, by: Certified.make(at, by=by, begins=end_in(-9), ends=end_in(-1)),
    "not yet valid": lambda at, by: Certified.make(at, by=by, begins=end_in(1), ends=end_in(9)),
    "of another host": lambda at, by: Certified.make(at, by=by, hosts=["relay.example"]),
    "signed by itself": lambda at, _: Certified.make(at),
    "of an unknown authority": unknown_authority,
    "named in the subject alone": lambda at, by: Certified.make(at, "127.0.0.1", by=by, hosts=()),
    "of any host": lambda at, by: Certified.make(at, by=by, hosts=["*"]),
    "of somebody who is no authority": lambda at, by: Certified.make(
        at, by=Certified.make(at, "nobody", by=by)
    ),
}


@pytest.mark.attack(
    "S23",
    "a certificate that is not the relay's, not in force or of no known authority is refused",
    weaken={"doorless_client.wire.context_for": careless},
)
@pytest.mark.parametrize("bad", BAD)
async def test_a_bad_certificate_is_refused_before_a_byte_is_sent(
    bad: str, stranger: Stranger, authority: Certified, tmp_path: Path, record: Any
) -> None:
    await stranger.start(shown(BAD[bad](tmp_path, authority)))
    heard = await heard_by(stranger, Endpoint.parse(f"wss://127.0.0.1:{stranger.port}"))
    assert heard == b""
    record("S23", "bytes that went to a stranger", len(heard), "", "== 0")


@pytest.mark.attack(
    "S23",
    "a relay that speaks nothing newer than TLS 1.2 is refused",
    weaken={"doorless_client.wire.OLDEST": ssl.TLSVersion.TLSv1_2},
)
@pytest.mark.parametrize("pinned", [False, True])
async def test_an_old_relay_is_refused(
    pinned: bool, stranger: Stranger, authority: Certified, tmp_path: Path
) -> None:
    files = Certified.make(tmp_path, by=authority)
    context = shown(files)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    await stranger.start(context)
    pin = sha256(files.spki) if pinned else b""
    assert await heard_by(stranger, Endpoint.parse(f"wss://127.0.0.1:{stranger.port}", pin)) == b""


@pytest.mark.attack(
    "S23",
    "where a key is known, no other key will do, whoever signed for it",
    weaken={"doorless_client.wire.check_pin": lambda _pin, _leaf: None},
)
@pytest.mark.parametrize("signed", ["by itself", "by an authority"])
async def test_another_key_than_the_one_that_is_known_is_refused(
    signed: str, stranger: Stranger, authority: Certified, tmp_path: Path
) -> None:
    true = Certified.make(tmp_path, "true")
    by = authority if signed == "by an authority" else None
    await stranger.start(shown(Certified.make(tmp_path, "false", by=by)))
    endpoint = Endpoint.parse(f"127.0.0.1:{stranger.port}", sha256(true.spki))
    assert await heard_by(stranger, endpoint) == b""


@pytest.mark.attack(
    "S23",
    "a relay cannot send a client elsewhere",
    weaken={"doorless_client.wire._Dial.process_redirect": connect.process_redirect},
)
async def test_a_redirect_leads_nowhere(
    stranger: Stranger, authority: Certified, tmp_path: Path
) -> None:
    elsewhere = Stranger()
    context = shown(Certified.make(tmp_path, by=authority))
    await stranger.start(context)
    await elsewhere.start(context)
    try:
        stranger.answer = REDIRECT.format(f"wss://127.0.0.1:{elsewhere.port}/").encode()
        heard = await heard_by(stranger, Endpoint.parse(f"wss://127.0.0.1:{stranger.port}"))
        assert heard.startswith(b"GET / HTTP/1.1\r\n")  # the certificate was good
        assert elsewhere.heard == b""
    finally:
        elsewhere.close()


@pytest.mark.parametrize(("host", "named"), [("localhost", "localhost"), ("127.0.0.1", None)])
async def test_a_name_is_asked_for_by_name_and_an_address_by_its_own_entry(
    host: str, named: str | None, stranger: Stranger, authority: Certified, tmp_path: Path
) -> None:
    asked: list[str | None] = []
    context = shown(Certified.make(tmp_path, by=authority, hosts=[host]))
    context.sni_callback = lambda _tls, name, _context: asked.append(name)
    await stranger.start(context)
    assert await heard_by(stranger, Endpoint.parse(f"wss://{host}:{stranger.port}")) != b""
    assert asked == [named]


BEYOND = ["relay.example", "192.168.1.9", "[fe80::1]", "128.0.0.1", "localhost.example", "0.0.0.0"]


@pytest.mark.attack(
    "S23",
    "nothing goes in the clear beyond this computer",
    weaken={"doorless_client.endpoint.is_loopback": lambda _host: True},
)
@pytest.mark.parametrize("host", BEYOND)
def test_plain_websockets_stay_on_this_computer(host: str) -> None:
    with pytest.raises(MalformedError):
        Endpoint.parse(f"ws://{host}")
    assert Endpoint.parse(host).tls


def test_no_switch_leaves_the_check_out() -> None:
    """Nowhere in the client but where a key takes its place; no option, setting or variable."""
    names = {"CERT_NONE", "check_hostname", "verify_mode", "_create_unverified_context"}
    found = []
    for path in sorted(CLIENT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
                found += [(path.name, node.name)] if inside & names else []
            if isinstance(node, ast.If) and names & {
                each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)
            }:
                assert ast.unparse(node.test) == "endpoint.pin"
    assert found == [("wire.py", "context_for")]
