"""What a client pins of a log before it believes anything that the log says.

Its hash is in every epoch leaf: a log that changes its rules says so, to everybody at once.
Spec: docs/spec/09-key-log.md §6.5.
"""

from dataclasses import dataclass, field
from typing import Self, TypedDict, Unpack

from doorless_protocol.encoding import Reader, Writer, transcript_hash
from doorless_protocol.errors import MalformedError
from doorless_protocol.log.note import MAX_NAME, Vkey
from doorless_protocol.log.policy import MAX_POLICY, NO_WITNESSES, Policy
from doorless_protocol.log.signing import SIGNER_SEED_SIZE, LogSigner
from doorless_protocol.log.vrf import SEED_SIZE, VrfKey, VrfPublic, parse_vrf_public
from doorless_protocol.log_primitives import MLDSA44_PUBLIC_SIZE, POINT_SIZE
from doorless_protocol.primitives import ED25519_PUBLIC_SIZE, sha256

LOG_SEED_SIZE = SIGNER_SEED_SIZE + SEED_SIZE  # 96
MAX_CONFIG = 16 * 1024

WINDOW = 86_400
"""Seconds from one anchor to the next: owners look once a day, and so learn within a day."""

INTERVAL = 10
"""Seconds that an update waits for its epoch, at most."""

HEARTBEAT = 300
"""Seconds after which an epoch comes though nothing changed: a log that stops is seen to stop."""

MAX_BEHIND = 900
"""Seconds that a head may be old: three heartbeats, one of them late."""

MAX_AHEAD = 120
"""Seconds that a head may lie ahead of the reader's clock."""

RETENTION = 400 * 86_400
"""Seconds that maps of anchors are kept: a year offline, and a month."""

_MAGIC = b"KTC1"
_HASHED_AS = b"kt-config/v1"
_MAX_INTERVAL = 60


def origin_of(relay_name: str) -> str:
    """The name under which a relay's key log signs."""
    return f"{relay_name}/keys"


def hash_without_log(relay_name: str) -> bytes:
    """What a relay that keeps no log names, and links carry, in the place of a configuration's.

    Spec: docs/spec/07-relay.md §4.1.
    """
    return transcript_hash(b"doorless/1 relay config", [(b"name", relay_name.encode())])


@dataclass(frozen=True, slots=True)
class LogConfig:
    """A log's name, its keys, its times in seconds, and who must have seen its heads.

    1,407 bytes, the origin and the policy, integers big-endian (docs/spec/09-key-log.md §6.5):

        offset  size  field
             0     4  "KTC1"
             4     1  origin length  n, 1 to 255
             5     n  origin         ASCII
           5+n    32  Ed25519 key
          37+n  1312  ML-DSA-44 key
        1349+n    32  VRF key
        1381+n     4  window         from one anchor to the next
        1385+n     4  interval       until an update is in an epoch
        1389+n     4  heartbeat      until the next epoch, at most
        1393+n     4  max behind     age of a head, at most
        1397+n     4  max ahead      of the reader's clock, at most
        1401+n     4  retention      of the maps of anchors
        1405+n     2  policy length  m, at most 12,288
        1407+n     m  policy         the text of §6.4
    """

    origin: str
    ed25519: bytes = field(repr=False)
    mldsa44: bytes = field(repr=False)
    vrf: VrfPublic = field(repr=False)
    window: int = WINDOW
    interval: int = INTERVAL
    heartbeat: int = HEARTBEAT
    max_behind: int = MAX_BEHIND
    max_ahead: int = MAX_AHEAD
    retention: int = RETENTION
    policy: Policy = NO_WITNESSES

    def __post_init__(self) -> None:
        """Raises MalformedError: times that no log could keep, or a key that is none."""
        _ = self.vkeys
        rising = self.interval <= self.heartbeat <= self.max_behind
        if not 1 <= self.interval <= _MAX_INTERVAL or not rising:
            raise MalformedError("log that is late by its own rules")
        if not self.heartbeat <= self.window <= self.retention // 2:
            raise MalformedError("log whose anchors are too near, or forgotten too soon")

    @property
    def vkeys(self) -> tuple[Vkey, Vkey]:
        """The two keys of the log, Ed25519 and ML-DSA-44."""
        return Vkey.of_log(self.origin, self.ed25519, self.mldsa44)

    @property
    def hash(self) -> bytes:
        """What an epoch leaf and an invite link name it by: 32 bytes."""
        return sha256(_HASHED_AS + self.encode())

    def encode(self) -> bytes:
        writer = Writer().raw(_MAGIC).prefixed(self.origin.encode("ascii"), 1)
        writer.raw(self.ed25519).raw(self.mldsa44).raw(self.vrf)
        for seconds in (self.window, self.interval, self.heartbeat):
            writer.uint(seconds, 4)
        for seconds in (self.max_behind, self.max_ahead, self.retention):
            writer.uint(seconds, 4)
        return writer.prefixed(self.policy.text.encode("ascii"), 2).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: not the one form of a configuration that a log can keep."""
        reader = Reader(data, "log configuration")
        reader.exactly(_MAGIC, "kind")
        try:
            origin = reader.prefixed(1, MAX_NAME).decode("ascii")
            ed25519, mldsa44 = reader.raw(ED25519_PUBLIC_SIZE), reader.raw(MLDSA44_PUBLIC_SIZE)
            vrf = parse_vrf_public(reader.raw(POINT_SIZE))
            window, interval, heartbeat = (reader.uint(4) for _ in range(3))
            behind, ahead, retention = (reader.uint(4) for _ in range(3))
            policy = Policy.parse(reader.prefixed(2, MAX_POLICY).decode("ascii"))
        except UnicodeDecodeError:
            raise MalformedError("log configuration that is not ASCII") from None
        reader.end()
        times = window, interval, heartbeat, behind, ahead, retention
        return cls(origin, ed25519, mldsa44, vrf, *times, policy)


class Times(TypedDict, total=False):
    """The times of a LogConfig, in seconds."""

    window: int
    interval: int
    heartbeat: int
    max_behind: int
    max_ahead: int
    retention: int


@dataclass(frozen=True, slots=True)
class LogKeys:
    """All that is secret of a log: three seeds, 96 bytes, Ed25519 || ML-DSA-44 || VRF."""

    signer: LogSigner
    vrf: VrfKey

    @classmethod
    def from_seed(cls, origin: str, seed: bytes) -> Self:
        if len(seed) != LOG_SEED_SIZE:
            raise ValueError(f"seed of a log of {len(seed)} bytes, not {LOG_SEED_SIZE}")
        signer = LogSigner.from_seed(origin, seed[:SIGNER_SEED_SIZE])
        return cls(signer, VrfKey.from_seed(seed[SIGNER_SEED_SIZE:]))

    def config(self, policy: Policy = NO_WITNESSES, **times: Unpack[Times]) -> LogConfig:
        """The configuration of the log with these keys."""
        vkey, cosigner = self.signer.vkey, self.signer.cosigner.vkey
        keys = vkey.public, cosigner.public, self.vrf.public
        return LogConfig(vkey.name, *keys, policy=policy, **times)
