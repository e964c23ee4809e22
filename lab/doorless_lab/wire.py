"""What lies between a person's device and the relay: nothing, or a network that misbehaves."""

from collections.abc import Callable, Sequence
from typing import Protocol

from doorless_client.core.effects import Ask
from doorless_protocol.frames import Answered, Deliver

Answer = Callable[[Ask], Answered]


class Wire(Protocol):
    """Stands between everybody and the relay."""

    def ask(self, ask: Ask, answer: Answer) -> Answered:
        """Carry a question to the relay, which is `answer`, and what it says back.

        Raises:
            UnreachableError: one of the two was lost; nobody here can tell which.
        """
        ...

    def deliver(self, waiting: Sequence[Deliver]) -> Sequence[Deliver]:
        """What arrives now of what waits at the relay, in the order of arriving."""
        ...

    def acknowledge(self, ids: Sequence[bytes]) -> Sequence[bytes]:
        """Of which envelopes the relay hears that they arrived."""
        ...


class PerfectWire:
    """Everything arrives, once, at once and in order."""

    def ask(self, ask: Ask, answer: Answer) -> Answered:
        return answer(ask)

    def deliver(self, waiting: Sequence[Deliver]) -> Sequence[Deliver]:
        return waiting

    def acknowledge(self, ids: Sequence[bytes]) -> Sequence[bytes]:
        return ids


PERFECT = PerfectWire()
