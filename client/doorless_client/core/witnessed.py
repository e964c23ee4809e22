"""What witnesses say of the newest head of a log that this device holds, for the person.

Spec: docs/spec/10-key-log-clients.md §5.3.
"""

from typing import TypeVar

from doorless_client.core.api import RefusedError
from doorless_client.core.effects import Flow
from doorless_client.core.log_views import Witnesses
from doorless_client.text import safe_line
from doorless_protocol.errors import UnwitnessedError
from doorless_protocol.log.policy import Policy
from doorless_protocol.log.view import QUORUM_PATIENCE, LogView

T = TypeVar("T")


def witnessed(asked: Flow[T]) -> Flow[T]:
    """What a person asked for; that too few witnesses saw it is an answer, and no mistake.

    Raises:
        RefusedError: so it is; nothing was taken.
    """
    try:
        return (yield from asked)
    except UnwitnessedError:
        raise RefusedError(
            "too few witnesses cosigned the relay's key log, so no new key is taken: try again "
            "later; `doorless log status` says how many are there"
        ) from None


def witnesses_of(view: LogView) -> Witnesses:
    policy, note = view.config.policy, view.note
    has_quorum = False
    if note is not None:
        try:
            policy.check(note)
            has_quorum = True
        except UnwitnessedError:
            pass
    return Witnesses(
        policy=safe_line(policy_in_words(policy)),
        known=len(policy.witnesses),
        cosigned=len(policy.cosigners(note)) if note is not None else 0,
        required=policy.quorum is not None,
        has_quorum=has_quorum,
        seen_at=view.quorum_at,
        patience=QUORUM_PATIENCE,
    )


def policy_in_words(policy: Policy) -> str:
    """As `2 of w1, w2, (1 of a, b)`; "" where nothing is required."""

    def said(name: str) -> str:
        group = policy.groups.get(name)
        if group is None:
            return name
        members = [said(each) for each in group.members]
        nested = [f"({one})" if " of " in one else one for one in members]
        return f"{group.threshold} of {', '.join(nested)}"

    return said(policy.quorum) if policy.quorum is not None else ""
