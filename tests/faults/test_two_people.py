"""Two people talk with the real commands through a real relay, whatever is killed meanwhile.

What is killed, interrupted or listens on is a process of its own; the commands before and after
it run in this one.
"""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorless_lab.processes import Client, Relay, running_relay
from in_process import Here, registered_here
from kept_port import kept_port

EVERY_POINT = bool(os.environ.get("DOORLESS_EVERY_POINT"))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The relay's, which comes back to it in each test."""
    with kept_port() as kept:
        yield kept


@pytest.fixture(scope="module")
def introduced(tmp_path_factory: pytest.TempPathFactory, port: int) -> Path:
    """Files of a relay, and of Alice and Bob, who accepted each other. Nothing runs."""
    folder = tmp_path_factory.mktemp("introduced")
    with running_relay(folder, port) as relay:
        alice, bob = registered_here(folder, relay, ["alice", "bob"])
        assert alice.run("add", f"bob@{relay.name}").code == 0
        assert alice.run("send", "bob", "may I?").code == 0
        request = bob.run("receive", "--json").objects()
        assert [(one["text"], one["state"]) for one in request] == [("may I?", "request")]
        assert bob.run("accept", "alice").code == 0
        assert bob.run("send", "alice", "please").code == 0
        assert [one["text"] for one in alice.run("receive", "--json").objects()] == ["please"]
    return folder


@pytest.fixture
def world(introduced: Path, tmp_path: Path, port: int) -> Iterator[tuple[Relay, Client, Client]]:
    """A copy of them all, with the relay running where it was."""
    folder = tmp_path / "world"
    shutil.copytree(introduced, folder)
    relay = Relay(folder / "relay", folder / "relay.log", port)
    relay.start()
    yield relay, Here(folder / "alice"), Here(folder / "bob")
    relay.stop()


def texts(client: Client, contact: str) -> list[str]:
    done = client.run("history", contact, "--json")
    return [one["text"] for one in done.objects() if one["kind"] == "text"]


def everything_received(client: Client) -> list[str]:
    """What arrives, until nothing more does."""
    received: list[str] = []
    while new := [one["text"] for one in client.run("receive", "--json").objects()]:
        received += new
    return received


def test_messages_go_both_ways_online_and_offline_in_the_order_sent(
    world: tuple[Relay, Client, Client],
) -> None:
    _, alice, bob = world
    with bob.start("receive", "--follow", "--json") as listening:
        assert alice.run("send", "bob", "one").code == 0  # he is there
        assert listening.stdout is not None
        assert '"one"' in listening.stdout.readline()
        listening.send_signal(signal.SIGINT)
        assert listening.wait(60) == 0
    for text in ("two", "three", "four\nand a line"):  # he is not
        assert alice.run("send", "bob", "-", says=f"{text}\n").code == 0
    assert bob.run("send", "alice", "five").code == 0
    arrived = bob.run("receive", "--json").objects()
    assert [one["text"] for one in arrived] == ["two", "three", "four\nand a line"]
    assert [one["text"] for one in alice.run("receive", "--json").objects()] == ["five"]
    said = ["may I?", "please", "one", "two", "three", "four\nand a line"]
    assert [text for text in texts(bob, "alice") if text != "five"] == said
    assert texts(alice, "bob") == [*said, "five"]
    assert bob.run("receive", "--json").out == ""  # each was printed once


def test_what_was_read_is_delivered_when_its_sender_connects_the_next_time(
    world: tuple[Relay, Client, Client],
) -> None:
    """Nobody stays connected here: receipts leave with the command that received."""
    _, alice, bob = world

    def reached() -> list[str]:
        said = alice.run("history", "bob", "--json", "--limit", "2").objects()
        return [one["state"] for one in said]

    assert alice.run("send", "bob", "one").code == 0
    assert bob.run("receive").code == 0
    assert alice.run("send", "bob", "two").code == 0  # takes in what waited for her
    assert reached() == ["delivered", "sent"]
    assert bob.run("receive").code == 0
    assert alice.run("receive").code == 0
    assert reached() == ["delivered", "delivered"]


def test_what_is_sent_without_a_relay_is_queued_and_arrives_once(
    world: tuple[Relay, Client, Client],
) -> None:
    relay, alice, bob = world
    relay.kill()
    queued = alice.run("send", "bob", "into the dark")
    assert queued.code == 5
    assert queued.err.count("\n") == 1
    assert "queued" in queued.err
    assert alice.run("history", "bob", "--json").objects()[-1]["state"] == "waiting"
    assert bob.run("receive").code == 5
    relay.start()
    assert alice.run("receive").code == 0
    assert alice.run("send", "bob", "light").code == 0
    assert everything_received(bob) == ["into the dark", "light"]
    assert texts(alice, "bob").count("into the dark") == 1


@pytest.mark.parametrize("after", [0.25, 0.6] if EVERY_POINT else [0.6])
def test_a_killed_sender_sends_once(world: tuple[Relay, Client, Client], after: float) -> None:
    _, alice, bob = world
    with alice.start("send", "bob", "killed on the way") as sending:
        time.sleep(after)  # the fault itself: somewhere between starting and leaving
        sending.kill()
    kept = texts(alice, "bob").count("killed on the way")
    assert alice.run("send", "bob", "afterwards").code == 0
    assert everything_received(bob) == ["killed on the way"] * kept + ["afterwards"]


@pytest.mark.parametrize(
    "asked", [signal.SIGHUP, *([signal.SIGTERM, signal.SIGINT] if EVERY_POINT else [])]
)
def test_a_sender_that_is_asked_to_end_sends_once(
    world: tuple[Relay, Client, Client], asked: signal.Signals
) -> None:
    """By Ctrl-C, by somebody, or by a terminal that is closed. Attack X15."""
    relay, alice, bob = world
    relay.kill()  # so that it waits, whatever comes first
    with alice.start("send", "bob", "ended on the way") as sending:
        while not (alice.profile / "store.db-open").exists():
            time.sleep(0.01)  # until it has the profile open, and listens to signals
        sending.send_signal(asked)
        assert sending.wait(60) in (128 + asked, 5)
    assert not (alice.profile / "store.db-open").exists()  # all was closed
    relay.start()
    kept = texts(alice, "bob").count("ended on the way")
    assert alice.run("send", "bob", "afterwards").code == 0
    assert everything_received(bob) == ["ended on the way"] * kept + ["afterwards"]


@pytest.mark.parametrize("after", [0.4, 0.8] if EVERY_POINT else [0.8])
def test_a_killed_receiver_keeps_each_message_once(
    world: tuple[Relay, Client, Client], after: float
) -> None:
    _, alice, bob = world
    said = ["first", "second", "third"]
    for text in said:
        assert alice.run("send", "bob", text).code == 0
    with bob.start("receive", "--json") as receiving:
        time.sleep(after)  # the fault itself
        receiving.kill()
    bob.run("receive")
    assert texts(bob, "alice")[2:] == said


def test_a_killed_relay_loses_nothing_that_it_confirmed(
    world: tuple[Relay, Client, Client],
) -> None:
    relay, alice, bob = world
    for round_ in range(3):
        assert alice.run("send", "bob", f"round {round_}").code == 0
        relay.kill()
        relay.start()
    assert everything_received(bob) == ["round 0", "round 1", "round 2"]


def test_a_relay_that_is_back_is_found_by_who_waits(world: tuple[Relay, Client, Client]) -> None:
    relay, alice, bob = world
    with bob.start("receive", "--follow", "--json") as listening:
        assert alice.run("send", "bob", "before").code == 0
        assert listening.stdout is not None
        assert '"before"' in listening.stdout.readline()
        relay.kill()
        relay.start()
        assert alice.run("send", "bob", "after").code == 0
        assert '"after"' in listening.stdout.readline()
        listening.terminate()
        assert listening.wait(60) in (0, 143)
