"""What can be asked about our own devices: the interface that screens and commands see."""

from collections.abc import Sequence
from typing import Protocol

from doorless_client.core.views import LinkRequest, OwnDevice, Wait


class OwnFleet(Protocol):
    """All devices of the account. Only the primary changes which there are."""

    @property
    def removed(self) -> bool:
        """Whether this device is none of them any more: nothing goes in or out here, for good."""
        ...

    def listed(self) -> Sequence[OwnDevice]:
        """The primary first, then by the day on which each was linked."""
        ...

    async def rename(self, device: str, name: str) -> None:
        """Args: device: its name, or the beginning of its id.

        Raises:
            RefusedError: not on the primary, no such device, or not possible as a name.
        """
        ...

    async def remove(self, device: str) -> None:
        """Cut it off.

        Raises:
            RefusedError: not on the primary, no such device, or this one.
            UnreachableError: removed here; the relay is told as soon as it can be.
        """
        ...

    @property
    def wait(self) -> Wait | None:
        """While `answer` or `allow` waits for the other device: how long yet."""
        ...

    async def refuse(self) -> None:
        """Tell the device that was answered last that it is not linked; it need not wait."""
        ...

    async def answer(self, link: str) -> LinkRequest:
        """Read the link that a new device shows, and wait for what it asks.

        Raises:
            BadInputError: no link, too old, used, or of another relay.
            RefusedError: not on the primary, or nothing came in time.
            UnreachableError: no relay; nothing was answered.
        """
        ...

    async def allow(self, code: str) -> None:
        """Link the device that was answered last, if `code` is what it shows.

        Raises:
            BadInputError: it is no code; another try is as good as the first.
            KeyChangedError: it is another code: somebody may be in between.
            RefusedError: it did not prove its keys, or not in time. Nothing was linked.
            UnreachableError: it is linked here; the relay is told as soon as it can be.
        """
        ...
