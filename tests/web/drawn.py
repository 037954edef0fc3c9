"""An act for a picture, as a test gives it."""

from datetime import datetime
from typing import NamedTuple

from web.pieces import Tone


class Act(NamedTuple):
    """See `web.timeline.DrawnAct`."""

    lane: str
    occurred: datetime
    recorded: datetime
    text: str
    href: str
    tone: Tone
