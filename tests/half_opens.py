"""Connections that never get anywhere: each kind says a little, slowly, and waits to be closed.

As a program, it opens many of a kind, so that who measures something else has a loop of its own:

    python -m half_opens HOST PORT ws|wss KIND MANY EACH ──► a JSON list of seconds, once all ended
"""

import asyncio
import base64
import contextlib
import json
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count, islice

REQUEST = (
    "GET / HTTP/1.1\r\nHost: relay.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: doorless.1\r\n"
).encode()
AT_ONCE = 16
"""Connections that a program opens at the same time."""

HALF_A_FRAME = b"\x82\xfe\x01\x00" + bytes(4)  # 256 bytes are to come


@dataclass(frozen=True)
class Kind:
    """How somebody stalls.

    Attributes:
        encrypted: after an honest handshake of TLS; else below it.
        said: at once; `greeted`: it is a whole request, and the challenge is waited for.
        slowly: a byte at a time, again and again; b"": nothing.
    """

    encrypted: bool
    said: bytes = b""
    greeted: bool = False
    slowly: bytes = b""


SILENCE = Kind(encrypted=False)


@cache
def anybody() -> ssl.SSLContext:
    """Of a client that takes every certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def client_hello() -> bytes:
    written = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        anybody().wrap_bio(ssl.MemoryBIO(), written, server_hostname="relay.test").do_handshake()
    return written.read()


def kinds(*, tls: bool) -> dict[str, Kind]:
    """Those of a relay under TLS, or in the clear."""
    everywhere = {
        "headers, a byte at a time": Kind(tls, b"GET / HTTP/1.1\r\nX: ", slowly=b"x"),
        "a request without its end": Kind(tls, REQUEST),
        "greeted, then silence": Kind(tls, REQUEST + b"\r\n", greeted=True),
        "greeted, then half a frame": Kind(
            tls, REQUEST + b"\r\n", greeted=True, slowly=HALF_A_FRAME
        ),
    }
    below = {"silence": SILENCE}
    if tls:
        below["TLS, a byte at a time"] = Kind(encrypted=False, slowly=client_hello())
        below["TLS, and silence"] = Kind(encrypted=True)
    return everywhere | below


async def closed_after(
    kind: Kind,
    address: tuple[str, int],
    source: str,
    *,
    pause: float,
    give_up: float,
    opening: asyncio.Semaphore | None = None,
) -> float:
    """Seconds until the relay closed; from the challenge on, where there was one.

    Args:
        pause: seconds between two bytes.
        give_up: seconds after which it counts as never closed.
        opening: how many may open at once: time in the kernel's queue is not the relay's.
    """
    loop = asyncio.get_running_loop()
    context = anybody() if kind.encrypted else None
    async with opening or contextlib.nullcontext():
        begun = loop.time()
        try:
            reader, writer = await asyncio.open_connection(
                *address, ssl=context, local_addr=(source, 0)
            )
        except ConnectionError:
            return loop.time() - begun  # turned away at the door
    saying = None
    try:
        async with asyncio.timeout(give_up):
            writer.write(kind.said)
            if kind.greeted:
                await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(2)
                begun = loop.time()
            saying = asyncio.create_task(_say_slowly(kind.slowly, writer, pause))
            while await reader.read(4096):
                pass
    except TimeoutError:
        return float("inf")
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        if saying is not None:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
        writer.transport.abort()
    return loop.time() - begun


async def _say_slowly(said: bytes, writer: asyncio.StreamWriter, pause: float) -> None:
    for at in count() if said else ():
        await asyncio.sleep(pause)
        writer.write(said[at % len(said) :][:1])


def sources(first: int) -> Iterator[str]:
    """Addresses of this computer, none of them 127.0.0.1."""
    for number in count(first):
        yield f"127.0.{number // 250}.{2 + number % 250}"


async def many_closed_after(address: tuple[str, int], kind: Kind, many: int, each: int) -> None:
    """Print the seconds of so many, with as many of `each` address."""
    spread = list(islice(sources(0), many // each + 1))
    opening = asyncio.Semaphore(AT_ONCE)
    stalling = [
        closed_after(
            kind, address, spread[number // each], pause=1.0, give_up=60.0, opening=opening
        )
        for number in range(many)
    ]
    print(json.dumps(await asyncio.gather(*stalling)))


if __name__ == "__main__":
    HOST, PORT, SCHEME, NAME, MANY, EACH = sys.argv[1:]
    chosen = kinds(tls=SCHEME == "wss")[NAME]
    asyncio.run(many_closed_after((HOST, int(PORT)), chosen, int(MANY), int(EACH)))
