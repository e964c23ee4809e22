"""Whoever asks the key log for one name learns of no other."""

import pytest

from doorless_protocol.keys import account_id
from doorless_protocol.log.label import Label, parse_label, vrf_input
from doorless_protocol.primitives import sha256
from small_log import ACCOUNT, SmallLog

PEOPLE = [parse_label(f"person{at}") for at in range(30)]
NOBODY = [parse_label(f"nobody{at}") for at in range(30)]


def guess(label: Label) -> bytes:
    """Where a name would stand if everybody could tell."""
    return sha256(vrf_input(label))


def told(log: SmallLog) -> bytes:
    """All that a curious client can ask for about names that nobody has, and an auditor for."""
    entries = [log.entry(label) for label in NOBODY]
    answers = b"".join(entry.encode() for entry in entries) + log.head(1).encode()
    deltas = [delta.encode() for delta in log.deltas]
    return answers + b"".join(deltas) + b"".join(leaf.encode() for leaf in log.leaves)


@pytest.mark.attack(
    "D12",
    "no number of questions to the key log, and no audit of it, tells who has an account",
    weaken={"doorless_protocol.log.label.locate": lambda key, label: (guess(label), bytes(80))},
)
def test_proofs_name_nobody_and_confirm_no_guess() -> None:
    log = SmallLog()
    for label in PEOPLE:
        log.publish(label)
    said = told(log)
    for label in PEOPLE:
        assert label.encode() not in said
        assert guess(label) not in said
    assert account_id(ACCOUNT.verifying) not in said
