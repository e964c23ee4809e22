"""Make a bundle out of what is at hand, and judge it before anybody is accused.

Spec: docs/spec/10-key-log-clients.md §8.4.
"""

from doorless_protocol.errors import MisconductError, UnconnectedError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.evidence import Body, Evidence, Kind, Notes
from doorless_protocol.log.note import Note
from doorless_protocol.log.verdict import judge


def accusation(kind: Kind, config: LogConfig, body: Body) -> MisconductError:
    """What to raise: the error, with a bundle that convicts.

    Raises:
        ForgedError, ProofError: it would not convict, so that the answer is only refused.
    """
    evidence = Evidence(kind, config, body)
    return MisconductError(kind.value, judge(evidence), evidence.encode())


def challenge(config: LogConfig, one: Note, other: Note) -> UnconnectedError:
    """What to raise about two signed heads of different sizes that nothing connects.

    Raises:
        ForgedError, ProofError: they are not two heads of different sizes of this log.
    """
    evidence = Evidence(Kind.UNCONNECTED, config, Notes(one, other))
    return UnconnectedError(judge(evidence), evidence.encode())
