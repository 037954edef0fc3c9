"""The lowest version of each library that `pyproject.toml` allows, as requirements: for `make floors`.

A floor that nobody installs is a guess: four of them were wrong for months, since a lock file hid it.
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
_NAME, _FLOOR = r"[A-Za-z0-9_.-]+(?:\[[^\]]*\])?", r"[0-9.]+"


def lowest() -> list[str]:
    """Each library of the program pinned to its floor; one without a floor as it is."""
    named = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["dependencies"]
    return [re.sub(rf"^({_NAME})>=({_FLOOR}).*$", r"\1==\2", one) for one in named]


if __name__ == "__main__":
    print("\n".join(lowest()))
