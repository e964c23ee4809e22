"""No text can reach a markup parser: checked in the source of every screen and widget."""

import ast
from pathlib import Path

import pytest

import doorless_client.tui.plain

SOURCES = sorted(Path(doorless_client.tui.plain.__file__).parent.rglob("*.py"))

PARSES_ITS_TEXT = {"Static", "Label", "Button", "Checkbox", "Digits", "Link", "update"}
"""Calls whose first argument the toolkit reads as markup when it is a str."""

PARSES_UNLESS_TOLD = {"notify", "OptionList"}
TITLES = {"border_title", "border_subtitle", "placeholder", "tooltip"}
MAKES_CONTENT = {"plain", "facts_table", "assemble", "join", "Content"}


def is_safe(node: ast.expr | None) -> bool:
    """A literal without markup, None, or the result of something that makes content."""
    if node is None or isinstance(node, ast.Constant):
        return node is None or node.value is None or "[" not in str(node.value)
    if isinstance(node, ast.Call):
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        return name in MAKES_CONTENT
    return False


def complaints(tree: ast.AST) -> list[int]:
    """Lines where a text might be parsed."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            literal = {word.arg: word.value for word in node.keywords}
            markup = literal.get("markup")
            told = isinstance(markup, ast.Constant) and markup.value is False
            first = node.args[0] if node.args else literal.get("content")
            risky = name in PARSES_ITS_TEXT and not is_safe(first) and not told
            if name == "update" and isinstance(getattr(node.func, "value", None), ast.Attribute):
                risky = False  # a dict of ours: self._rows.update(…)
            if risky or (name in PARSES_UNLESS_TOLD and not told) or name == "from_markup":
                lines.append(node.lineno)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                titled = isinstance(target, ast.Attribute) and target.attr in TITLES
                if titled and not is_safe(node.value):
                    lines.append(node.lineno)
    return lines


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_text_is_parsed_as_markup(path: Path) -> None:
    assert complaints(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "Static(name)",
        "Static(f'{name}')",
        "Button(chat.name)",
        "self.query_one('#x', Static).update(name)",
        "self.notify(name)",
        "self.app.notify('x')",
        "box.border_title = name",
        "area.placeholder = f'Message {name}'",
        "Static('[b]bold[/b]')",
        "OptionList()",
        "Content.from_markup(name)",
    ],
)
def test_the_check_sees_what_it_must(source: str) -> None:
    assert complaints(ast.parse(source)) == [1]
