"""The model of a disk that loses its power: what was synced is there, the rest perhaps."""

from doorless_lab.power_cut import SECTOR, Operation, count, states


def write(name: str, offset: int, data: bytes) -> Operation:
    return Operation("write", name, offset, data)


KEPT, LOST = write("db", 0, b"kept"), write("db", 2, b"lost")


def files(*operations: Operation, ways: int = 40) -> list[dict[str, bytes]]:
    """The states after the last operation."""
    return [state.files for state in states(operations, 1, ways)][-ways:]


def test_what_was_synced_is_in_every_state() -> None:
    found = files(KEPT, Operation("sync", "db"))
    assert found == [{"db": b"kept"}] * len(found)


def test_what_was_not_synced_is_there_or_not() -> None:
    found = [state["db"] for state in files(KEPT, Operation("sync", "db"), LOST)]
    assert set(found) == {b"kept", b"kelost"}
    assert found[0] == b"kept"


def test_the_sync_of_a_file_keeps_no_other_one() -> None:
    found = files(write("wal", 0, b"x"), KEPT, Operation("sync", "db"))
    assert {} not in [{name: state[name] for name in state if name == "db"} for state in found]
    assert any("wal" not in state for state in found)


def test_a_deletion_is_sure_once_the_folder_was_synced() -> None:
    gone = (KEPT, Operation("sync", "db"), Operation("delete", "db"))
    assert {len(state) for state in files(*gone)} == {0, 1}
    assert {len(state) for state in files(*gone, Operation("sync"))} == {0}


def test_a_file_is_renamed_for_sure_once_its_folder_was_synced() -> None:
    renamed = (KEPT, Operation("sync", "db"), Operation("rename", "new", data=b"db"))
    assert {*map(tuple, files(*renamed))} == {("db",), ("new",)}
    assert {*map(tuple, files(*renamed, Operation("sync")))} == {("new",)}


def test_what_was_not_synced_before_it_was_renamed_may_be_missing_behind_its_new_name() -> None:
    found = files(KEPT, Operation("rename", "new", data=b"db"))
    assert {"new": b""} in found


def test_a_folder_that_was_not_synced_in_its_own_takes_its_files_with_it() -> None:
    inside = (Operation("folder", "in"), write("in/db", 0, b"x"), Operation("sync", "in/db"))
    assert {len(state) for state in files(*inside, Operation("sync", "in"))} == {0, 1}
    assert {len(state) for state in files(*inside, Operation("sync"))} == {1}


def test_states_of_the_same_files_have_one_digest() -> None:
    every = list(states([KEPT, LOST], 1, 10))
    assert len({state.digest for state in every}) == len({str(state.files) for state in every})


def test_a_write_is_torn_between_sectors_alone() -> None:
    long = write("db", 0, b"\1" * (4 * SECTOR))
    sizes = {len(state.get("db", b"")) for state in files(long)}
    assert sizes <= {sectors * SECTOR for sectors in range(5)}
    assert len(sizes) > 2


def test_a_state_has_the_marks_before_it_and_is_the_same_however_it_is_chosen() -> None:
    operations = [KEPT, Operation("mark", data=b"told"), LOST]
    every = list(states(operations, 1, 3))
    assert [state.marks for state in every] == [()] * 3 + [(b"told",)] * 3
    assert count(operations, 3) == len(every)
    assert list(states(operations, 1, 3, {4})) == [every[4]]
