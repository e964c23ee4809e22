import pytest

from doorless_protocol.errors import MalformedError, UnwitnessedError
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.cosignature import Cosigner
from doorless_protocol.log.note import Algorithm, Note, Signature
from doorless_protocol.log.policy import MAX_POLICY, NO_WITNESSES, Policy
from doorless_protocol.log.signing import LogSigner

HEAD = Checkpoint("relay.example/keys", 7, bytes(32))
LOG = LogSigner.from_seed(HEAD.origin, bytes(64))
KINDS = (Algorithm.COSIGNATURE, Algorithm.COSIGNATURE, Algorithm.MLDSA44)
WITNESSES = [
    Cosigner.from_seed(f"w{at}", kind, bytes((at,)) * 32) for at, kind in enumerate(KINDS, 1)
]
KEYS = "".join(f"witness W{at} {each.vkey.encode()}\n" for at, each in enumerate(WITNESSES, 1))


def seen_by(*numbers: int) -> Note:
    note = LOG.sign(HEAD, 1)
    return note.with_signatures(WITNESSES[at - 1].cosign(HEAD, 100 + at) for at in numbers)


@pytest.mark.parametrize(
    ("rest", "enough", "too_few"),
    [
        ("quorum W1\n", [(1,), (1, 2)], [(), (2, 3)]),
        ("group g any W1 W2\nquorum g\n", [(1,), (2,)], [(3,)]),
        ("group g all W1 W2\nquorum g\n", [(1, 2)], [(1,), (2, 3)]),
        ("group g 2 W1 W2 W3\nquorum g\n", [(1, 3), (1, 2, 3)], [(1,), ()]),
        ("group a any W1 W2\ngroup b all a W3\nquorum b\n", [(1, 3), (2, 3)], [(1, 2), (3,)]),
        ("quorum none\n", [(), (1,)], []),
    ],
)
def test_a_quorum_is_what_the_policy_says(rest, enough, too_few) -> None:
    policy = Policy.parse(KEYS + rest)
    for numbers in enough:
        assert policy.check(seen_by(*numbers)) == {f"W{at}": 100 + at for at in numbers}
    for numbers in too_few:
        with pytest.raises(UnwitnessedError):
            policy.check(seen_by(*numbers))


def test_a_cosignature_that_does_not_verify_counts_as_none() -> None:
    policy = Policy.parse(KEYS + "quorum W1\n")
    line = WITNESSES[0].cosign(Checkpoint(HEAD.origin, 8, bytes(32)), 5)
    with pytest.raises(UnwitnessedError):
        policy.check(LOG.sign(HEAD, 1).with_signatures([line]))
    short = Signature(line.name, line.key_id, b"x")
    assert policy.cosigners(LOG.sign(HEAD, 1).with_signatures([short])) == {}


def test_whoever_asks_for_no_witness_needs_none() -> None:
    assert NO_WITNESSES.check(LOG.sign(HEAD, 1)) == {}
    assert Policy.parse("quorum none\n") == NO_WITNESSES
    assert Policy.parse("# nobody\nquorum none\n") != NO_WITNESSES


def test_auditors_are_the_witnesses_of_the_group_with_that_name() -> None:
    assert Policy.parse(KEYS + "group auditors any W3\nquorum W1\n").auditors == {"W3"}
    assert Policy.parse(KEYS + "group x any W1\ngroup auditors any x W3\nquorum W2\n").auditors == {
        "W3"
    }
    assert NO_WITNESSES.auditors == frozenset()


def test_spaces_comments_and_urls_say_nothing() -> None:
    key = WITNESSES[0].vkey.encode()
    text = f"\n \t# hello ~\n\twitness  W1 {key}\thttps://w.example/ \n quorum W1\n"
    assert Policy.parse(text).check(seen_by(1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum none",
        "quorum none\r\n",
        "quorum n\u00f6ne\n",
        "quorum none\x0b\n",
        "quorum none\nquorum none\n",
        "quorum\n",
        "quorum W1\n",
        "quorum none extra\n",
        "log x\nquorum none\n",
        "witness W1\nquorum none\n",
        "witness W1 nokey\nquorum none\n",
        KEYS,
        KEYS + KEYS + "quorum none\n",
        KEYS + KEYS.splitlines()[0].replace("W1", "W9") + "\nquorum none\n",
        KEYS.replace("witness W1", "witness none") + "quorum none\n",
        KEYS.replace("witness W2", "witness W1") + "quorum none\n",
        KEYS.splitlines()[0] + " url another\nquorum none\n",
        f"witness L {LOG.vkey.encode()}\nquorum L\n",
        KEYS + "group g 0 W1\nquorum g\n",
        KEYS + "group g 2 W1\nquorum g\n",
        KEYS + "group g 01 W1\nquorum g\n",
        KEYS + "group g most W1\nquorum g\n",
        KEYS + "group g any\nquorum none\n",
        KEYS + "group g any W4\nquorum g\n",
        KEYS + "group g any g\nquorum g\n",
        KEYS + "group g any none\nquorum g\n",
        KEYS + "group W1 any W2\nquorum none\n",
        KEYS + "group g any W1 W1\nquorum g\n",
        KEYS + "group g any W1\ngroup h any W1\nquorum g\n",
        KEYS + "quorum g\ngroup g any W1\n",
        "#" + "x" * MAX_POLICY + "\nquorum none\n",
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        Policy.parse(text)


def test_a_policy_is_so_long_and_no_longer() -> None:
    quorum = "\nquorum none\n"
    assert Policy.parse("#" * (MAX_POLICY - len(quorum)) + quorum).quorum is None
    with pytest.raises(MalformedError, match="characters"):
        Policy.parse("#" * (MAX_POLICY - len(quorum) + 1) + quorum)
