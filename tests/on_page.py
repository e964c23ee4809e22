"""A pytest plugin: of all tests, those that docs/reference/reliability.md names. See figures.py."""

import pytest

from reliability import ids


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    named = set(ids())
    picked = [item for item in items if named & set(_claimed(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(picked)])
    items[:] = picked


def _claimed(item: pytest.Item) -> list[str]:
    marks = (mark for mark in item.iter_markers() if mark.name in ("attack", "claim"))
    return [str(mark.args[0]) for mark in marks]
