"""How often in a row a relay had no one-time prekey for a session that we began.

Once is chance: a batch is used up, or somebody asked often. Always the last resort is a relay
that holds one-time prekeys back, or somebody who drains them (K03).
Spec: docs/spec/02-identities.md §5.4.
"""

import msgspec

from doorless_client.core.state import State
from doorless_client.core.views import Notice
from doorless_client.store.records import Setting
from doorless_client.text import safe_line

IN_A_ROW = 3
"""Sessions without a one-time prekey, after each of which many the person is told."""


def note_session(state: State, relay: str, *, last_resort: bool) -> None:
    """A session was begun with somebody at `relay`. Inside a change."""
    name = f"without one-time prekeys: {relay}"
    row = state.store.settings.get(name)
    if not last_resort:
        state.store.settings.drop(name)
        return
    count = (msgspec.msgpack.decode(row.value, type=int) if row else 0) + 1
    state.store.settings.put(Setting(name, msgspec.msgpack.encode(count)))
    if is_worth_telling(count):
        words = (
            f"no one-time prekeys: {relay} gave none for {count} sessions in a row; their first "
            "messages are protected less long (somebody drains them, or the relay holds them back)"
        )
        state.show(Notice(safe_line(words)))


def is_worth_telling(count: int) -> bool:
    return count % IN_A_ROW == 0
