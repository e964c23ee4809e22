"""doorless: where the clock and the randomness are chosen."""

import os
import secrets
import sys
import time

from doorless_client.cli import run
from doorless_client.private_memory import keep_private


def main() -> int:
    os.umask(0o077)  # whatever a command creates is nobody else's
    keep_private()
    return run(sys.argv[1:], now=time.time, random=secrets.token_bytes)


if __name__ == "__main__":
    sys.exit(main())
