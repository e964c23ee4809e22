"""A database that came back from a backup signs no second history."""

from typing import Any

import pytest

from doorless_server.directory.heads import ForkRefusedError


def back_up(bench: Any, name: str) -> None:
    bench.log.db.execute("VACUUM INTO ?", (str(bench.folder / name),))


def test_an_older_log_is_not_opened(bench: Any, ada: Any, ben: Any) -> None:
    bench.put(ada)
    back_up(bench, "backup.db")
    bench.put(ben)
    with pytest.raises(ForkRefusedError, match="older copy"):
        bench.open("backup.db")


def test_another_log_of_the_same_size_is_not_opened(bench: Any, ada: Any, ben: Any) -> None:
    back_up(bench, "backup.db")
    bench.copy_heads("other-heads.db")
    bench.put(ada)
    bench.open("backup.db", "other-heads.db")
    bench.put(ben)
    bench.log.close()
    with pytest.raises(ForkRefusedError, match="another copy"):
        bench.open("backup.db")
    bench.open("log.db")
    assert bench.look_up(ada.label).version == 1


def test_the_newest_copy_goes_on(bench: Any, ada: Any, ben: Any) -> None:
    bench.put(ada)
    back_up(bench, "backup.db")
    bench.log.close()
    bench.open("backup.db")
    bench.put(ben)
    assert bench.look_up(ada.label).version == bench.look_up(ben.label).version == 1


def test_an_epoch_that_was_built_and_not_signed_is_the_next_one_signed(
    bench: Any, ada: Any, ben: Any
) -> None:
    bench.submit(ada)
    checkpoint = bench.log.build(bench.now)
    bench.reopen()
    bench.submit(ben)
    assert bench.log.build(bench.now + 100) == checkpoint
    bench.epoch()
    assert bench.look_up(ada.label).version == 1


def test_an_epoch_that_was_signed_and_not_published_is_signed_again_as_it_was(
    bench: Any, ada: Any
) -> None:
    bench.submit(ada)
    checkpoint = bench.log.build(bench.now)
    bench.log.sign(checkpoint, bench.now)
    bench.reopen()
    bench.epoch()
    assert bench.head().check(bench.config) == checkpoint
