"""Evidence as a file: written once, whole, never over another one."""

import os
from pathlib import Path

from doorless_client.core.api import RefusedError
from doorless_client.core.log_views import Alarm
from doorless_client.private_files import open_private, sync_directory


def default_name(alarm: Alarm) -> str:
    """What it is called when nobody says otherwise, in the directory one is in."""
    return f"doorless-evidence-{alarm.number}.bin"


def write(path: Path, evidence: bytes) -> None:
    """Raises RefusedError: something is there already, or it cannot be written."""
    try:
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        raise RefusedError(f"{path} is there already: give another name") from None
    except OSError as error:
        raise RefusedError(f"{path} cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(evidence)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise RefusedError(f"{path} cannot be written: {error.strerror}") from None
