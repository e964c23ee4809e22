"""Oskar, who runs the relay: honest, and compelled."""

from doorless_lab.relay_process import RelayProcess
from doorless_lab.staging.control import Control, Order
from doorless_lab.staging.target import check_own


class CompelledOperator:
    """What an order makes of the relay, from the moment at which it is obeyed."""

    def __init__(self, control: Control) -> None:
        """Of a relay that `at` has checked."""
        self._control = control

    @classmethod
    async def at(cls, relay: RelayProcess, control: Control) -> "CompelledOperator":
        """Raises NotOursError: it is not the lab's own relay."""
        await check_own(relay.address, control.token)
        return cls(control)

    def obey(self, order: Order | None) -> None:
        """Write down what the order says from now on; None: nothing more."""
        self._control.put_in_force(order)
