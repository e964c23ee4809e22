"""What cannot be a relay or a handle, said where it is typed, and not after the passphrases."""

from doorless_client.endpoint import Endpoint
from doorless_client.tui.steps.step import in_a_sentence
from doorless_protocol.errors import MalformedError
from doorless_protocol.handles import canonical, check_registrable


def wrong_relay(typed: str) -> str:
    """Why no relay is reached like this; "" when one may be."""
    try:
        Endpoint.parse(typed.strip())
    except MalformedError as error:
        return in_a_sentence(f"no relay is reached like this: {error}")
    return ""


def wrong_handle(typed: str, *, new: bool = False) -> str:
    """Why nobody is called so; "" when somebody may be. `new`: it is to be registered."""
    try:
        (check_registrable if new else canonical)(typed.strip())
    except MalformedError as error:
        return in_a_sentence(str(error))
    return ""
