"""Writes the vectors: `make vectors`, or `python protocol/vectors [--record]`.

Derivations are computed anew. Conversations are played again from the tapes in their files; with
--record they are drawn anew, which is needed only where the protocol changed.
"""

import argparse
import secrets

from published import HERE, dumps, vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--record", action="store_true", help="draw the conversations anew")
    random = secrets.token_bytes if parser.parse_args().record else None
    for name, vector in vectors(random).items():
        (HERE / name).write_text(dumps(vector), encoding="utf-8")


if __name__ == "__main__":
    main()
