"""What came with a backup, in words."""

from doorless_client.core.restoring import Restored


def restored_words(done: Restored) -> tuple[str, ...]:
    """One line, or two: how much of whom came, and what was of a later version."""
    people, messages = counted(done.people, "contact"), counted(done.messages, "message")
    came = f"restored: {people}, {messages}"
    if not done.left_out:
        return (came,)
    return came, f"left out: {counted(done.left_out, 'record')} of a later version"


def counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
