"""Whether a relay is the lab's own: adversaries touch no other.

The lab's relay answers one page with a token that only this run knows. Nothing is added to
envelopes or to clients.
"""

import asyncio
import ipaddress

from doorless_lab.staging.compelled import TOKEN_PAGE

ANSWER_WITHIN = 10.0
"""Seconds; it takes milliseconds."""

MOST = 4096
"""Bytes of an answer that are read; a token has 32."""


class NotOursError(Exception):
    """It is not the relay that this lab started: nothing was done to it."""


async def check_own(address: tuple[str, int], token: str) -> None:
    """Raises NotOursError: not on this computer, silent, or without this run's token."""
    host, port = address
    if not _is_loopback(host):
        raise NotOursError(f"{host} is not this computer; the lab plays with its own relay alone")
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            answer = await _ask(host, port)
    except (OSError, TimeoutError):
        raise NotOursError(f"nobody answers at {host}:{port}") from None
    if not token or token.encode() not in answer.split(b"\r\n\r\n", 1)[-1]:
        raise NotOursError(f"the relay at {host}:{port} is not the one that this lab started")


async def _ask(host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {TOKEN_PAGE} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        await writer.drain()
        return await reader.read(MOST)
    finally:
        writer.close()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
