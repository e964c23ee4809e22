"""What a profile, a disk or a typing mistake refuses, in the words that a screen shows."""

import contextlib
from collections.abc import Iterator

from doorless_client.core.api import RefusedError
from doorless_client.key_file import WrongPassphraseError
from doorless_client.profile import DamagedProfileError, NoProfileError, ProfileExistsError
from doorless_client.profile_lock import ProfileInUseError
from doorless_client.store.base import StoreError, WrongKeyError
from doorless_client.system_keyring import KeyringError
from doorless_client.tui import ports
from doorless_protocol.errors import MalformedError

_SAID_AS_IT_IS = (
    *(NoProfileError, ProfileExistsError, ProfileInUseError, DamagedProfileError),
    *(StoreError, KeyringError, MalformedError, ValueError),
)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Raises tui.ports.WrongPassphraseError, RefusedError in place of them."""
    try:
        yield
    except (WrongPassphraseError, WrongKeyError) as error:
        raise ports.WrongPassphraseError(str(error)) from None
    except _SAID_AS_IT_IS as error:
        raise RefusedError(str(error)) from None
