"""All claims, in all worlds, with the figures that say how many these were."""

from typing import NamedTuple

from doorless_lab.hop_model.claims import advances, check_in_step, check_mangled
from doorless_lab.hop_model.explore import SIDES, Explored
from doorless_lab.hop_model.orders import PHASES, explore_orders
from doorless_lab.hop_model.party import NAMES
from doorless_lab.hop_model.symbolic import symbolic_kem
from doorless_lab.hop_model.theft import VICTIMS, Thief, steal, until_locked_out


class Figures(NamedTuple):
    """What was visited, and the worst that was seen.

    Attributes:
        worlds, moves: of honest parties and any network, up to the last label.
        made_up: messages of somebody who holds message keys and no key of the hop.
        robbed: worlds after a theft, each theft and each victim in its own.
        advance: messages in turns, at most, until an epoch has advanced; from every world.
        heal: messages in turns, at most, until a thief of both sides reads neither.
        orders: states of whole ratchets after a bounded number of steps, in every order.
    """

    worlds: int
    moves: int
    made_up: int
    robbed: int
    advance: int
    heal: int
    orders: int


def check(labels: int, stolen_labels: int, steps: int) -> Figures:
    """Raise BrokenClaimError, or say how much was looked at.

    Args:
        labels: worlds up to this label; any number of messages under each.
        stolen_labels: thefts in each world up to this label, and what follows of each until
            two labels beyond the thief's reach.
        steps: seals and opens of the whole ratchets, from each phase of the hop.
    """
    with symbolic_kem():
        found = Explored(labels)
        worlds = made_up = robbed = advance = heal = 0
        for world in found.worlds():
            worlds += 1
            check_in_step(found, world)
            advance = max(advance, advances(found, world))
            made_up += check_mangled(found, world)
            if world.label > stolen_labels:
                continue
            for victims in VICTIMS:
                loot = steal(world, victims)
                robbery = (
                    f"stolen: the state of {' and '.join(f'the {NAMES[side]}' for side in victims)}"
                )
                told = (*found.steps_to(world), robbery)
                thief, later = Thief(loot), Explored(loot.locked + 1, world, told)
                for after in later.worlds():
                    robbed += 1
                    thief.check(later, after)
                if victims == SIDES:
                    counts = (until_locked_out(found, world, loot, first) for first in SIDES)
                    heal = max(heal, *counts)
        orders = sum(explore_orders(phase, steps) for phase in range(PHASES + 1))
    return Figures(worlds, found.moves, made_up, robbed, advance, heal, orders)
