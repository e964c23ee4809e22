"""Each import contract turns red, with module and line, when somebody breaks it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("protocol", "server", "client", "lab", "verifier")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {c["id"]: c for c in PROJECT["tool"]["importlinter"]["contracts"]}

BREACHES = [
    ("arrows", "protocol/doorless_protocol/sizes.py", "import doorless_client.text"),
    ("apart", "server/doorless_server/limits.py", "import doorless_client.text"),
    ("lab", "client/doorless_client/text.py", "import doorless_lab.leakscan"),
    ("mandated", "client/doorless_client/text.py", "import doorless_lab.products.mandated.escrow"),
    ("mandated", "lab/doorless_lab/person.py", "import doorless_lab.products.mandated.escrow"),
    ("pure", "protocol/doorless_protocol/keys.py", "import time"),
    ("crypto", "client/doorless_client/text.py", "import nacl.secret"),
    ("inside", "protocol/doorless_protocol/keys.py", "import doorless_protocol.frames"),
    ("blind", "server/doorless_server/limits.py", "import doorless_protocol.ratchet.triple"),
    ("blind", "server/doorless_server/relay.py", "import doorless_protocol.session"),
    ("blind", "server/doorless_server/store/memory.py", "import doorless_protocol.handshake"),
    ("cores", "server/doorless_server/relay.py", "import asyncio"),
    ("cores", "client/doorless_client/core/views.py", "import asyncio"),
    ("screen", "client/doorless_client/text.py", "import textual"),
    ("verifier", "verifier/doorless_verify/__main__.py", "import doorless_protocol.session"),
]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A copy of the five packages that may be broken."""
    for folder in FOLDERS:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(where: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = (
        "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo", *options],
        cwd=where,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(str(where / folder) for folder in FOLDERS)}
        | {"COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_has_a_breach_here() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)


@pytest.mark.parametrize(("contract", "path", "statement"), BREACHES)
def test_a_breach_is_seen_with_its_module_and_line(
    scratch: Path, contract: str, path: str, statement: str
) -> None:
    broken = scratch / path
    lines = [*broken.read_text().splitlines(), f"{statement}  # the breach"]
    broken.write_text("\n".join(lines) + "\n")

    result = lint(scratch, "--contract", contract)

    module = ".".join(Path(path).with_suffix("").parts[1:])
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{CONTRACTS[contract]['name']} BROKEN" in result.stdout
    said = re.sub(r"\s+", " ", result.stdout)
    assert re.search(rf"{re.escape(module)} ?-> ?[\w.]+ \(l\. ?{len(lines)}\)", said), said


def test_an_unplaced_module_of_the_protocol_is_seen(scratch: Path) -> None:
    (scratch / "protocol/doorless_protocol/novelty.py").write_text('"""New."""\n')
    result = lint(scratch, "--contract", "inside")
    assert result.returncode == 1
    assert "novelty" in result.stdout
