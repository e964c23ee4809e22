"""A real relay with mail waiting, a demand for everything, and what its answer holds: no word."""

import json
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demand_desk import LEFT_OUT, At, toml
from doorless_client.core.views import State
from doorless_lab.leakscan import Marker, Scanner, draw_marker, planted
from doorless_lab.stage import RELAY_NAME, Stage, until
from doorless_server.demands import workflow
from doorless_server.demands.log import NotYetLoggedError

WITHIN = 60.0
MARKERS = 24
ALL_STORED = ["basic", "id", "traffic", "content_stored"]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with Stage(now=time.time, random=os.urandom) as stage:
        yield stage


async def talked(stage: Stage) -> list[Marker]:
    """24 marked texts from Alice to Bob: half of them he read, half of them wait for him."""
    alice = await stage.enrol("alice", "Alice", "Alice Meadows")
    bob = await stage.enrol("bob", "Bob", "Bob Rivers")
    await alice.messenger.add(bob.messenger.me.address)
    markers = [draw_marker(f"text {number}", os.urandom) for number in range(MARKERS)]
    chat = alice.chat(bob)
    assert chat is not None
    for marker in markers[: MARKERS // 2]:
        await alice.messenger.send(chat.conversation, marker.text)
    await until(lambda: bob.chat(alice) is not None, WITHIN, "the request")
    request = bob.chat(alice)
    assert request is not None
    await bob.messenger.accept(request.conversation)
    await until(lambda: len(bob.messages(alice)) == MARKERS // 2, WITHIN, "what he reads")
    bob.cut()
    for marker in markers[MARKERS // 2 :]:
        await alice.messenger.send(chat.conversation, marker.text)
    sent = lambda: alice.messages(bob)[-1].state is State.SENT  # noqa: E731
    await until(sent, WITHIN, "what waits for him")
    return markers


async def test_an_answer_to_everything_holds_none_of_24_texts(stage: Stage) -> None:
    markers = await talked(stage)
    data, at = stage.folder / "relay", At(int(time.time()))
    demanded = toml(
        received_at=datetime.fromtimestamp(at.now, UTC),
        jurisdiction__addressee_entity=RELAY_NAME,
        categories=ALL_STORED,
        prospective=LEFT_OUT,
        targets=[{"type": "username", "value": "bob"}, {"type": "username", "value": "alice"}],
        secrecy={"gag": False},
    )
    id_ = workflow.open_demand(data, demanded, at.sources)
    assert all(one.passed is not False for one in workflow.check_demand(data, id_, at.sources))
    with pytest.raises(NotYetLoggedError):
        workflow.answer_demand(data, id_, at.sources)
    at.now += 2 * 86_400
    answer = workflow.answer_demand(data, id_, at.sources)
    waits = {one.target: one.records for one in answer.response.items if one.kind == "envelopes"}
    assert waits[0] >= MARKERS // 2
    assert len(list((answer.folder / "ciphertext").iterdir())) == sum(waits.values())
    control = draw_marker("control", os.urandom)
    with planted(answer.folder, control):
        assert found(Scanner([*markers, control]), answer.folder) == {"control"}
    assert found(Scanner(markers), as_a_cloud_would_answer(stage, markers)) == names(markers)
    assert "bob" in (answer.folder / "records.json").read_text()


def found(scanner: Scanner, folder: Path) -> set[str]:
    """Which texts are in a folder, in any disguise."""
    return {finding.marker for finding in scanner.scan_folder(folder).findings}


def names(markers: list[Marker]) -> set[str]:
    return {marker.name for marker in markers}


def as_a_cloud_would_answer(stage: Stage, markers: list[Marker]) -> Path:
    """The same texts from an operator who can read them: all of them have to be found."""
    folder = stage.folder / "cloud"
    folder.mkdir()
    (folder / "records.json").write_text(json.dumps([marker.text for marker in markers]))
    return folder
