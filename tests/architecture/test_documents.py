"""What the documents say is there, is there."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("protocol", "server", "client", "lab", "verifier")
CITATION = re.compile(r"docs/spec/([\w-]+\.md)(?:\s+§+\s*([\d.]*\d[a-z]?))?")
HEADING = re.compile(r"^#{1,5}\s+§?(\d[\d.]*\d|\d)([a-z]?)\.?\s", re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")

ELSEWHERE = re.compile(
    r"/(?:work|root|home|opt|Users)/(?!\.\.\.)\w"  # a machine's own paths
    r"|\b(?:pypi|pythonhosted|npmjs|crates|debian)\.(?:org|io|com)\b"
    r"|(?:index-url|find-links|trusted-host)\s*="
    r"|-i\s+https?:",
    re.IGNORECASE,
)


@cache
def tracked() -> tuple[Path, ...]:
    try:
        command = ["git", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name)


def texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    for path in tracked():
        if path.is_file() and (not suffixes or path.suffix in suffixes):
            try:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


@cache
def sections(page: Path) -> set[str]:
    return {number + letter for number, letter in HEADING.findall(page.read_text())}


def test_every_cited_section_of_the_specification_exists() -> None:
    missing = []
    for name, text in texts(".py", ".sql", ".md", ".toml"):
        for citation in CITATION.finditer(text):
            page, section = citation.groups()
            path = ROOT / "docs/spec" / page
            if not path.is_file() or (section and section not in sections(path)):
                missing.append(f"{name}: {citation.group()}")
    assert missing == []


def test_the_check_of_citations_sees_headings_as_they_are_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n## 2. Keys\n### 2.1 Strict\n## 3a. Requests\n## §4 Late\ntext 7. no\n")
    assert sections(page) == {"2", "2.1", "3a", "4"}


def public_functions() -> Iterator[tuple[str, bool]]:
    """(name, whether it or what it belongs to cites the specification or a standard)."""
    cites = re.compile(r"docs/spec/|RFC \d|FIPS \d|§")
    for path in sorted((ROOT / "protocol/doorless_protocol").rglob("*.py")):
        tree = ast.parse(path.read_text())
        module = bool(cites.search(ast.get_docstring(tree) or ""))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.stem}.{node.name}", module or _cites(node, cites)
            elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                here = module or _cites(node, cites)
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                        name = f"{path.stem}.{node.name}.{inner.name}"
                        yield name, here or _cites(inner, cites)


def _cites(node: ast.FunctionDef | ast.ClassDef, cites: re.Pattern[str]) -> bool:
    return bool(cites.search(ast.get_docstring(node) or ""))


def test_the_public_functions_of_the_protocol_cite_what_they_follow() -> None:
    assert [name for name, cited in public_functions() if not cited] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    itself = Path(__file__).relative_to(ROOT).as_posix()
    found = [
        f"{name}: {match.group()}"
        for name, text in texts()
        if name != itself
        for match in ELSEWHERE.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["/" + "root/x", "--index-url = x", "files.pythonhosted" + ".org"])
def test_the_check_sees_a_machine_or_a_registry(text: str) -> None:
    assert ELSEWHERE.search(text)


def test_every_relative_link_leads_somewhere() -> None:
    broken = [
        f"{name}: {target}"
        for name, text in texts(".md")
        for target, _ in LINK.findall(text)
        if not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert broken == []


def test_a_decision_record_says_context_decision_and_consequence() -> None:
    numbers = []
    for path in sorted((ROOT / "docs/adr").glob("[0-9]*.md")):
        numbers.append(path.name[:4])
        text = path.read_text().lower()
        for part in ("context", "decision", "consequence"):
            assert part in text, f"{path.name} says no {part}"
    assert len(numbers) == len(set(numbers)), "two records share a number"


@cache
def marked() -> frozenset[tuple[str, str]]:
    """(id, test) of every attack mark under tests/."""
    found = set()
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "pytest.mark.attack" in text else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for mark in node.decorator_list:
                    if (
                        isinstance(mark, ast.Call)
                        and ast.unparse(mark.func) == "pytest.mark.attack"
                    ):
                        test = f"{path.relative_to(ROOT).as_posix()}::{node.name}"
                        found.add((ast.literal_eval(mark.args[0]), test))
    return frozenset(found)


def test_the_table_of_attacks_is_up_to_date() -> None:
    """Run `make attacks` after adding, renaming or removing an attack test."""
    table = (ROOT / "docs/reference/attacks.md").read_text()
    rows = re.findall(r"^\| (?:<a.*</a>)?(\w+) \|.*\| \[`(tests/[^`]+)`\]", table, re.MULTILINE)
    assert set(rows) == marked()


def test_each_attack_that_a_document_calls_tested_is_tested() -> None:
    tested = {attack for attack, _ in marked()}
    for name in ("SECURITY.md", "README.md", "docs/explanation/what-the-relay-knows.md"):
        claimed = set(re.findall(r"\b[A-Z]\d\d\b", (ROOT / name).read_text()))
        assert claimed - tested == set(), name


def protections() -> list[str]:
    """What the README says that doorless protects, a paragraph each."""
    _, _, after = (ROOT / "README.md").read_text().partition("## What it protects\n")
    part, _, _ = after.partition("\n## ")
    return re.findall(r"^- .*(?:\n  .*)*", part, re.MULTILINE)


@pytest.mark.parametrize("claim", protections(), ids=lambda claim: claim.split("**")[1])
def test_a_protection_leads_to_its_specification_and_its_tests(claim: str) -> None:
    """One click to the section and to the row of the attack, one more to the test."""
    sections = re.findall(r"\]\(docs/spec/[\w-]+\.md#[\w-]+\)", claim)
    attacks = set(re.findall(r"\[(\w+)\]\(docs/reference/attacks\.md#\1\)", claim))
    assert sections
    assert attacks
    assert attacks <= {attack for attack, _ in marked()}


@cache
def anchors(page: Path) -> set[str]:
    """Where links into a page may lead: its headings, as GitHub names them, and its anchors."""
    text = page.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    named = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return named | set(re.findall(r'<a id="([^"]+)">', text))


def test_every_link_into_a_page_finds_its_place() -> None:
    broken = [
        f"{name}: {target}#{place}"
        for name, text in texts(".md")
        for target, place in re.findall(r"\]\(([^)#:]*\.md)#([^)]+)\)", text)
        if place not in anchors((ROOT / name).parent / target)
    ]
    assert broken == []


def test_every_decision_record_is_listed() -> None:
    listed = (ROOT / "docs/adr/README.md").read_text()
    records = [path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md")]
    assert [name for name in records if f"({name})" not in listed] == []


def test_what_the_documents_say_of_tests_exists() -> None:
    """A document proves a claim by naming a test, as tests/…/test_x.py::test_y."""
    missing = []
    for name, text in texts(".md"):
        for path, test in re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", text):
            file = ROOT / path
            if not file.is_file() or (test and f"def {test}(" not in file.read_text()):
                missing.append(f"{name}: {path}::{test}")
    assert missing == []
