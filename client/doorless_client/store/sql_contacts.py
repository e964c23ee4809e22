"""Contacts in the database: all but those that the person parted with."""

from collections.abc import Sequence
from typing import Any

from doorless_client.store.records import Contact
from doorless_client.store.sql_table import SqlTable
from doorless_client.store.statements import run
from doorless_client.store.unit_of_work import UnitOfWork

_KNOWN = "(SELECT * FROM contacts WHERE conversation NOT IN (SELECT conversation FROM forgotten))"

_EMPTY = """
UPDATE contacts SET account = conversation, handle = '', relay = '', pin = x'', claim = '',
name = '', standing = 'blocked', head = x'', manifest = x'', offered = x'', token = x'',
looked_up = 0.0, introduced = 0, added = 0, draft = '', seen = 0 WHERE conversation = ?
"""  # no account is called as its conversation is: both are hashes


class SqlContacts(SqlTable[Contact]):
    """A contact that was parted with is an empty row, for the messages that refer to it."""

    def __init__(self, database: Any, unit: UnitOfWork) -> None:
        super().__init__(Contact, database, unit, at_once=True)
        self._select = self._select.replace("FROM contacts", f"FROM {_KNOWN}")
        self._get = self._get.replace("FROM contacts", f"FROM {_KNOWN}")

    def part_with(self, conversation: bytes) -> None:
        if not self._unit.is_open:
            raise ValueError("a change outside of a transaction")
        run(self._database, _EMPTY, (conversation,))
        run(self._database, "INSERT INTO forgotten VALUES (?)", (conversation,))
        self.forget()

    def parted(self) -> Sequence[bytes]:
        rows = run(self._database, "SELECT conversation FROM forgotten ORDER BY conversation")
        return [bytes(row[0]) for row in rows]
