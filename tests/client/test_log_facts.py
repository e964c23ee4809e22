"""What was checked of the key log, in words."""

from dataclasses import replace

import pytest

from doorless_client.core.log_views import LogStatus, Witnesses
from doorless_client.core.witnessed import policy_in_words
from doorless_client.log_facts import FROZEN, NO_LOG, NO_WITNESSES, UNSEEN, what_was_checked
from doorless_client.text import safe_line
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm
from doorless_protocol.log.policy import NO_WITNESSES as NOBODY
from doorless_protocol.log.policy import Policy

NOTHING = LogStatus("relay.test", b"", 0, 0, 0, 0, 0, 0, False, 0, 0)
PINNED = replace(NOTHING, config=bytes(32))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (NOTHING, NO_LOG),
        (PINNED, UNSEEN),
        (replace(PINNED, size=12, anchor=3), "12 entries, anchor 3"),
        (replace(PINNED, size=12, frozen=True), FROZEN),
    ],
)
def test_a_log_is_there_once_it_is_pinned(status: LogStatus, said: str) -> None:
    assert dict(what_was_checked(status, str))["key log"] == said


SEEN = replace(PINNED, size=12)
REQUIRED = Witnesses(safe_line("2 of w1, w2, w3"), 3, 2, True, True, 1_000, 86_400)
ONE_AWAY = "1 of 3 cosigned the newest head; too few since 1000; from 87400 on no new key is taken"


@pytest.mark.parametrize(
    ("witnesses", "said"),
    [
        (Witnesses(), NO_WITNESSES),
        (Witnesses(known=2, cosigned=1), "1 of 2 cosigned the newest head; none is required"),
        (REQUIRED, "2 of 3 cosigned the newest head; the quorum is there"),
        (replace(REQUIRED, cosigned=1, has_quorum=False), ONE_AWAY),
    ],
)
def test_it_says_who_else_saw_the_log(witnesses: Witnesses, said: str) -> None:
    shown = dict(what_was_checked(replace(SEEN, witnesses=witnesses), str))
    assert shown["witnesses"] == said
    assert ("quorum" in shown) == witnesses.required


def test_a_quorum_that_was_never_there_is_no_patience() -> None:
    never = replace(REQUIRED, cosigned=0, has_quorum=False, seen_at=0)
    said = dict(what_was_checked(replace(SEEN, witnesses=never), str))["witnesses"]
    assert said.endswith("never enough yet: no new key is taken")


def test_a_policy_is_said_as_it_counts() -> None:
    names = ("a", "b", "c")
    seeds = {name: name.encode() * 32 for name in names}
    cosigners = [Cosigner.from_seed(n, Algorithm.COSIGNATURE, seeds[n]) for n in names]
    lines = [f"witness {one.vkey.name} {one.vkey.encode()}" for one in cosigners]
    rest = ["group any-b any b c", "group two 2 a any-b", "quorum two", ""]
    policy = Policy.parse("\n".join([*lines, *rest]))
    assert policy_in_words(policy) == "2 of a, (1 of b, c)"
    assert policy_in_words(NOBODY) == ""
