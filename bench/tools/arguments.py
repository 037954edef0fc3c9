"""The command line of the benchmarks: numbers, each with a default, and `--help` that says what they are."""

import argparse
import sys
from typing import TypeVar

_Number = TypeVar("_Number", int, float)


def given(default: _Number, place: int = 1) -> _Number:
    """The number at a place of the command line; the default where there is none. `explain` tells."""
    try:
        return type(default)(sys.argv[place])
    except (IndexError, ValueError):
        return default


def explain(about: str | None, *texts: str, **numbers: float) -> list[str]:
    """Check the command line, and answer `--help`; the texts of it. `numbers`: their names and defaults.

    Ends the program when something is wrong, or help was asked for.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {_module()}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name in texts:
        parser.add_argument(name)
    for name, default in numbers.items():
        words = f"default: {default}"
        parser.add_argument(name, nargs="?", type=type(default), default=default, help=words)
    given = vars(parser.parse_args())
    return [given[name] for name in texts]


def _module() -> str:
    spec = sys.modules["__main__"].__spec__
    return spec.name.removesuffix(".__main__") if spec else "bench"
