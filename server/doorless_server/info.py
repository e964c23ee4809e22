"""What a relay says of itself to anybody."""

from doorless_protocol.encoding import transcript_hash
from doorless_protocol.frames import RelayInfo
from doorless_server.directory.base import Directory
from doorless_server.limits import Bounds


def relay_info(name: str, directory: Directory | None, bounds: Bounds) -> RelayInfo:
    """What everybody may know. Spec: docs/spec/07-relay.md §4.1."""
    if directory is None:
        named = transcript_hash(b"doorless/1 relay config", [(b"name", name.encode())])
        return RelayInfo(name, (), named, bounds.waiting, bounds.requests)
    config = directory.config
    keys = tuple(key.encode().encode("ascii") for key in config.vkeys)
    return RelayInfo(name, keys, config.hash, bounds.waiting, bounds.requests, config.encode())
