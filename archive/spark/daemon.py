"""The process of an executor that forks Python's workers: it has loaded this program, so each starts at once.

Spark runs it as `python -m archive.spark.daemon pyspark.worker`.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path

from ledger.cycles import settle

PRELOADED = ("archive.spark.folding", "pyspark.worker")


def unpacked(path: Sequence[str]) -> list[str]:
    """The path without archives of Spark's modules that come with the installed package.

    Spark has its archives come first, and Python compiles each module of an archive whenever it starts.
    """
    others = [place for place in path if not place.endswith(".zip")]
    installed = PathFinder.find_spec("pyspark", others)
    if installed is None or installed.origin is None:
        return list(path)
    archives = Path(installed.origin).parent / "python" / "lib"
    return [place for place in path if Path(place).parent != archives]


if __name__ == "__main__":
    sys.path[:] = unpacked(sys.path)
    for name in PRELOADED:
        import_module(name)
    settle()  # workers look for cycles after each task: not among modules
    import_module("pyspark.daemon").manager()
