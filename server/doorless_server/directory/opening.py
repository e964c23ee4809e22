"""The log's files in the relay's folder, and the log that they make.

    DIR/log.db         the log                      DIR/heads.db     what it signed last
    DIR/log.config     what it was begun as         DIR/auditors     who may read what changed
    DIR/keys/log.key   its signing keys' seeds      DIR/keys/vrf.key the seed of its VRF key
    DIR/policy         witnesses, read when the log is begun

Spec: docs/spec/13-directory.md §5.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.config import HEARTBEAT, LogConfig, LogKeys, origin_of
from doorless_protocol.log.label import locate, parse_label
from doorless_protocol.log.policy import NO_WITNESSES, Policy
from doorless_protocol.log.signing import SIGNER_SEED_SIZE
from doorless_protocol.log.vrf import SEED_SIZE, VrfKey
from doorless_protocol.primitives import Random
from doorless_server import datadir
from doorless_server.clock import Elapsed
from doorless_server.datadir import DataError
from doorless_server.directory import schema
from doorless_server.directory.auditors import Auditors, AuditorsError
from doorless_server.directory.heads import ForkRefusedError, HeadStore
from doorless_server.directory.keylog import KeyLog, OtherLogError
from doorless_server.directory.service import Cosign, Service
from doorless_server.store.schema import open_reader

DATABASE, HEADS = "log.db", "heads.db"
CONFIG, POLICY, AUDITORS = "log.config", "policy", "auditors"
VRF_KEY = Path("keys", "vrf.key")

REFUSALS = (DataError, ForkRefusedError, OtherLogError)
"""Why a log is not served; each says what to do."""


def settle(
    folder: Path, name: str, random: Random, *, interval: int | None, window: int | None
) -> tuple[LogKeys, LogConfig]:
    """The log's keys, and what it was begun as; drawn and written down at the first start.

    Args:
        name: the relay's, which names a log that is begun.
        interval, window: in seconds; None for what it was begun with, or the default.

    Raises:
        DataError: a file is not what it was, or other numbers are wanted than the log has.
    """
    seed = datadir.seed(folder / datadir.LOG_KEY, SIGNER_SEED_SIZE, random)
    vrf = datadir.seed(folder / VRF_KEY, SEED_SIZE, random)
    numbers = {"interval": interval, "window": window}
    wanted = {name: number for name, number in numbers.items() if number is not None}
    path = folder / CONFIG
    if not path.exists():
        keys = LogKeys.from_seed(origin_of(name), seed + vrf)
        beat = min(HEARTBEAT, wanted.get("window", HEARTBEAT))
        begun = keys.config(_policy(folder), heartbeat=beat, **wanted)
        datadir.write_once(path, begun.encode())
        return keys, begun
    try:
        config = LogConfig.decode(path.read_bytes())
    except MalformedError as error:
        raise DataError(f"{path} is damaged ({error}): restore it") from None
    keys = LogKeys.from_seed(config.origin, seed + vrf)
    if keys.config(config.policy).vkeys != config.vkeys or keys.vrf.public != config.vrf:
        raise DataError(f"{folder / 'keys'} has other keys than {path} names: restore them")
    for name, number in wanted.items():
        if getattr(config, name) != number:
            raise DataError(
                f"the log was begun with {name} = {getattr(config, name)} s, which clients pin:"
                " it cannot be changed"
            )
    return keys, config


def drawn(folder: Path, name: str, random: Random) -> LogKeys:
    """The keys that a log begun here under this name has: witnesses know them before it begins.

    Raises:
        DataError: a file is not what it was, or cannot be written.
    """
    seed = datadir.seed(folder / datadir.LOG_KEY, SIGNER_SEED_SIZE, random)
    vrf = datadir.seed(folder / VRF_KEY, SEED_SIZE, random)
    return LogKeys.from_seed(origin_of(name), seed + vrf)


async def start(
    folder: Path,
    keys: LogKeys,
    config: LogConfig,
    random: Random,
    *,
    clock: Callable[[], int],
    broken: Callable[[Exception], None],
    cosign: Cosign,
    elapsed: Elapsed | None = None,
) -> Service:
    """Open the log.

    Raises:
        DataError: a file cannot be used, or is not in its form.
        ForkRefusedError, OtherLogError, NewerSchemaError: as of `Service.start`.
    """
    try:
        auditors = Auditors.read(folder / AUDITORS)
    except (AuditorsError, OSError) as error:
        raise DataError(str(error)) from None

    def open_log() -> KeyLog:
        heads = HeadStore(folder / HEADS)
        try:
            return KeyLog.open(folder / DATABASE, heads, keys, config, random)
        except BaseException:
            heads.close()
            raise

    try:
        return await Service.start(
            open_log, auditors, clock=clock, broken=broken, cosign=cosign, elapsed=elapsed
        )
    except sqlite3.Error as error:
        raise DataError(f"cannot use {folder / DATABASE} or {HEADS}: {error}") from None


def reader(folder: Path) -> sqlite3.Connection:
    """The log to look at, while a relay may be writing. Errors as of `schema.open_reader`."""
    return open_reader(folder / DATABASE, schema.STEPS)


def place_of(folder: Path, handle: str) -> bytes:
    """Where a handle is in the log's map. Raises DataError: there is no key that finds it."""
    path = folder / VRF_KEY
    try:
        key = VrfKey.from_seed(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"{path} does not find handles in the log: {error}") from None
    return locate(key, parse_label(handle))[0]


def _policy(folder: Path) -> Policy:
    path = folder / POLICY
    if not path.exists():
        return NO_WITNESSES
    try:
        return Policy.parse(path.read_text(encoding="ascii"))
    except (MalformedError, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is no policy: {error}") from None
