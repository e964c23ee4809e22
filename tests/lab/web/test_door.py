"""Nobody comes in but a browser of this machine, at our own page, that was told the token."""

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from classroom import HOSTILE_SCENARIO, TOKEN, serving, window
from doorless_lab.web.server import FULL, REFUSED, WINDOWS, Server


async def get(server: Server, path: str, *headers: str, host: str = "", method: str = "GET") -> str:
    """The whole answer, as it comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {host or f'127.0.0.1:{server.port}'}",
            *headers,
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        return (await reader.read()).decode(errors="replace")
    finally:
        writer.close()
        await writer.wait_closed()


def status(answer: str) -> int:
    return int(answer.split(" ")[1])


async def test_the_pages_are_there_and_may_load_nothing_from_elsewhere() -> None:
    async with serving() as server:
        answer = await get(server, "/")
    head, _, body = answer.partition("\r\n\r\n")
    assert status(answer) == 200
    assert "Content-Security-Policy: default-src 'self'; " in head
    assert "X-Content-Type-Options: nosniff" in head
    assert TOKEN not in answer
    assert "http" not in body.replace("http-equiv", "")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "[::1]:{port}",
        "localhost.evil.example:{port}",
    ],
)
async def test_a_name_that_was_made_to_point_here_gets_nothing(host: str) -> None:
    async with serving() as server:
        assert status(await get(server, "/", host=host.format(port=server.port))) == 421


async def test_two_hosts_are_refused() -> None:
    async with serving() as server:
        answer = await get(server, "/", f"Host: localhost:{server.port}")
    assert status(answer) == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_cannot_use_a_part_of_ours(site: str) -> None:
    async with serving() as server:
        assert status(await get(server, "/static/room.js", f"Sec-Fetch-Site: {site}")) == 403


@pytest.mark.parametrize(
    "path",
    [
        *("/../door.py", "/static/../door.py", "/static/..%2fdoor.py", "/static/%2e%2e/door.py"),
        *(
            "//etc/passwd",
            "/etc/passwd",
            "/static/",
            "/static/projector.html",
            "/i18n/../server.py",
        ),
        *("/static\\..\\door.py", "/static/main.js%00.html", "/paper/", "/paper/00", "/?x", "*"),
    ],
)
async def test_no_path_leads_out_of_the_pages(path: str) -> None:
    async with serving() as server:
        assert status(await get(server, path)) in (400, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
async def test_there_is_no_other_method(method: str) -> None:
    async with serving() as server:
        answer = await get(server, "/", method=method)
    assert answer == "" or status(answer) >= 400


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1"])
async def test_another_page_cannot_act(origin: str | None) -> None:
    async with serving() as server:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{server.port}/socket", origin=origin)  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "first",
    [
        json.dumps({"do": "enter", "token": "0" * 64, "role": "presenter"}),
        json.dumps({"do": "enter", "token": "", "role": "projector"}),
        json.dumps({"do": "next"}),
        json.dumps({"do": "enter", "token": TOKEN, "role": "root"}),
        "[" * 2000,
        "x" * 5000,
        b"\xff",
    ],
)
async def test_who_does_not_bring_the_token_sees_nothing(first: str | bytes) -> None:
    async with serving() as server:
        origin = f"http://127.0.0.1:{server.port}"
        async with connect(f"ws://127.0.0.1:{server.port}/socket", origin=origin) as connection:  # type: ignore[arg-type]
            await connection.send(first)
            with pytest.raises(ConnectionClosed) as closed:
                await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in (REFUSED, 1009, 1007)


async def test_windows_are_bounded() -> None:
    async with serving() as server:
        entered = [window(server) for _ in range(WINDOWS)]
        try:
            for one in entered:
                await one.__aenter__()
            with pytest.raises(ConnectionClosed) as closed:
                async with window(server):
                    pass
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == FULL
        finally:
            for one in entered:
                await one.__aexit__(None, None, None)


@pytest.mark.parametrize(
    "message",
    [
        *("{}", "[]", "nonsense", '{"do":"open"}', '{"do":"next","more":1}', '{"do":"unknown"}'),
        *(
            '{"do":"focus","pane":5}',
            '{"do":"bet","answer":4,"by":1}',
            '{"do":"bet","answer":0,"by":9}',
        ),
        *(
            '{"do":"bet","answer":0,"by":1}',
            '{"do":"open","scenario":"Z9"}',
            '{"do":"speed","speed":3}',
        ),
        *('{"do":"lesson","lesson":"45","station":77}', '{"do":"lesson","lesson":"../45"}'),
        *('{"do":"product","product":1}', '{"do":"rerun","settings":{"messages":1}}'),
        *('{"do":"export","what":"evidence","name":"scan"}', '{"do":"export","what":"report"}'),
    ],
)
async def test_what_is_no_action_here_is_refused_and_changes_nothing(message: str) -> None:
    async with serving() as server, window(server) as ours:
        before = server.classroom.room
        await ours.connection.send(message)
        assert "refused" in await ours.tell()
        assert server.classroom.room == before


async def test_a_paper_cannot_run_anything_and_is_nobodys_guess() -> None:
    async with serving(HOSTILE_SCENARIO) as server, window(server) as ours:
        await ours.opened("B2")
        address = (await ours.paper("report"))["paper"]
        answer = await get(server, address)
        assert len(address) == len("/paper/") + 32
        assert "default-src 'none'" in answer
        assert "sandbox" in answer
        await ours.act("reset")
        await ours.until("page", "start")
        assert status(await get(server, address)) == 404
