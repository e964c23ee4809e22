"""`doorless-lab serve`: the classroom in the browser, on this machine alone."""

import argparse
import asyncio
import contextlib
import errno
import os
import signal
import webbrowser

from doorless_lab.commands.base import DONE, CommandError, Sources, write
from doorless_lab.words import LANGUAGES

HELP = "the classroom, in the browser of this machine"

PIN_DIGITS = 4
MAX_PORT = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=0, help="0, the default, picks a free one")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="the language to begin in")
    parser.add_argument("--no-open", action="store_true", help="print the address and open nothing")


def run(chosen: argparse.Namespace, sources: Sources) -> int:
    try:
        return asyncio.run(_serve(chosen, sources))
    except OSError as error:
        raise CommandError(_no_port(chosen.port, error)) from error


def _no_port(port: int, error: OSError) -> str:
    """In the system's words: asyncio puts its own around them, with the address once more."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is not free: name another one, or leave --port out"
    return f"cannot listen on port {port}: {os.strerror(error.errno or 0)}; leave --port out"


async def _serve(chosen: argparse.Namespace, sources: Sources) -> int:
    """Until somebody ends it. Raises OSError: the port is taken."""
    from doorless_lab.catalogue import catalogue
    from doorless_lab.web.classroom import Outside
    from doorless_lab.web.door import TOKEN_BYTES
    from doorless_lab.web.server import Server

    drawn = int.from_bytes(sources.random(8), "big")
    pin = f"{drawn % 10**PIN_DIGITS:0{PIN_DIGITS}}"
    outside = Outside(catalogue, sources.random, lambda: int(sources.clock()))
    server = Server(outside, chosen.lang, sources.random(TOKEN_BYTES).hex(), pin)
    ended = _ended()
    catalogue()  # loaded before anybody is told to come: the first page is there at once
    try:
        await server.start(chosen.port)
        write(f"classroom  {server.url}")
        write(f"presenter  {server.presenter_url}")
        write(f"PIN        {pin}   (for the answers; Ctrl+C ends the lab and wipes its world)")
        if not chosen.no_open:
            await asyncio.to_thread(webbrowser.open, server.url)
        await ended.wait()
    finally:
        await server.close()
    return DONE


def _ended() -> asyncio.Event:
    """Set when the process is asked to end."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    with contextlib.suppress(NotImplementedError, AttributeError):  # not on Windows
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, ended.set)
    return ended


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_PORT:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return int(text)
