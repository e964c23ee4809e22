"""Files in a World: what `doorless_client.files_at_work` does on a loop, done by hand.

sent = offer(alice, "bob", b"...", name="letter.txt")
world.settle()
(got,) = bob.messages("alice")
fetch(bob, got)
world.settle()
assert opened(bob, got) == b"..."
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from doorless_client.core.api import UnreachableError
from doorless_client.core.views import Message
from doorless_protocol.attachment import Seal, seal
from doorless_protocol.errors import ForgedError

if TYPE_CHECKING:
    from doorless_lab.world_person import Person


def offer(
    person: "Person", whom: str, data: bytes, *, name: str = "letter.txt", text: str = ""
) -> Message:
    """Seal a file and queue the message with it. Raises as `Transfers.offer`."""
    conversation, files = person.chat(whom).conversation, person.engine.files
    files.transfers.check_may_offer(conversation, len(data))
    local, found = files.transfers.begin_sealing(), list[Seal]()

    def ciphertext() -> Iterator[bytes]:
        found.append((yield from seal([data], len(data), person.world.random)))

    files.transfers.vault.write(local, ciphertext())
    said = files.text(conversation, text, None)
    return files.transfers.offer(conversation, name, said, found[0], local)


def fetch(person: "Person", message: Message) -> None:
    person.engine.files.transfers.fetch(message)


def opened(person: "Person", message: Message) -> bytes:
    """What a file says that is here. Raises RefusedError, ForgedError."""
    transfers = person.engine.files.transfers
    return b"".join(transfers.open(transfers.here(message)))


def move(person: "Person") -> bool:
    """Take and bring what may move now; whether anything did."""
    moving, transfers = person.engine.files.moving, person.engine.files.transfers
    transfers.tidy()
    due = moving.due()
    for key in due:
        try:
            is_whole = person.run(moving.move(key))
        except UnreachableError:
            moving.put_off(key, 1.0)
            continue
        if is_whole and (row := transfers.row(key)) is not None:
            moving.verified(key, sound=_is_sound(transfers.open(row)))
    if moving.drops_due():
        try:
            person.run(moving.drop())
        except UnreachableError:
            return bool(due)
    return bool(due)


def _is_sound(plaintext: Iterator[bytes]) -> bool:
    try:
        return sum(map(len, plaintext)) >= 0
    except ForgedError:
        return False
