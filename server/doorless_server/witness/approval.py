"""What a cosigner may ask of a log besides that it only grows.

Spec: docs/spec/12-witness.md §6.
"""

from typing import Protocol

from doorless_server.witness.decision import Signed


class UnauditedError(Exception):
    """What the log did could not be looked at now. Ask again later."""


class ConvictedError(Exception):
    """The log did what no honest log does, and the proof of it is kept. For ever."""


class Approval(Protocol):
    async def approve(self, signed: Signed) -> None:
        """Return if this head may be cosigned.

        Raises:
            UnauditedError: not now.
            ConvictedError: never again.
        """
