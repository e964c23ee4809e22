"""The simulation finds mistakes of the worst kind, each within some dozens of seeds."""

from collections.abc import Callable
from typing import Any

import pytest

from doorless_client.core.arriving import Arrival
from doorless_client.core.effects import Effect
from doorless_client.core.outbox import Outbox
from doorless_client.core.receiving import Receiver
from doorless_client.core.sessions import Sessions
from doorless_client.core.state import State
from doorless_client.store.records import Copy, Outgoing
from doorless_lab.simulation.people import BEGINNINGS, beginning
from doorless_lab.simulation.play import Run
from doorless_lab.simulation.promises import PromiseError
from doorless_lab.world import Draws, World
from doorless_protocol.frames import Submit
from doorless_protocol.manifest import DeviceEntry
from doorless_protocol.session import Session

AT_MOST = 60
"""Seeds in which it must be found."""

PEOPLE = 3

keep, keep_step, draw = Sessions.keep, Receiver._keep_session, Draws.__call__
worlds: list[World] = []


def remembers_only_in_memory(self: Sessions, session: Session) -> None:
    keep(self, session)
    self._unwritten.clear()


def lets_effects_out_at_once(self: State, effect: Effect) -> None:
    self._emit(effect)


def sends_before_it_stores(
    self: Outbox, item: Outgoing, entry: DeviceEntry, session: Session
) -> None:
    """It reaches the relay in the middle of the transaction that may never end."""
    following, envelope = session.seal(item.content, self._state.random)
    id = self._state.random(16)
    worlds[-1].ask_anonymously(Submit(entry.mailbox, bytes(16), id, envelope))
    self._state.sessions.keep(following)
    self._store.copies.put(Copy(item.number, entry.device, entry.mailbox, id, envelope, sent=False))


def keeps_no_step(self: Receiver, arrival: Arrival, *more: Any) -> None:
    if arrival.initial is not None:
        keep_step(self, arrival, *more)


def draws_one_nonce(self: Draws, size: int) -> bytes:
    return bytes(12) if size == 12 else draw(self, size)


BUGS: dict[str, dict[str, Callable[..., Any]]] = {
    "a session's step is not stored with the envelope": {
        "doorless_client.core.sessions.Sessions.keep": remembers_only_in_memory,
    },
    "sent before it is stored": {
        "doorless_client.core.outbox.Outbox._seal_one": sends_before_it_stores,
    },
    "acknowledged before it is stored": {
        "doorless_client.core.state.State.emit": lets_effects_out_at_once,
    },
    "what comes twice is shown twice": {
        "doorless_client.core.intake.is_known": lambda *_: False,
        "doorless_client.core.receiving.Receiver._keep_session": keeps_no_step,
        "doorless_client.core.conversations.Conversations.find": lambda *_: None,
    },
    "one nonce for everything": {"doorless_lab.world.Draws.__call__": draws_one_nonce},
    "a gap that is never closed": {
        "doorless_client.core.conversations.Conversations._stand_late": lambda *_: None,
    },
}


@pytest.fixture(scope="module", autouse=True)
def honest_beginnings() -> None:
    for variant in range(BEGINNINGS):
        beginning(PEOPLE, variant)


@pytest.mark.parametrize("bug", BUGS)
def test_a_mistake_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = World.__init__

    def remembered(self: World, *args: Any, **options: Any) -> None:
        worlds.append(self)
        begin(self, *args, **options)

    monkeypatch.setattr(World, "__init__", remembered)
    for name, replacement in BUGS[bug].items():
        monkeypatch.setattr(name, replacement)
    runs = [Run(seed, PEOPLE) for seed in range(AT_MOST)]
    with pytest.raises(PromiseError) as found:
        play_all(runs)
    assert found.value.__notes__[0] in {run.command for run in runs}


def play_all(runs: list[Run]) -> None:
    for run in runs:
        run.play(run.begin())
