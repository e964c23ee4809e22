"""D10: the relay rolls its log back, leaves parts out, or proves something else."""

import pytest

import loglies as lies
from doorless_protocol.errors import ForgedError, MisconductError, ProofError, StaleLogError
from logstage import stage


@pytest.mark.attack(
    "D10",
    "a log that became shorter is refused",
    weaken={"doorless_protocol.log.head.check_continues": lambda *_: None},
)
def test_a_shorter_log_is_refused() -> None:
    with pytest.raises(StaleLogError):
        lies.a_shorter_log(stage(versions=2))


@pytest.mark.attack(
    "D10",
    "an anchor that is left out is missed",
    weaken={"doorless_protocol.log.head.check_next_anchor": lambda *_: None},
)
def test_an_anchor_that_is_left_out_is_missed() -> None:
    with pytest.raises(ProofError):
        lies.an_anchor_left_out(stage(versions=2))


@pytest.mark.attack(
    "D10",
    "a log that makes no more anchors is refused",
    weaken={"doorless_protocol.log.head.check_anchor_age": lambda *_: None},
)
def test_a_log_without_anchors_is_refused() -> None:
    with pytest.raises(ProofError):
        lies.no_more_anchors(stage(versions=2))


@pytest.mark.attack(
    "D10",
    "a record that its account did not sign is refused, though the log commits to it",
    weaken={"doorless_protocol.log.lookup.check_signed": lambda *_, **__: None},
)
def test_an_unsigned_record_is_refused() -> None:
    with pytest.raises(ForgedError):
        lies.an_unsigned_record(stage(versions=2))


@pytest.mark.attack(
    "D10",
    "a log that signs an epoch out of its place is convicted, not only refused",
    weaken={"doorless_protocol.log.head.check_belongs": lambda *_: None},
)
def test_an_epoch_out_of_its_place_convicts() -> None:
    with pytest.raises(MisconductError):
        lies.an_epoch_out_of_its_place(stage(versions=2))
