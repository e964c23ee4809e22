"""The doors that were demanded are exhibits of the lab: the product neither holds nor knows one."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from doorless_lab.products import mandated

ROOT = Path(__file__).parents[2]
PRODUCT = {
    "doorless_protocol": ROOT / "protocol/doorless_protocol",
    "doorless_server": ROOT / "server/doorless_server",
    "doorless_client": ROOT / "client/doorless_client",
    "doorless_verify": ROOT / "verifier/doorless_verify",
}
EXHIBITS = sorted(
    path for path in Path(mandated.__path__[0]).glob("*.py") if path.stem != "__init__"
)
ALLOWED = tuple(
    f"lab/doorless_lab/{folder}/" for folder in ("doors", "plays", "scenarios", "products/mandated")
)
SOURCES = sorted(path for package in PRODUCT.values() for path in package.rglob("*.py"))


def names_of(path: Path) -> set[str]:
    """Functions, classes and constants that a module defines at its top, and that are its own."""
    tree = ast.parse(path.read_text())
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {name for name in defined if not name.startswith("_")}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def test_there_are_exhibits_to_look_for() -> None:
    assert {path.stem for path in EXHIBITS} >= {"dual_ec", "escrow", "p256", "weak_rng"}


@pytest.mark.parametrize("package", PRODUCT)
def test_no_module_of_the_product_names_an_exhibit(package: str) -> None:
    for path in PRODUCT[package].rglob("*.py"):
        text = path.read_text().lower()
        for word in ("doorless_lab", "mandated", "dual_ec", "dualec", "trapdoor", "leaf_field"):
            assert word not in text, (path, word)


def test_only_scenarios_of_the_lab_load_an_exhibit() -> None:
    loading = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "lab").rglob("*.py")
        if any("products.mandated" in name for name in imported(path))
    }
    assert loading
    assert {path for path in loading if not path.startswith(ALLOWED)} == set()


def test_a_started_client_and_relay_have_loaded_no_exhibit() -> None:
    code = (
        "import sys; import doorless_client.__main__, doorless_client.messenger, "
        "doorless_client.tui.app, doorless_server.__main__, doorless_server.relay, "
        "doorless_verify.__main__; "
        "print([name for name in sys.modules if name.startswith('doorless_lab')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_wheel_has_the_exhibits_in_the_lab_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    product = {name: text for name, text in files.items() if name.split("/")[0] in PRODUCT}
    exhibits = {path.name: path.read_bytes() for path in EXHIBITS}
    assert len(product) == len(SOURCES)
    assert not set(product.values()) & set(exhibits.values())
    assert not [name for name in product if Path(name).stem in {"dual_ec", "escrow", "p256"}]
    in_lab = {name for name in files if "/products/mandated/" in name}
    assert {Path(name).name for name in in_lab} == {*exhibits, "__init__.py"}
    assert all(name.startswith("doorless_lab/") for name in in_lab)


def test_no_definition_of_an_exhibit_is_in_the_product() -> None:
    """A door that was copied over, under whatever module name, would bring its functions along."""
    telling = {
        name
        for path in EXHIBITS
        for name in names_of(path)
        if name in {"DualEc", "Trapdoor", "break_in", "Half", "forge", "hedge"}
    }
    assert len(telling) == 6
    assert {(path.name, one) for path in SOURCES for one in names_of(path) & telling} == set()
