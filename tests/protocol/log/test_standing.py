from dataclasses import dataclass

import pytest

from doorless_protocol.errors import ForgedError
from doorless_protocol.keys import AccountId
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.standing import Standing
from doorless_protocol.primitives import sha256

CREATE, UPDATE, RESET, CLOSE, DISPUTE = RecordKind
ALICE, MALLORY, CAROL = (AccountId(bytes((at,)) * 32) for at in (1, 2, 3))
LABEL = parse_label("alice")


@dataclass
class Chain:
    """Records of one label, unsigned: who may write which, no more."""

    now: Standing

    @classmethod
    def created(cls) -> "Chain":
        record = Record(CREATE, LABEL, 1, bytes(32), 0, ALICE, 1, sha256(b"manifest 1"), b"")
        return cls(Standing.begin(record, sha256(b"head 1")))

    def next(self, kind: RecordKind, account: AccountId, manifest: int = 0) -> Record:
        held = self.now
        version = manifest or held.manifest_version + (kind is UPDATE)
        hashed = sha256(b"manifest %d" % version)
        return Record(kind, LABEL, held.version + 1, held.head, 0, account, version, hashed, b"")

    def add(self, kind: RecordKind, account: AccountId, manifest: int = 0) -> Standing:
        record = self.next(kind, account, manifest)
        self.now = self.now.after(record, sha256(b"head %d" % record.version))
        return self.now


def after(*records: tuple[RecordKind, AccountId]) -> Chain:
    chain = Chain.created()
    for kind, account in records:
        chain.add(kind, account)
    return chain


def test_the_account_that_holds_a_label_updates_it() -> None:
    standing = after((UPDATE, ALICE), (UPDATE, ALICE)).now
    assert (standing.version, standing.account, standing.manifest_version) == (3, ALICE, 3)
    assert standing.kind is UPDATE
    assert standing.replaced is None


@pytest.mark.parametrize("kind", [CREATE, UPDATE, CLOSE, DISPUTE])
def test_nobody_else_does_unless_visibly_by_a_reset(kind: RecordKind) -> None:
    with pytest.raises(ForgedError, match="may not"):
        Chain.created().add(kind, MALLORY)
    standing = Chain.created().add(RESET, MALLORY)
    assert standing.is_reset
    assert (standing.account, standing.replaced) == (MALLORY, ALICE)


def test_who_was_replaced_may_dispute_and_has_the_label_again() -> None:
    chain = after((RESET, MALLORY), (UPDATE, MALLORY))
    with pytest.raises(ForgedError):
        chain.add(DISPUTE, CAROL)
    with pytest.raises(ForgedError):
        chain.add(DISPUTE, MALLORY)
    with pytest.raises(ForgedError):
        chain.add(UPDATE, ALICE)  # but not in silence
    disputed = chain.add(DISPUTE, ALICE, manifest=1)
    assert disputed.is_disputed
    assert disputed.account == ALICE
    with pytest.raises(ForgedError):
        chain.add(UPDATE, MALLORY)
    assert not chain.add(UPDATE, ALICE).is_disputed
    with pytest.raises(ForgedError):
        chain.add(DISPUTE, ALICE)  # there is nothing to dispute any more


def test_only_the_latest_reset_is_disputed_by_whom_it_replaced() -> None:
    chain = after((RESET, MALLORY), (RESET, CAROL))
    assert chain.now.replaced == MALLORY
    with pytest.raises(ForgedError):
        chain.add(DISPUTE, ALICE)


def test_an_account_restored_from_words_resets_itself_and_may_dispute_it() -> None:
    """Whoever has the words makes such a reset; the device that was there may disagree."""
    chain = after((RESET, ALICE))
    assert chain.now.replaced == ALICE
    assert chain.add(DISPUTE, ALICE).is_disputed


def test_who_did_not_see_a_reset_takes_a_dispute_of_it() -> None:
    chain = after((RESET, MALLORY), (UPDATE, MALLORY))
    seen = Standing.begin(chain.next(UPDATE, MALLORY), chain.now.head)
    assert Chain(seen).add(DISPUTE, ALICE, manifest=1).account == ALICE
    chain = Chain(seen)
    chain.add(DISPUTE, ALICE, manifest=1)
    with pytest.raises(ForgedError):
        chain.add(DISPUTE, CAROL)
    chain = Chain(seen)
    chain.add(RESET, CAROL)
    with pytest.raises(ForgedError):
        chain.add(DISPUTE, ALICE)  # it was Mallory's by then, as everybody saw


@pytest.mark.parametrize("kind", [UPDATE, RESET, CLOSE, DISPUTE])
def test_a_closed_label_is_created_anew_by_anybody_and_by_no_other_record(kind: RecordKind) -> None:
    chain = after((RESET, ALICE), (CLOSE, ALICE))
    assert chain.now.is_closed
    for account in (ALICE, MALLORY):
        with pytest.raises(ForgedError):
            chain.add(kind, account)
    standing = chain.add(CREATE, MALLORY, manifest=1)
    assert (standing.version, standing.account, standing.replaced) == (4, MALLORY, None)
    with pytest.raises(ForgedError):
        chain.add(DISPUTE, ALICE)


@pytest.mark.parametrize("kind", [UPDATE, RESET, CLOSE])
def test_an_account_never_goes_back_to_an_older_manifest(kind: RecordKind) -> None:
    chain = after((UPDATE, ALICE), (UPDATE, ALICE))
    with pytest.raises(ForgedError, match="older manifest"):
        chain.add(kind, ALICE, manifest=2)
    other = chain.next(kind, ALICE, manifest=3)
    forked = Record(*(getattr(other, name) for name in FIELDS[:-2]), sha256(b"another"), b"")
    with pytest.raises(ForgedError, match="older manifest"):
        chain.now.after(forked, sha256(b"head"))
    chain.add(kind, ALICE, manifest=3)


FIELDS = Record.__match_args__


def test_another_account_begins_with_its_own_manifests() -> None:
    assert after((UPDATE, ALICE)).add(RESET, MALLORY, manifest=1).manifest_version == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("label", parse_label("alicf")), ("version", 3), ("version", 1), ("previous", b"x" * 32)],
)
def test_a_record_names_the_one_before_it(field: str, value: object) -> None:
    chain = Chain.created()
    record = chain.next(UPDATE, ALICE)
    fields = {name: getattr(record, name) for name in FIELDS} | {field: value}
    with pytest.raises(ForgedError, match="does not follow version 1"):
        chain.now.after(Record(**fields), sha256(b"head"))


def test_an_update_does_not_end_the_doubt_about_what_came_before_a_first_look() -> None:
    """Who saw the second version first may have missed a reset, until it is seen or settled."""
    chain = after((UPDATE, ALICE))
    chain.now = Standing.begin(chain.next(UPDATE, ALICE), sha256(b"head 3"))
    assert chain.now.past_unseen
    assert chain.add(UPDATE, ALICE).past_unseen
    assert chain.add(DISPUTE, CAROL).is_disputed
    assert not chain.now.past_unseen
