"""E9: an entry that cannot stand where it is convicts its log, and nothing else does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from doorless_lab.keylog.ledger import Ledger
from doorless_protocol.errors import ForgedError, MalformedError, MisconductError, ProofError
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.evidence import Evidence, Kind
from doorless_protocol.log.head import accept_head
from doorless_protocol.log.misplaced import Misplaced, Placed
from doorless_protocol.log.tree import inclusion_path
from doorless_protocol.log.verdict import verify
from doorless_protocol.log.view import LogView
from logstage import DAY, Stage, stage


@pytest.fixture
def play() -> Stage:
    return stage(versions=2)


def entry(log: Ledger, place: int) -> Placed:
    data, path = log.epochs[place].leaf.encode(), inclusion_path(log.tree, place, log.size)
    return Placed(log.note(), place, data, path)


def proves(config: LogConfig, body: Misplaced) -> str:
    """What the keys of the log alone say of it."""
    bundle = Evidence(Kind.MISPLACED, config, body).encode()
    assert Evidence.decode(bundle).encode() == bundle
    proven = verify(bundle, [key.encode() for key in config.vkeys])
    assert (proven.kind, proven.is_challenge) == (Kind.MISPLACED, False)
    return proven.what


def other_rules(config: LogConfig) -> LogConfig:
    """Of a log with the same keys."""
    return replace(config, window=2 * config.window)


def shows(play: Stage, change: Callable[[EpochLeaf], EpochLeaf]) -> None:
    """The next epoch is not what it should be."""
    honest = play.ledger.fork().publish(play.now + 10)
    play.now += 10
    play.ledger.put(replace(honest, leaf=change(honest.leaf)))


def number_after(leaf: EpochLeaf) -> EpochLeaf:
    return replace(leaf, epoch=leaf.epoch + 1)


def test_an_epoch_of_another_number_convicts(play: Stage) -> None:
    shows(play, number_after)
    place = play.ledger.size - 1
    said = proves(play.config, Misplaced(entry(play.ledger, place)))
    assert said == f"entry {place} of the log that it signed says that it is epoch {place + 1}"


def test_what_is_no_epoch_convicts(play: Stage) -> None:
    log = play.ledger.fork()
    log.tree.append(b"an advertisement")
    path = inclusion_path(log.tree, log.size, log.size + 1)
    note = log.keys.signer.sign(log.checkpoint(log.size + 1), play.now)
    assert "is no epoch" in proves(
        play.config, Misplaced(Placed(note, log.size, b"an advertisement", path))
    )


def test_two_configurations_in_one_log_convict(play: Stage) -> None:
    shows(play, lambda leaf: replace(leaf, config_hash=other_rules(play.config).hash))
    newest = entry(play.ledger, play.ledger.size - 1)
    assert "different configurations" in proves(
        play.config, Misplaced(newest, entry(play.ledger, 1))
    )
    with pytest.raises(ProofError, match="none of another configuration"):
        proves(play.config, Misplaced(newest))


def test_no_two_entries_of_an_honest_log_convict_it_whatever_rules_are_made_up(play: Stage) -> None:
    """The keys of a log are in configurations that it never had, for whoever writes them."""
    log = play.ledger
    entries = [entry(log, place) for place in range(log.size)]
    for config in (play.config, other_rules(play.config)):
        for one in entries:
            for other in (None, *entries):
                with pytest.raises(ProofError):
                    proves(config, Misplaced(one, other))


def test_what_was_not_signed_there_convicts_nobody(play: Stage) -> None:
    honest = entry(play.ledger, 1)
    moved = replace(honest, index=2)
    with pytest.raises(ProofError):
        proves(play.config, Misplaced(moved))
    shows(play, number_after)
    lie = entry(play.ledger, play.ledger.size - 1)
    unsigned = replace(lie.note, signatures=lie.note.signatures[:1])
    with pytest.raises(ForgedError):
        proves(play.config, Misplaced(replace(lie, note=unsigned)))
    with pytest.raises(ProofError, match="convicts alone"):
        proves(play.config, Misplaced(lie, honest))
    cut = Evidence(Kind.MISPLACED, play.config, Misplaced(lie)).encode()
    for data in (cut[:-1], cut + b"\0"):
        with pytest.raises(MalformedError):
            verify(data, [key.encode() for key in play.config.vkeys])


def follow(play: Stage) -> LogView:
    return accept_head(play.bob.view, play.ledger.head(play.bob.view.size), play.now)


def test_who_follows_a_log_convicts_it_of_an_entry_out_of_its_place(play: Stage) -> None:
    play.bob_checks()
    shows(play, number_after)
    with pytest.raises(MisconductError) as caught:
        follow(play)
    assert caught.value.kind == "E9"


def test_who_follows_a_log_convicts_it_of_other_rules(play: Stage) -> None:
    play.bob_checks()
    shows(play, lambda leaf: replace(leaf, config_hash=other_rules(play.config).hash))
    with pytest.raises(MisconductError) as caught:
        follow(play)
    pins = [key.encode() for key in play.config.vkeys]
    assert "different configurations" in verify(caught.value.evidence, pins).what


def test_who_holds_nothing_of_a_log_refuses_other_rules_and_accuses_nobody(play: Stage) -> None:
    play.bob.view = LogView.begin(other_rules(play.config))
    with pytest.raises(ProofError):
        follow(play)


def test_an_anchor_of_other_rules_convicts(play: Stage) -> None:
    play.bob_checks()
    play.now += DAY
    shows(play, lambda leaf: replace(leaf, config_hash=other_rules(play.config).hash))
    assert play.ledger.newest_anchor.epoch == play.ledger.size - 1
    with pytest.raises(MisconductError) as caught:
        play.bob.catch_up(play.ledger, play.now)
    assert caught.value.kind == "E9"
