"""No promise of an honest log convicts it: not after its clock was put back, nor its disk full."""

from typing import Any

import pytest

from doorless_protocol.errors import ProofError
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.evidence import Kind, Promise
from doorless_protocol.log.proofs import LookupProof
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.sighting import Sighting
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_server.directory import changes

HOUR = 3_600


def absent(bench: Any, label: Any, receipt: Receipt) -> Sighting:
    """What the newest published epoch shows of a label that nobody has."""
    proof = LookupProof.decode(bench.answers.look_up(label, 0, 0).proof)
    head, entry = proof.head, proof.entries[0]
    assert entry.chain is None
    at = SignedLeaf(head.note, head.leaf, head.inclusion)
    return Sighting(at, receipt.index, entry.path, None)


def promised_behind_a_clock_that_was_ahead(bench: Any, ada: Any) -> Promise:
    """An epoch of an hour ahead is there; then the clock is put right, and a promise asked for."""
    bench.epoch(HOUR)
    bench.now -= HOUR
    receipt = Receipt.decode(bench.log.stage(ada.change(), bench.now))
    return Promise(receipt, absent(bench, ada.label, receipt))


def test_a_promise_is_due_later_than_every_epoch_that_is_there(bench: Any, ada: Any) -> None:
    promise = promised_behind_a_clock_that_was_ahead(bench, ada)
    with pytest.raises(ProofError, match="has not passed"):
        accusation(Kind.BROKEN_PROMISE, bench.config, promise)
    bench.log.confirm(ada.label)
    bench.epoch()
    assert bench.look_up(ada.label).version == 1


def test_by_the_clock_alone_it_would_convict(
    bench: Any, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "log_time", lambda _, now_ms: now_ms)
    promise = promised_behind_a_clock_that_was_ahead(bench, ada)
    assert accusation(Kind.BROKEN_PROMISE, bench.config, promise).kind == "E6"


def test_what_could_not_be_confirmed_is_promised_anew(bench: Any, ada: Any) -> None:
    """The disk was full in between, and epochs went on: nobody was given the first promise."""
    change = ada.change()
    first = Receipt.decode(bench.log.stage(change, bench.now))
    bench.reopen()
    bench.epoch(HOUR)
    again = Receipt.decode(bench.log.stage(change, bench.now))
    again.verify(bench.config)
    seen = absent(bench, ada.label, again)
    assert first.due_ms < seen.at.shown.time_ms < again.due_ms
    bench.log.confirm(ada.label)
    assert Receipt.decode(bench.log.stage(change, bench.now + 5)) == again
