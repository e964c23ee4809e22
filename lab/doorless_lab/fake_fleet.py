"""Devices that a test or a screenshot says there are: core.fleet_api.OwnFleet without any."""

from collections.abc import Sequence
from dataclasses import replace

from doorless_client.core.api import BadInputError, KeyChangedError, RefusedError
from doorless_client.core.approving import check_form
from doorless_client.core.views import LinkRequest, OwnDevice, Wait
from doorless_client.text import safe_line

CODE = "1234 5678"


class FakeFleet:
    """One device, the primary, until a test adds some.

    Attributes:
        done: what was asked for, in order.
        removed: whether this device is none of them any more.
    """

    def __init__(self, device: bytes, now: int) -> None:
        self.now = now
        self.devices = [OwnDevice(device, safe_line("desk"), now, this=True, primary=True)]
        self.done: list[tuple[str, ...]] = []
        self.removed = False

    def listed(self) -> Sequence[OwnDevice]:
        return list(self.devices)

    async def rename(self, device: str, name: str) -> None:
        self.done.append(("rename", device, name))
        self.devices = [
            replace(one, name=safe_line(name)) if one.device.hex() == device else one
            for one in self.devices
        ]

    async def remove(self, device: str) -> None:
        self.done.append(("remove", device))
        if any(one.this and one.device.hex() == device for one in self.devices):
            raise RefusedError("the primary cannot remove itself")
        self.devices = [one for one in self.devices if one.device.hex() != device]

    @property
    def wait(self) -> Wait | None:
        return None

    async def refuse(self) -> None:
        self.done.append(("refuse",))

    async def answer(self, link: str) -> LinkRequest:
        if not link.startswith("doorless:link1?"):
            raise BadInputError("that is no link of a device")
        return LinkRequest(safe_line("laptop"), self.now, CODE, "It will read what is said to you")

    async def allow(self, code: str) -> None:
        check_form(code)
        if code.replace(" ", "") != CODE.replace(" ", ""):
            raise KeyChangedError("that is not the code: somebody may be in between")
        self.done.append(("allow", code))
        linked = OwnDevice(bytes(15) + b"\x01", safe_line("laptop"), self.now, False, False)
        self.devices.append(linked)
