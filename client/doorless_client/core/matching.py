"""Whether a relay, and what it shows, is what a link was made for.

Spec: docs/spec/02-identities.md §7.2.
"""

from collections.abc import Sequence

from doorless_client.core.api import RefusedError
from doorless_protocol.errors import ForgedError
from doorless_protocol.frames import Answered, RelayInfo
from doorless_protocol.invite import Address, InviteLink
from doorless_protocol.manifest import Manifest, SignedHead


def check_config(answered: Answered, expected: bytes, relay: str) -> None:
    """Raises RefusedError: not the relay, or not the set-up of it, that a link was made at."""
    if not isinstance(answered, RelayInfo):
        raise RefusedError(f"{relay} does not say how it is set up: nothing was added")
    if answered.config_hash != expected:
        raise RefusedError(
            f"{relay} is not set up as the link says: nothing was added; ask for a new link"
        )


def check_account(manifest: Manifest, link: InviteLink, address: Address) -> None:
    """Raises RefusedError: the relay shows another account than the link was made for."""
    if manifest.account != link.account:
        raise RefusedError(
            f"{address} is not who the link says: the relay shows other keys, nothing was added"
        )


def check_same_key(manifest: Manifest, heads: Sequence[SignedHead]) -> None:
    """Raises ForgedError: a head of another account, which accuses nobody but the relay."""
    if any(head.key != manifest.key for head in heads):
        raise ForgedError("a history with heads of several accounts")
