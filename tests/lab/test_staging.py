"""A relay that a scenario controls: the real one, and nobody can tell what was done to it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from doorless_lab.adversary import Adversary, PowerError
from doorless_lab.powers import ServerLogOn, ServerRead
from doorless_lab.relay.__main__ import main
from doorless_lab.runner import BEGINS
from doorless_lab.scenario import Product, Scene, Seat
from doorless_lab.staging.clock import LabClock
from doorless_lab.staging.control import Order
from doorless_lab.staging.desk import LabDesk, NotAnExerciseError
from doorless_lab.staging.lab_stage import LabStage, heard, say
from doorless_lab.staging.operator import CompelledOperator
from doorless_lab.staging.paper import COURT_US, demand_toml
from doorless_lab.staging.target import NotOursError, check_own


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[LabStage]:
    scene = Scene(Product.E2EE, {}, Random(7).randbytes, BEGINS, tmp_path)
    async with LabStage(scene) as stage:
        yield stage


async def test_an_order_makes_the_relay_copy_and_nobody_sees_a_difference(stage: LabStage) -> None:
    stage.internet = {"alice": "203.0.113.7", "bob": "198.51.100.20"}
    alice, bob = await stage.friends(("alice", "Alice"), ("bob", "Bob"))
    oskar = await CompelledOperator.at(stage.relay, stage.control_folder)
    pile = stage.machine().pile
    assert pile.noted("envelope") == []
    oskar.obey(Order(envelopes=True, addresses=True))
    stage.clock.advance(3_600)
    await say(alice, bob, "after the order")
    await heard(bob, alice, "after the order")
    (first, *_) = [line for line in pile.noted("envelope") if line["mailbox"] == bob.mailbox.hex()]
    assert first["address"] == "203.0.113.7"
    assert first["at"] >= BEGINS + 3_600
    (copy,) = pile.envelopes([first])
    assert len(copy) == first["bytes"]
    oskar.obey(None)
    before = len(pile.noted("envelope"))
    await say(alice, bob, "after its end")
    await heard(bob, alice, "after its end")
    assert len(pile.noted("envelope")) == before


async def test_a_demand_that_is_no_exercise_is_not_taken_in(stage: LabStage) -> None:
    desk = LabDesk(stage.relay.data, stage.clock, Random(1).randbytes)
    paper = demand_toml(
        "EX-1",
        office=COURT_US,
        instrument="US_WARRANT",
        categories=("basic",),
        targets=("alice",),
        now=stage.clock.now(),
    )
    with pytest.raises(NotAnExerciseError):
        await desk.take(paper.replace(b"simulation = true", b"simulation = false"))
    assert not (stage.relay.data / "demands" / "in").exists()
    assert await desk.take(paper) == "EX-1"


async def test_an_order_for_one_mailbox_copies_no_other(stage: LabStage) -> None:
    alice, bob = await stage.friends(("alice", "Alice"), ("bob", "Bob"))
    oskar = await CompelledOperator.at(stage.relay, stage.control_folder)
    oskar.obey(Order(mailboxes=(alice.mailbox.hex(),), envelopes=True))
    await say(bob, alice, "to Alice")
    await heard(alice, bob, "to Alice")
    await say(alice, bob, "to Bob")
    await heard(bob, alice, "to Bob")
    noted = stage.machine().pile.noted("envelope")
    assert {line["mailbox"] for line in noted} == {alice.mailbox.hex()}
    assert not any("address" in line for line in noted)


async def test_what_an_operator_is_handed_leads_to_nobodys_device(stage: LabStage) -> None:
    await stage.friends(("alice", "Alice"), ("bob", "Bob"))
    switch = ServerLogOn(await CompelledOperator.at(stage.relay, stage.control_folder))
    Adversary(Seat.RELAY, ServerRead(stage.machine()), switch)
    with pytest.raises(PowerError):
        Adversary(Seat.RELAY, ServerRead(stage), switch)


async def test_the_lab_touches_no_relay_but_its_own(stage: LabStage) -> None:
    token, address = stage.control_folder.token, stage.relay.address
    await check_own(address, token)
    with pytest.raises(NotOursError, match="not the one"):
        await check_own(address, "0" * 32)
    with pytest.raises(NotOursError, match="not the one"):
        await check_own(address, "")
    with pytest.raises(NotOursError, match="not this computer"):
        await check_own(("192.0.2.1", address[1]), token)
    with pytest.raises(NotOursError, match="not this computer"):
        await check_own(("relay.example", address[1]), token)


async def test_a_server_that_is_no_relay_of_the_lab_is_left_alone() -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        with pytest.raises(NotOursError):
            await check_own(server.sockets[0].getsockname(), "0" * 32)
    finally:
        server.close()
        await server.wait_closed()


def test_a_relay_of_the_lab_listens_on_loopback_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LabClock.begin(tmp_path / "clock", BEGINS).close()
    (tmp_path / "copies").mkdir()
    arguments = ["--control", str(tmp_path), "--data", str(tmp_path / "relay")]
    assert main([*arguments, "--listen", "0.0.0.0:0", "--name", "relay.example"]) == 2
    assert "127.0.0.1 alone" in capsys.readouterr().err


def test_a_clock_is_set_for_whoever_has_it_mapped(tmp_path: Path) -> None:
    ours = LabClock.begin(tmp_path / "clock", BEGINS)
    theirs = LabClock(tmp_path / "clock")
    ours.advance(86_400)
    assert BEGINS + 86_400 <= theirs.now() < BEGINS + 86_500
    assert theirs.elapsed() >= 86_400
    with pytest.raises(ValueError, match="forward"):
        ours.advance(-1)
    ours.close()
    theirs.close()
