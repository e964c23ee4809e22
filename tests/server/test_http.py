"""Plain HTTP, both ends of it: whole requests and answers, and a bound on everything else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from certified import Certified
from doorless_server import http_client, listener, tls
from doorless_server.http_client import UnreachableError, UrlError, fetch
from doorless_server.http_server import Bounds, HttpServer, Request, Response, serve
from kept_port import kept_port

BOUNDS = Bounds(body=1000, request=5.0, idle=5.0, connections=4)

KEY = "A" * 43
"""A fingerprint of nobody."""


async def echo(request: Request) -> Response:
    if request.path == "/broken":
        raise ValueError("a mistake of ours")
    said = f"{request.method} {request.path} {request.query} ".encode() + request.body
    return Response(200, said, "text/x-echo; charset=utf-8")


@asynccontextmanager
async def serving(
    handler: Callable[[Request], Awaitable[Response]] = echo, bounds: Bounds = BOUNDS
) -> AsyncIterator[HttpServer]:
    server = await serve(listener.bind("127.0.0.1", 0), handler, bounds)
    yield server
    await server.close()


def port_of(server: HttpServer) -> int:
    return int(server.url.rpartition(":")[2])


async def say(server: HttpServer, data: bytes) -> bytes:
    """Everything that is answered to these bytes, until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    writer.write(data)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_request_is_answered() -> None:
    async with serving() as server:
        answer = await fetch("POST", server.url + "/a/b?c=d", b"body", timeout=60, limit=100)
    assert answer == http_client.Answer(200, "text/x-echo", b"POST /a/b c=d body")


async def test_a_connection_carries_many_requests() -> None:
    one = b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"
    async with serving() as server:
        answer = await say(server, one + b"1" + one + b"2")
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert answer.endswith(b"POST /x  2")


async def test_a_body_that_waits_for_our_word_gets_it() -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    async with serving() as server:
        answer = await say(server, head + b"ab")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


async def test_a_proxy_may_speak_the_older_version() -> None:
    async with serving() as server:
        answer = await say(server, b"GET / HTTP/1.0\r\n\r\n")
    assert b"Connection: close\r\n" in answer
    assert answer.startswith(b"HTTP/1.1 200 ")


HOST = b"Host: h\r\n"

REFUSED = {
    "no request": (b"hello\r\n\r\n", 400),
    "another version": (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 400),
    "no path": (b"GET h HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    "a byte that is no character": (b"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    "two lengths": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        400,
    ),
    "a length that is no number": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n\r\na",
        400,
    ),
    "chunks": (
        b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        411,
    ),
    "a folded field": (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n", 400),
    "a space before the colon": (b"GET / HTTP/1.1\r\n" + HOST + b"A : b\r\n\r\n", 400),
    "bare newlines": (b"GET / HTTP/1.1\nHost: h\n\r\n\r\n", 400),
    "a long body": (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1001\r\n\r\n", 413),
    "a long head": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 4000 + b"\r\n", 431),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_what_is_no_request_is_refused_and_the_connection_ends(kind: str) -> None:
    said, status = REFUSED[kind]
    async with serving() as server:
        answer = await say(server, said + b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1") == 1


async def test_a_mistake_of_ours_is_a_500_and_service_goes_on() -> None:
    async with serving() as server:
        assert (await fetch("GET", server.url + "/broken", timeout=60, limit=9)).status == 500
        assert (await fetch("GET", server.url + "/fine", timeout=60, limit=99)).status == 200


@pytest.mark.parametrize(
    "said", [b"", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab"]
)
async def test_who_does_not_finish_is_hung_up_on(said: bytes) -> None:
    async with serving(bounds=Bounds(body=9, request=0.05, idle=0.05)) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
        writer.write(said)
        assert await reader.read() == b""
        writer.close()


async def test_one_connection_too_many_is_turned_away() -> None:
    async with serving() as server:
        held = []
        for _ in range(BOUNDS.connections):
            reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
            writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            await reader.readuntil(b"GET / ")
            held.append(writer)
        assert (await say(server, b"")).startswith(b"HTTP/1.1 503 ")
        for writer in held:
            writer.close()


async def test_closing_answers_what_was_asked() -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        entered.set()
        await leave.wait()
        return Response(200, b"done")

    server = await serve(listener.bind("127.0.0.1", 0), slow, BOUNDS)
    asking = asyncio.create_task(fetch("GET", server.url, timeout=60, limit=9))
    idle = await asyncio.open_connection("127.0.0.1", port_of(server))
    await entered.wait()
    closing = asyncio.create_task(server.close())
    leave.set()
    assert (await asking).body == b"done"
    await closing
    assert await idle[0].read() == b""
    idle[1].close()


# --- the asking side -------------------------------------------------------------------------


@asynccontextmanager
async def answering(*pieces: bytes, hangs: bool = False) -> AsyncIterator[str]:
    """A server that says these bytes to whoever asks, and then hangs up, or does not."""
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
        if hangs:
            await over.wait()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    over.set()
    server.close()


OK = b"HTTP/1.1 200 OK\r\n"

WHOLE = {
    "by length": OK + b"Content-Length: 3\r\n\r\nabc",
    "in chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
    "to the end": OK + b"\r\nabc",
}


@pytest.mark.parametrize("form", WHOLE)
async def test_an_answer_has_any_of_three_forms(form: str) -> None:
    async with answering(WHOLE[form]) as url:
        assert (await fetch("GET", url, timeout=60, limit=3)).body == b"abc"


BAD_ANSWERS = {
    "nothing": b"",
    "no status": b"hello\r\n\r\n",
    "cut short": OK + b"Content-Length: 9\r\n\r\nabc",
    "too long": OK + b"Content-Length: 4\r\n\r\nabcd",
    "too long in chunks": OK
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + b"2\r\nab\r\n" * 3
    + b"0\r\n\r\n",
    "endless": OK + b"\r\n" + bytes(http_client.MAX_HEAD_BYTES + 9),
    "a huge length": OK + b"Content-Length: 9223372036854775808\r\n\r\n",
    "a wrong length": OK + b"Content-Length: -1\r\n\r\n",
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "another coding": OK + b"Transfer-Encoding: gzip\r\n\r\n",
    "endless fields": OK + b"A: b\r\n" * 500 + b"\r\n",
}


@pytest.mark.parametrize("kind", BAD_ANSWERS)
async def test_a_bad_answer_is_no_answer(kind: str) -> None:
    async with answering(BAD_ANSWERS[kind]) as url:
        with pytest.raises(UnreachableError):
            await fetch("GET", url, timeout=60, limit=3)


async def test_who_does_not_answer_in_time_is_not_waited_for() -> None:
    async with answering(OK, hangs=True) as url:
        with pytest.raises(UnreachableError):
            await fetch("GET", url, timeout=0.05, limit=3)


async def test_who_is_not_there_is_unreachable() -> None:
    with kept_port() as port, pytest.raises(UnreachableError):
        await fetch("GET", f"http://127.0.0.1:{port}/", timeout=60, limit=3)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://h/",
        "http:///x",
        "h:1",
        "http://h:99999/",
        "http://h:0/",
        "http://u@h/",
        "http://h/#f",
        "https://h/#f",
        "https://h/#",
        f"http://h/#{KEY}",
        f"https://h/#{KEY}=",
        "http://h/\r\nX: y",
        "http://h/ä",
        "http://h/a b",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(UrlError):
        http_client.check_url(url)


def test_a_page_below_an_address_is_of_the_same_server() -> None:
    assert http_client.below(f"https://h:1/log/#{KEY}", "epoch/1?from=2") == (
        f"https://h:1/log/epoch/1?from=2#{KEY}"
    )
    assert http_client.below("http://h", "add-checkpoint") == "http://h/add-checkpoint"


async def test_a_server_that_nobody_vouches_for_is_known_by_its_key(tmp_path: Path) -> None:
    files = Certified.make(tmp_path)
    heard: list[str] = []

    async def handle(asked: Request) -> Response:
        heard.append(asked.path)
        return Response(200, b"here")

    bound = listener.bind("127.0.0.1", 0)
    certificates = tls.Certificates(files.certificate, files.key)
    server = await serve(bound, handle, Bounds(body=0), certificates=certificates)
    try:
        known = f"{server.url}/log#{certificates.context.fingerprint}"
        assert (await fetch("GET", known, timeout=5, limit=9)).body == b"here"
        for stranger in (f"{server.url}/log#{KEY}", f"{server.url}/log"):
            with pytest.raises(UnreachableError):
                await fetch("GET", stranger, timeout=5, limit=9)
        assert heard == ["/log"]
    finally:
        await server.close()
