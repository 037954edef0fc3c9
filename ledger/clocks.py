"""The clocks of a process, and how it waits. They come from the edge, so that a test can set the time."""

import time
from collections.abc import Callable
from datetime import datetime

import msgspec


class Clocks(msgspec.Struct, frozen=True):
    """`now`: the date and time in UTC. `monotonic`: seconds that never go back.

    `pause`: waits for some seconds.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
