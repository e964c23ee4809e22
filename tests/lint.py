"""What sources are searched for: names that they use, and statements that they hold."""

import ast
import builtins
import re
from collections.abc import Iterator
from functools import lru_cache

CHOSEN_IN_MAIN = (
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "os.getrandom",
    "os.urandom",
    "random",
    "secrets",
    "time.clock_gettime",
    "time.clock_gettime_ns",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
)
"""The clock and randomness: arguments everywhere else. Durations (`time.monotonic`) are free."""

NEVER = (
    "builtins.eval",
    "builtins.exec",
    "cPickle",
    "dill",
    "marshal",
    "pickle",
    "shelve",
    "tempfile.mktemp",
    "yaml",
    "os.system",
    "os.popen",
)
"""What runs or decodes more than it should, or races."""


@lru_cache(maxsize=1)
def used(tree: ast.AST) -> tuple[tuple[str, int], ...]:
    """Each name that the module imports or reads, as its full dotted name, and its line.

    A built-in is `builtins.eval`; a name that an import bound is what it was imported as.
    """
    return tuple(_used(tree))


def _used(tree: ast.AST) -> Iterator[tuple[str, int]]:
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield f"{node.module}.{alias.name}", node.lineno
    for node in ast.walk(tree):
        parts: list[str] = []
        root: ast.AST = node
        while isinstance(root, ast.Attribute):
            parts.append(root.attr)
            root = root.value
        if isinstance(root, ast.Name) and root.id in bound:
            yield ".".join([bound[root.id], *reversed(parts)]), root.lineno
        elif isinstance(node, ast.Name) and hasattr(builtins, node.id):
            yield f"builtins.{node.id}", node.lineno


CONVERSIONS = ("time.gmtime", "time.localtime", "time.ctime", "time.asctime")
"""They read the clock where they are given no time to convert."""


def conversions_of_now(tree: ast.AST) -> list[str]:
    """Calls of CONVERSIONS that name no time."""
    bare = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and not n.args and not n.keywords]
    lines = {call.lineno for call in bare}
    return [
        f"line {line}: {name}()"
        for name, line in used(tree)
        if name in CONVERSIONS and line in lines
    ]


def breaches(tree: ast.AST, banned: tuple[str, ...]) -> list[str]:
    names, free = tuple(f"{name}." for name in banned), durations(tree)
    found = {
        f"line {line}: {name}"
        for name, line in used(tree)
        if (name in banned or f"{name}.".startswith(names)) and (name, line) not in free
    }
    return sorted(found)


def durations(tree: ast.AST) -> set[tuple[str, int]]:
    """Where the seconds since the computer was started are asked for: no time of day."""
    return {
        ("time.clock_gettime", node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and [ast.unparse(argument) for argument in node.args] == ["time.CLOCK_BOOTTIME"]
    }


def unseeded(tree: ast.AST) -> list[str]:
    """`Random()` without a seed: another experiment each time."""
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and _last_name(node.func) in ("Random", "Seeded")
        and not (node.args or node.keywords)
    ]


def shell_calls(tree: ast.AST) -> list[str]:
    return [
        f"line {node.value.lineno}: shell=True"
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
        if not (isinstance(node.value, ast.Constant) and node.value.value is False)
    ]


def asserts(tree: ast.AST) -> list[str]:
    """Checks that `python -O` takes away. `assert_never` and friends are not statements."""
    return [
        f"line {node.lineno}: assert" for node in ast.walk(tree) if isinstance(node, ast.Assert)
    ]


_SECRET = re.compile(
    r"(?:^|_)(?:mac|tag|commitment|secret|secrets|token|token_hash|passphrase|password|raw|seed|prk"
    r"|private|signature)$"
)
"""Names of values whose comparison must not tell by its time where they differ."""


def hasty_comparisons(tree: ast.AST) -> list[str]:
    """`==` and `!=` on what is named like a secret, but with something that is none.

    An empty value, a number or None says only whether there is one.
    """
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = (node.left, *node.comparators)
            if any(isinstance(side, ast.Constant) for side in sides):
                continue
            if any(_SECRET.search(_last_name(side)) for side in sides):
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def _last_name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Attribute(attr="raw")):
            return ""  # takes bytes off a Reader
        case ast.Call(func=ast.Attribute(attr=name)) | ast.Call(func=ast.Name(id=name)):
            return name
        case ast.Subscript(value=value):
            return _last_name(value)
        case _:
            return ""
