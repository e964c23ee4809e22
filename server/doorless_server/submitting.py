"""What a client asks to be kept, as the store takes it."""

from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import Submit, delivery_token_hash
from doorless_protocol.sizes import check_size_class
from doorless_server.store.base import Arriving


def arriving(asked: Submit) -> Arriving | None:
    """None where the envelope's size, or the token's, is none of those there are."""
    try:
        check_size_class(asked.envelope)
    except MalformedError:
        return None
    if len(asked.token) not in (0, 16):
        return None
    token_hash = delivery_token_hash(asked.token) if asked.token else b""
    return Arriving(asked.mailbox, asked.envelope_id, asked.envelope, token_hash)
