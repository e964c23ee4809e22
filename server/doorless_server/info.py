"""What a relay says of itself to anybody."""

from doorless_protocol.frames import RelayInfo
from doorless_protocol.log.config import hash_without_log
from doorless_server.directory.base import Directory
from doorless_server.limits import Bounds


def relay_info(name: str, directory: Directory | None, bounds: Bounds) -> RelayInfo:
    """What everybody may know. Spec: docs/spec/07-relay.md §4.1."""
    if directory is None:
        return RelayInfo(name, (), hash_without_log(name), bounds.waiting, bounds.requests)
    config = directory.config
    keys = tuple(key.encode().encode("ascii") for key in config.vkeys)
    return RelayInfo(name, keys, config.hash, bounds.waiting, bounds.requests, config.encode())
