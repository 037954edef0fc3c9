"""Python's search for cycles of objects, as it suits a ledger: for the whole process.

What a batch is made of forms no cycles and dies together. Python's 700 would look through it dozens of times
in vain, and now and then through every cached key: a fifteenth of the time of a rebuild.
"""

import gc

_THRESHOLDS = (500_000, 20, 100)


def seldom() -> None:
    """Search after many new objects only."""
    if gc.get_threshold()[0] < _THRESHOLDS[0]:
        gc.set_threshold(*_THRESHOLDS)


def settle() -> None:
    """Search seldom, and never through what is there now: it stays to the end."""
    gc.freeze()
    seldom()
