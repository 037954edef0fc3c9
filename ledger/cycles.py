"""Python's search for cycles of objects, tuned for a ledger: for the whole process.

The objects of a batch form no cycles and die together. With Python's threshold of 700 it would search them
dozens of times in vain, and now and then every cached key: a fifteenth of the time of a rebuild.
"""

import gc

_THRESHOLDS = (500_000, 20, 100)


def seldom() -> None:
    """Search after many new objects only."""
    if gc.get_threshold()[0] < _THRESHOLDS[0]:
        gc.set_threshold(*_THRESHOLDS)


def settle() -> None:
    """Search seldom, and never through the objects that are there now: they stay to the end."""
    gc.freeze()
    seldom()
