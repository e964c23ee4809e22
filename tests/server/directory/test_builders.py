"""Two processes that both believe that the log is theirs build one history."""

from typing import Any

import pytest

from doorless_server.directory.epochs import TwoBuildersError
from doorless_server.directory.heads import ForkRefusedError


def test_who_opened_the_log_last_builds_it(bench: Any, ada: Any) -> None:
    other = bench.another()
    bench.submit(ada)
    with pytest.raises(TwoBuildersError):
        bench.log.build(bench.now)
    checkpoint = other.build(bench.now)
    other.publish(checkpoint.size, other.sign(checkpoint, bench.now))
    other.close()
    bench.reopen()
    assert bench.look_up(ada.label).version == 1


def test_copies_of_one_log_that_share_their_heads_sign_one_history(
    bench: Any, ada: Any, ben: Any
) -> None:
    bench.log.db.execute("VACUUM INTO ?", (str(bench.folder / "copy.db"),))
    other = bench.another("copy.db")
    bench.submit(ben, log=other)
    forked = other.build(bench.now)
    bench.put(ada)
    with pytest.raises(ForkRefusedError):
        other.sign(forked, bench.now)
    other.close()
    assert bench.look_up(ada.label).version == 1


def test_copies_that_share_nothing_are_what_witnesses_and_clients_are_for(
    bench: Any, ada: Any, ben: Any
) -> None:
    """The control: without the store of heads there would be two histories."""
    bench.log.db.execute("VACUUM INTO ?", (str(bench.folder / "copy.db"),))
    bench.copy_heads("copy-heads.db")
    other = bench.another("copy.db", "copy-heads.db")
    bench.submit(ben, log=other)
    forked = other.build(bench.now + 10)
    assert other.sign(forked, bench.now)
    bench.put(ada)
    ours = bench.head().check(bench.config)
    assert (ours.size, ours.root != forked.root) == (forked.size, True)
    other.close()
