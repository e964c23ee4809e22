"""What a check says."""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Verdict(Enum):
    OK = "ok"
    WARNING = "warning"  # it serves, and not for long, or not well
    FAULT = "fault"  # it does not serve, or must not


@dataclass(frozen=True, slots=True)
class Finding:
    """
    Attributes:
        check: what was looked at.
        says: what was seen.
        do: what to do about it; empty where all is well.
    """

    check: str
    verdict: Verdict
    says: str
    do: str = ""


GIB: Final = 1 << 30


def ok(check: str, says: str) -> Finding:
    return Finding(check, Verdict.OK, says)


def warning(check: str, says: str, do: str) -> Finding:
    return Finding(check, Verdict.WARNING, says, do)


def fault(check: str, says: str, do: str) -> Finding:
    return Finding(check, Verdict.FAULT, says, do)
