"""What a class takes away: readable without scripts, marked, checkable; answers behind a PIN."""

import hashlib
import html
import json
import re

import pytest

from classroom import HOSTILE, HOSTILE_SCENARIO, PIN, SAMPLE, Window, serving, window
from doorless_lab.web import provenance
from doorless_lab.web.desk import TRIES, WAIT, LockedError, PinLock
from doorless_lab.web.server import Server
from doorless_lab.web.worksheet import role_cards, voting_cards, worksheet
from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import ed25519_verify


async def body(server: Server, ours: Window, what: str, name: str = "") -> str:
    address = (await ours.paper(what, name))["paper"]
    paper = server._desk.paper(address)
    assert paper is not None
    return paper.body.decode()


async def test_a_report_holds_every_step_and_verdict_and_runs_nothing() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        found = await body(server, ours, "report")
    for text in (
        "Alice writes",
        "The agency asks",
        "NOT prevented",
        "prevented",
        "Metadata remain",
    ):
        assert f"{text}" in found
    assert "SIMULATION / ÜBUNG" in found
    assert "<script" not in found
    assert not re.search(r"(?:src|href)=", found)


@pytest.mark.parametrize("what", ["report", "worksheet", "certificate"])
async def test_markup_in_any_field_is_text(what: str) -> None:
    async with serving(HOSTILE_SCENARIO) as server, window(server) as ours:
        await ours.opened("B2")
        found = await body(server, ours, what)
    assert "<img" not in found
    assert "</script>" not in found
    assert html.escape(HOSTILE) in found or what == "certificate"


async def test_a_bundle_holds_evidence_that_can_be_hashed_again() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        found = json.loads(await body(server, ours, "bundle"))
    assert found["mark"] == "SIMULATION / ÜBUNG"
    assert [run["product"] for run in found["runs"]] == ["cloud", "e2ee"]
    [evidence] = found["runs"][0]["evidence"]
    assert evidence["facts"] == {"markers": 24, "found": 24}
    assert evidence["sha256"] == hashlib.sha256(b"proof" * 9).hexdigest()
    assert found["runs"][0]["verdicts"][0]["outcome"] == "exposed"
    assert found["runs"][0]["seed"] == 7


async def test_a_certificate_is_signed_and_a_changed_one_is_not() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        found = await body(server, ours, "certificate")
    said = html.unescape(re.findall(r"<pre><code>(.*?)</code>", found, re.DOTALL)[0])
    signature = re.findall(r"Ed25519: </strong><code>([0-9a-f]{128})<", found)[0]
    key = re.findall(r"<code>([0-9a-f]{64})</code></p>", found)[0]
    ed25519_verify(bytes.fromhex(key), said.encode(), bytes.fromhex(signature))
    assert json.loads(said)["runs"][0]["verdicts"][0]["agrees"] is True
    forged = said.replace("prevented", "exposed").encode()
    with pytest.raises(ForgedError):
        ed25519_verify(bytes.fromhex(key), forged, bytes.fromhex(signature))


async def test_evidence_is_given_up_to_the_step_on_show() -> None:
    async with serving() as server, window(server) as ours:
        await ours.opened("A1")
        assert "refused" in await ours.paper("evidence", "scan")
        for _ in range(3):
            await ours.act("next")
        await ours.until("scenario.shown", 2)
        assert await body(server, ours, "evidence", "scan") == "proof" * 9


async def test_answers_are_behind_the_pin_of_this_window() -> None:
    async with serving() as server, window(server, "presenter") as desk, window(server) as ours:
        await desk.opened("A1")
        assert (await desk.paper("solutions"))["refused"] == "pin-needed"
        assert desk.room["presenter"]["exercises"][0]["answer"] is None
        await desk.act("unlock", pin="0000")
        assert await desk.refusal() == "pin-wrong"
        await desk.act("unlock", pin=PIN)
        await desk.until("presenter.unlocked", True)
        assert desk.room["presenter"]["exercises"][0]["answer"] == "Because in English"
        assert "Because" in await body(server, desk, "solutions")
        assert (await ours.paper("solutions"))["refused"] == "pin-needed"
        assert "Because" not in await body(server, ours, "worksheet")


def test_a_pin_cannot_be_guessed_quickly() -> None:
    now = [1000]
    lock = PinLock(PIN, lambda: now[0])
    for _ in range(TRIES):
        with pytest.raises(LockedError, match="pin-wrong"):
            lock.check("1111")
    with pytest.raises(LockedError, match="pin-wait"):
        lock.check(PIN)
    now[0] += WAIT
    lock.check(PIN)


def test_sheets_and_cards_are_there_in_both_languages() -> None:
    assert "Because auf Deutsch" in worksheet([SAMPLE], "de", answers=True).body.decode()
    assert 'class="lines"' in worksheet([SAMPLE], "en", answers=False).body.decode()
    assert voting_cards("de").body.decode().count('class="letter"') == 4
    assert role_cards("en").body.decode().count('class="card"') == 7


def test_a_run_names_what_it_was_made_with() -> None:
    found = provenance.versions()
    assert found["websockets"]
    assert re.fullmatch(r"[0-9a-f]{40}|", provenance.commit())
