"""One HTTP/1.1 request to a server that may be slow, dead or hostile: bounded in time and bytes.

Answers are parsed by `websockets`: by length, in chunks, or up to the end of the connection. Behind
a `#`, an https address may name the key of a server that no authority vouches for.
Spec: docs/spec/12-witness.md §2.
"""

import asyncio
import ssl
from collections.abc import Generator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from websockets.exceptions import SecurityError
from websockets.http11 import Response as Parsed
from websockets.streams import StreamReader

from doorless_protocol.certificate import key_hash
from doorless_protocol.errors import MalformedError
from doorless_protocol.invite import TLS_SIZE, parse_bytes, text_of

READ_BYTES = 64 * 1024

MAX_HEAD_BYTES = 64 * 1024
"""Of an answer beside its body: status, fields, the sizes of chunks."""


class UnreachableError(Exception):
    """There was no answer within time and bounds; try again later."""


class UrlError(ValueError):
    """It is no http or https address."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str  # without its parameters, in lower case
    body: bytes


async def fetch(
    method: str,
    url: str,
    body: bytes = b"",
    *,
    timeout: float,  # noqa: ASYNC109 - of the whole exchange, which is what is promised
    limit: int,
    tls: ssl.SSLContext | None = None,
) -> Answer:
    """Ask once, on a connection of its own. Redirects are not followed.

    Args:
        timeout: seconds for everything: name, connection, TLS, request and answer.
        limit: largest body of an answer, in bytes, at most 1 MiB.
        tls: for https without a `#`; default: the system's authorities.

    Raises:
        UnreachableError: no connection, no whole answer in time, or a malformed one.
        UrlError: of the url.
    """
    parts = _parse(url)
    if parts.scheme == "https" and (tls is None or parts.fragment):
        tls = _context(pinned=bool(parts.fragment))
    try:
        async with asyncio.timeout(timeout):
            return await _exchange(method, parts, body, limit, tls)
    except (OSError, TimeoutError, EOFError, ValueError, LookupError) as error:
        raise UnreachableError(f"no answer of {parts.netloc}: {type(error).__name__}") from None
    except (SecurityError, NotImplementedError) as error:
        raise UnreachableError(f"a malformed answer of {parts.netloc}: {error}") from None
    except MalformedError as error:
        raise UnreachableError(f"{parts.netloc} is somebody else: {error}") from None


def check_url(url: str) -> str:
    """`url`, if `fetch` can ask it; raises UrlError."""
    _parse(url)
    return url


def below(url: str, path: str) -> str:
    """The address of a page below this one; of the same server, known by the same key."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{path}"))


def _parse(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        port_is_fine = parts.port != 0
    except ValueError:
        port_is_fine = False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise UrlError("an address begins with http:// or https:// and a host")
    if not (url.isascii() and url.isprintable()) or " " in url or parts.username:
        raise UrlError("an address has printable ASCII and no user")
    if "#" in url:
        _check_fingerprint(parts)
    return parts


def _check_fingerprint(parts: SplitResult) -> None:
    try:
        parse_bytes(parts.fragment, TLS_SIZE, "fingerprint")
    except MalformedError as error:
        raise UrlError(f"what stands behind a # is a server's fingerprint: {error}") from None
    if parts.scheme != "https":
        raise UrlError("a fingerprint is of a server under https")


def _context(*, pinned: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if pinned:  # the key is looked at instead, before anything is said
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def check_key(fingerprint: str, leaf: bytes) -> None:
    """Raises MalformedError: it is not the server that is known by this."""
    if text_of(key_hash(leaf)) != fingerprint:
        raise MalformedError("another key than the one that is known")


async def _exchange(
    method: str, parts: SplitResult, body: bytes, limit: int, tls: ssl.SSLContext | None
) -> Answer:
    is_tls = parts.scheme == "https"
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or (443 if is_tls else 80), ssl=tls if is_tls else None
    )
    try:
        if parts.fragment:
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            check_key(parts.fragment, shown)
        writer.write(_encoded(method, parts, body))
        await writer.drain()
        return await _read(reader, limit)
    finally:
        writer.transport.abort()


def _encoded(method: str, parts: SplitResult, body: bytes) -> bytes:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = [
        f"{method} {target} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Content-Length: {len(body)}",
        "Accept: */*",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode("ascii") + body


async def _read(reader: asyncio.StreamReader, limit: int) -> Answer:
    parser = StreamReader()
    parsing, taken = parse(parser, limit), 0
    while True:
        try:
            next(parsing)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
        data = await reader.read(READ_BYTES)
        taken += len(data)
        if taken > limit + MAX_HEAD_BYTES:
            raise SecurityError(f"more than {limit} bytes")
        if data:
            parser.feed_data(data)
        else:
            parser.feed_eof()


def parse(parser: StreamReader, limit: int) -> Generator[None, None, Answer]:
    """Take apart what the parser is fed; each turn asks for more. What it raises, `fetch` tells."""
    parsed = yield from Parsed.parse(parser.read_line, parser.read_exact, parser.read_to_eof)
    check_body(len(parsed.body), limit)
    kind = ",".join(parsed.headers.get_all("Content-Type")).partition(";")[0].strip().lower()
    return Answer(parsed.status_code, kind, bytes(parsed.body))


def check_body(size: int, limit: int) -> None:
    """Raises SecurityError: it is too large."""
    if size > limit:
        raise SecurityError(f"a body of {size} bytes, more than {limit}")
