"""What a cluster says that is not yes.

Whatever nobody foresaw counts as "not now": nothing was promised, and a repetition decides.
"""

from doorless_protocol.errors import DoorlessError
from doorless_server.store.base import UnavailableError


class ClusterError(DoorlessError):
    """These servers cannot keep what a relay promises, or are not there: it does not start."""


class ApiError(UnavailableError):
    """JetStream refused, and has changed nothing.

    Attributes:
        code: as of HTTP.
        number: JetStream's own, which tells one refusal from another.
    """

    def __init__(self, code: int, number: int, words: str) -> None:
        super().__init__(words)
        self.code, self.number = code, number


class WrongLastError(ApiError):
    """Something else lies at the subject than was expected.

    Attributes:
        sequence: of what lies there, on a majority's disks; None: somebody is just writing.
    """

    def __init__(self, code: int, number: int, words: str, sequence: int | None) -> None:
        super().__init__(code, number, words)
        self.sequence = sequence
