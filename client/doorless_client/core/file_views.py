"""From what is stored of a file to what is shown of it."""

from doorless_client.core.message_parts import FileState, FileView
from doorless_client.file_names import shown_name
from doorless_client.store.transfer_records import Transfer
from doorless_client.text import NOTHING, safe_line
from doorless_protocol.attachment import sealed_size
from doorless_protocol.content import File


def file_view(
    file: File, row: Transfer | None, *, mine: bool, moved: int | None, reached: int = 0
) -> FileView:
    """The file of a message.

    Args:
        row: what is stored of its way; None: nothing, so it is offered to this device.
        moved: sealed bytes that were moved, while it moves; None: it does not.
        reached: how many they were when it last did.
    """
    state = FileState(row.state) if row is not None else FileState.OFFERED
    whole = sealed_size(file.size)
    sealed = whole if state is FileState.HERE else reached if moved is None else moved
    return FileView(
        name=shown_name(file.name),
        size=file.size,
        state=FileState.MOVING if moved is not None else state,
        done=file.size * min(sealed, whole) // whole,
        incoming=not mine,
        note=safe_line(row.note) if row is not None else NOTHING,
    )
