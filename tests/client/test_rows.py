"""What the rows of a store show of themselves where values are printed."""

import pytest

from doorless_client.store.records import ROWS
from doorless_client.store.row import Row, SecretRow
from doorless_lab.world import World

SECRET_COLUMNS = {
    *("account_key", "device_keys", "secrets", "token", "data", "content", "text", "raw"),
    *("draft", "unshown_seed", "value"),
}
"""What people say, tokens and keys; sealed envelopes are the relay's to see, too."""


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_a_row_with_a_secret_column_prints_none(kind: type[Row]) -> None:
    if SECRET_COLUMNS & set(kind.__struct_fields__):
        assert issubclass(kind, SecretRow)


def test_what_was_said_is_in_no_text_of_a_row() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.says("bob", "between us alone")
        alice.engine.save_draft(alice.chat("bob").conversation, "between us alone, too")
        world.settle()
        for person in (alice, bob):
            for kind in ROWS:
                table = getattr(person.store, kind.table, None)
                rows = table.find() if hasattr(table, "find") else ()
                assert "between us alone" not in repr(rows)
                assert bytes(person.engine.state.own.token).hex() not in repr(rows)
                assert repr(person.engine.state.own.token) not in repr(rows)
