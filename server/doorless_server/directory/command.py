"""`doorless-relay auditor`: let somebody read which places in the log's map changed when."""

import argparse
from pathlib import Path

from doorless_protocol.primitives import Random
from doorless_server.datadir import DataError
from doorless_server.directory.auditors import TOKEN_SIZE, Auditors, AuditorsError, token_hash
from doorless_server.directory.opening import AUDITORS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of the auditor, for you: 1 to 64 characters")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the relay's")


def add(folder: Path, name: str, random: Random) -> str:
    """Draw a token for a new auditor, and keep its hash; the token in hex, which nobody keeps.

    Raises:
        DataError: the name is taken or no name, or the file cannot be written.
    """
    path = folder / AUDITORS
    if not 1 <= len(name) <= 64 or not all("!" <= each <= "~" for each in name):
        raise DataError("an auditor's name has 1 to 64 visible ASCII characters")
    try:
        if name in Auditors.read(path).hashes:
            raise DataError(f"{path} has a {name} already: remove its line first")
        token = random(TOKEN_SIZE)
        with path.open("a", encoding="ascii") as file:
            file.write(f"{name} {token_hash(token).hex()}\n")
        path.chmod(0o600)
    except (AuditorsError, OSError) as error:
        raise DataError(str(error)) from None
    return token.hex()
