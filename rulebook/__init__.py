"""Law and house policy as data, with citations, and the pure functions that evaluate it.

Every entry carries its own tests. Nothing here reads a clock: a date is an argument.
"""

from rulebook.periods import PERIODS, Period, period
from rulebook.provisions import PROVISIONS, Provision, provision, secret_provisions

__all__ = [
    "PERIODS",
    "PROVISIONS",
    "Period",
    "Provision",
    "period",
    "provision",
    "secret_provisions",
]
