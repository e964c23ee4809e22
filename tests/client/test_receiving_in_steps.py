"""A large delivery is stored and acknowledged step by step; what fails keeps back only itself."""

import os
from collections.abc import Sequence

import pytest

from doorless_client.endpoint import Endpoint
from doorless_client.messenger import Messenger, open_messenger
from doorless_client.network import RelayNetwork
from doorless_client.store.base import DiskError
from doorless_client.taking_in import Receive
from doorless_lab.world import World
from doorless_protocol.frames import Acknowledge, Deliver, SignedInRequest

DELIVERED = [Deliver(bytes([number]) * 16, bytes(8)) for number in range(5)]
IDS = [one.envelope_id for one in DELIVERED]


class Told(RelayNetwork):
    """Notes what is acknowledged, and when."""

    def __init__(self) -> None:
        super().__init__(Endpoint.parse("ws://127.0.0.1:1"), os.urandom)
        self.acknowledged: list[tuple[bytes, ...]] = []

    async def tell(self, request: SignedInRequest) -> None:
        assert isinstance(request, Acknowledge)
        self.acknowledged.append(request.ids)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr("doorless_client.steps.FIRST", 2)
    monkeypatch.setattr("doorless_client.steps.MAX_DELIVERED", 2)
    return Told()


@pytest.fixture
def messenger(network: Told) -> Messenger:
    world = World()
    store = world.person("bob").store
    return open_messenger(store, network, now=lambda: world.now, random=world.random)


def failing(receive: Receive, bad: Deliver, error: Exception) -> Receive:
    def receiving(delivered: Sequence[Deliver], coming: Sequence[Deliver]) -> None:
        if bad in delivered:
            raise error
        receive(delivered, coming)

    return receiving


async def test_each_step_is_acknowledged_before_the_next(
    messenger: Messenger, network: Told
) -> None:
    await messenger._reception.receive(DELIVERED, ())
    assert network.acknowledged == [tuple(IDS[:2]), tuple(IDS[2:4]), tuple(IDS[4:])]


async def test_a_mistake_in_one_step_keeps_back_only_that_envelope(
    messenger: Messenger, network: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, mistake = messenger._engine, KeyError("of ours")
    monkeypatch.setattr(engine, "receive", failing(engine.receive, DELIVERED[1], mistake))
    with pytest.raises(KeyError):
        await messenger._reception.receive(DELIVERED, ())
    told = [id for ids in network.acknowledged for id in ids]
    assert told == [IDS[0], *IDS[2:]]


async def test_a_disk_that_fails_is_not_asked_for_the_next_step(
    messenger: Messenger, network: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, full = messenger._engine, DiskError("full")
    monkeypatch.setattr(engine, "receive", failing(engine.receive, DELIVERED[2], full))
    with pytest.raises(DiskError):
        await messenger._reception.receive(DELIVERED, ())
    assert network.acknowledged == [tuple(IDS[:2])]
