"""Check the hop in every order: python -m doorless_lab.hop_model, or make model."""

import argparse
import sys

from doorless_lab.hop_model.check import check
from doorless_lab.hop_model.explore import BrokenClaimError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m doorless_lab.hop_model", description=__doc__)
    parser.add_argument("--labels", type=int, default=12, help="explore up to this label")
    parser.add_argument("--stolen", type=int, default=6, help="steal in worlds up to this label")
    parser.add_argument("--steps", type=int, default=9, help="steps of the whole ratchets")
    chosen = parser.parse_args()
    try:
        figures = check(chosen.labels, chosen.stolen, chosen.steps)
    except BrokenClaimError as broken:
        print(broken)
        return 1
    print(
        f"""\
every claim holds
  hop, labels 1 to {chosen.labels}: {figures.worlds} worlds, {figures.moves} moves; \
messages lost, late, out of order, again
  messages made up by a thief of message keys: {figures.made_up}
  thefts of either side or both, up to label {chosen.stolen}: {figures.robbed} worlds afterwards
  whole ratchets, {chosen.steps} steps: {figures.orders} states
  from every world an exchange in turns advances the epoch within {figures.advance} messages,
  and locks a passive thief of both sides out within {figures.heal}"""
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
