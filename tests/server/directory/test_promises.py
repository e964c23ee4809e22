"""No promise of an honest log convicts it, whatever its clock does and however slow its disk is."""

from collections.abc import Callable
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
from doorless_server.directory.base import Change

HOUR = 3_600


def absent(bench: Any, label: Any, receipt: Receipt) -> Sighting:
    """What the newest published epoch shows of a label that nobody has."""
    proof = LookupProof.decode(bench.answers.look_up(label, 0, 0).proof)
    head, entry = proof.head, proof.entries[0]
    assert entry.chain is None
    at = SignedLeaf(head.note, head.leaf, head.inclusion)
    return Sighting(at, receipt.index, entry.path, None)


def confirmed(bench: Any, change: Change) -> bytes:
    """Promised, when the account is changed."""
    bench.log.stage(change)
    promised = bench.log.confirm(change, bench.now)
    assert isinstance(promised, bytes)
    return promised


def promised_behind_a_clock_that_was_ahead(bench: Any, ada: Any) -> Promise:
    """An epoch of an hour ahead is there; then the clock is put right, and a promise asked for."""
    bench.epoch(HOUR)
    bench.now -= HOUR
    receipt = Receipt.decode(confirmed(bench, ada.change()))
    return Promise(receipt, absent(bench, ada.label, receipt))


def test_a_promise_is_due_later_than_every_epoch_that_is_there(bench: Any, ada: Any) -> None:
    promise = promised_behind_a_clock_that_was_ahead(bench, ada)
    with pytest.raises(ProofError, match="has not passed"):
        accusation(Kind.BROKEN_PROMISE, bench.config, promise)
    bench.epoch()
    assert bench.look_up(ada.label).version == 1


def test_by_the_clock_alone_it_would_convict(
    bench: Any, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "log_time", lambda _, now_ms: now_ms)
    promise = promised_behind_a_clock_that_was_ahead(bench, ada)
    assert accusation(Kind.BROKEN_PROMISE, bench.config, promise).kind == "E6"


def promised_over_a_slow_disk(bench: Any, ada: Any, confirm: Callable[[], bytes]) -> Promise:
    """The account takes an hour to be changed, and epochs come every minute meanwhile."""
    for _ in range(60):
        bench.epoch(60)
    receipt = Receipt.decode(confirm())
    return Promise(receipt, absent(bench, ada.label, receipt))


def test_a_disk_that_is_slow_breaks_no_promise(bench: Any, ada: Any) -> None:
    change, asked = ada.change(), bench.now
    bench.log.stage(change)
    promise = promised_over_a_slow_disk(bench, ada, lambda: bench.log.confirm(change, asked))
    with pytest.raises(ProofError, match="has not passed"):
        accusation(Kind.BROKEN_PROMISE, bench.config, promise)
    bench.epoch(HOUR)
    assert bench.look_up(ada.label).version == 1


def test_a_promise_from_before_the_account_was_changed_would_convict(bench: Any, ada: Any) -> None:
    change = ada.change()
    bench.log.stage(change)
    place, _ = bench.log.locate(ada.label)
    early = changes.promise(bench.log._keys.signer, place, change, bench.now * 1_000)
    promise = promised_over_a_slow_disk(bench, ada, lambda: early)
    assert accusation(Kind.BROKEN_PROMISE, bench.config, promise).kind == "E6"


def test_what_a_relay_finds_staged_is_promised_from_then_on(bench: Any, ada: Any) -> None:
    """Killed when the account was changed; started again an hour later."""
    change = ada.change()
    bench.log.stage(change)
    bench.reopen()
    bench.epoch(HOUR)
    (found,) = bench.log.undecided()
    assert found == change
    receipt = Receipt.decode(bench.log.confirm(found, bench.now))
    receipt.verify(bench.config)
    assert absent(bench, ada.label, receipt).at.shown.time_ms < receipt.due_ms
    bench.log.stage(change)  # its owner asks again
    assert Receipt.decode(bench.log.confirm(change, bench.now + 5)) == receipt
