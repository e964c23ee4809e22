"""Drive the targets with atheris, one process each.

    python -m fuzz                          every target, 60 seconds each
    python -m fuzz --seconds 600 header     one target, longer
    python -m fuzz --minimise               keep of what was found only what reaches more code
    python -m fuzz --list                   the targets, and what each promises

What is new lies in `.fuzz/NAME`; an input that broke a promise lies there as `crash-…`, and
`python -m fuzz --show NAME FILE` plays it again. Without atheris nothing is driven, and the
exit status says so (75, "try again elsewhere").
"""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

from fuzz.harness import play
from fuzz.targets import TARGETS

FOUND = Path(".fuzz")
HERE = Path(__file__).parent
NOT_INSTALLED = 75
BROKEN = 1


def main() -> int:
    chosen = _parser().parse_args()
    if chosen.list:
        for target in TARGETS.values():
            print(f"{target.name:16} {target.promise}")
        return 0
    if chosen.show:
        play(TARGETS[chosen.show], Path(chosen.rest[0]).read_bytes())
        return 0
    if importlib.util.find_spec("atheris") is None:
        print("SKIPPED: atheris has no wheel for this Python and system; nothing was driven")
        return NOT_INSTALLED
    names = chosen.rest or list(TARGETS)
    if unknown := set(names) - set(TARGETS):
        print(f"no such target: {', '.join(sorted(unknown))}; --list shows them")
        return BROKEN
    step = _minimise if chosen.minimise else _hunt
    broken = [name for name in names if not step(name, TARGETS[name].max_size, chosen.seconds)]
    if broken:
        print(f"BROKEN: {', '.join(broken)}; the inputs are in {FOUND}/")
    return BROKEN if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="fuzz every decoder")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--list", action="store_true", help="show the targets")
    parser.add_argument("--minimise", action="store_true", help="rewrite fuzz/corpus")
    parser.add_argument("--show", metavar="NAME", help="play one input again")
    parser.add_argument("rest", nargs="*", help="names of targets, or a file to show")
    return parser


def _hunt(name: str, max_size: int, seconds: int) -> bool:
    """Whether nothing was found."""
    found = _folder(name)
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={found}/", "-timeout=10"]
    folders = [str(found), *_known(name)]
    return _run(name, [*options, f"-max_len={max_size}", "-rss_limit_mb=2048", *folders])


def _minimise(name: str, max_size: int, seconds: int) -> bool:
    """Write to the corpus what reaches more than the inputs before it, the smallest first."""
    kept = HERE / "corpus" / name
    smaller = FOUND / f"{name}.smaller"
    smaller.mkdir(parents=True, exist_ok=True)
    for old in smaller.iterdir():
        old.unlink()
    folders = [str(smaller), str(_folder(name)), *_known(name)]
    options = ["-merge=1", f"-max_len={max_size}", f"-max_total_time={seconds}"]
    done = _run(name, [*options, *folders])
    if done:
        kept.mkdir(parents=True, exist_ok=True)
        for old in kept.iterdir():
            old.unlink()
        for new in smaller.iterdir():
            new.rename(kept / new.name)
    return done


def _folder(name: str) -> Path:
    folder = FOUND / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _known(name: str) -> list[str]:
    """The seeds, and the committed corpus if there is one."""
    seeds, corpus = _folder(f"{name}.seeds"), HERE / "corpus" / name
    for number, seed in enumerate(TARGETS[name].seeds):
        (seeds / f"seed-{number}").write_bytes(seed)
    return [str(folder) for folder in (seeds, corpus) if folder.is_dir()]


def _run(name: str, options: list[str]) -> bool:
    """One process: libFuzzer never returns, and ends with a status of its own.

    To merge, it runs what it takes for its own program again; so there has to be one.
    """
    program = (FOUND / f"{name}.sh").absolute()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fuzz.driver {name} "$0" "$@"\n')
    program.chmod(0o700)
    done = subprocess.run([program, *options], capture_output=True, text=True, check=False)
    lines = [line for line in done.stderr.splitlines() if "DONE" in line or "MERGE-OUTER" in line]
    print(f"{name:16} {lines[-1].strip() if lines else 'no result'}", flush=True)
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
