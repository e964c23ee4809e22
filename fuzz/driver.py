"""One target inside atheris, which instruments what is imported here.

    python -m fuzz.driver NAME PROGRAM [options of libFuzzer]

PROGRAM runs this again, with other options. A name with a `!` behind it is driven with its
planted bug, which must be found.
"""

import sys

import atheris

with atheris.instrument_imports(
    include=["doorless_protocol", "doorless_client", "doorless_server"]
):
    from fuzz.harness import play
    from fuzz.planted import plant
    from fuzz.targets import TARGETS


def drive(name: str, arguments: list[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    target = TARGETS[name.removesuffix("!")]
    if name.endswith("!"):
        plant(target.name)
    atheris.Setup(arguments, lambda data: play(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    drive(sys.argv[1], sys.argv[2:])
