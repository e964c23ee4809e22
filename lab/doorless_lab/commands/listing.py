"""`doorless-lab list`: every scenario that there is."""

import argparse
import json
from typing import Any

from doorless_lab.catalogue import catalogue
from doorless_lab.commands.base import DONE, Sources, write
from doorless_lab.commands.texts import add_language
from doorless_lab.scenario import Scenario
from doorless_lab.stamps import SIGNS

HELP = "every scenario: what it is about, and what its verdicts have to be"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one object a scenario")
    add_language(parser)


def run(chosen: argparse.Namespace, sources: Sources) -> int:  # noqa: ARG001
    for one in catalogue():
        if chosen.json:
            write(json.dumps(described(one), ensure_ascii=False))
        else:
            write(f"{one.id:<4} {one.title.text(chosen.lang)}")
            write(f"     {_expected(one)}")
    return DONE


def described(one: Scenario) -> dict[str, Any]:
    """A scenario as an object of JSON; texts in both languages."""
    return {
        "id": one.id,
        "slug": one.slug,
        "title": {"de": one.title.de, "en": one.title.en},
        "claim": {"de": one.claim.de, "en": one.claim.en},
        "powers": sorted(one.powers),
        "products": list(one.products),
        "expected": [
            {
                "product": cell.product,
                "what": {"de": cell.what.de, "en": cell.what.en},
                "outcome": cell.expected,
            }
            for cell in one.cells
        ],
        "parameters": {
            name: {"default": each.default, "least": each.least, "most": each.most}
            for name, each in one.parameters.items()
        },
        "law_as_of": one.law_as_of or None,
    }


def _expected(one: Scenario) -> str:
    products = {
        product: "".join(SIGNS[cell.expected] for cell in one.cells if cell.product is product)
        for product in one.products
    }
    return "  ".join(f"{product} {signs}" for product, signs in products.items())
