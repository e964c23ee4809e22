"""Taking in what arrived: together, since that is fast; one by one where together does not go.

An envelope that is stored by a mistake of ours, or of the disk, must not keep others from it:
whoever can send one could otherwise stop a whole mailbox. What failed stays with the relay.
Spec: docs/spec/08-state.md §6.
"""

from collections.abc import Callable, Sequence

from doorless_client.store.base import BrokenStoreError, DiskError
from doorless_protocol.frames import Deliver

Receive = Callable[[Sequence[Deliver], Sequence[Deliver]], None]
"""Stores all of the first, or none; the second is what it is given next."""


def take_in(
    receive: Receive, delivered: Sequence[Deliver], coming: Sequence[Deliver] = ()
) -> Exception | None:
    """Why something is not stored, and so not acknowledged; None: all of it is."""
    try:
        receive(delivered, coming)
    except Exception as error:
        if len(delivered) == 1 or is_of_the_disk(error):
            return error
    else:
        return None
    failures = [take_in(receive, [one]) for one in delivered]
    return next((failure for failure in failures if failure is not None), None)


def is_of_the_disk(error: Exception) -> bool:
    """Whether nothing else could be stored either."""
    return isinstance(error, BrokenStoreError | DiskError)
