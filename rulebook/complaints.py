"""Complaints: until when they are answered. Pure. No law says it; the house gave itself a month."""

from collections.abc import Iterable
from datetime import datetime

from rulebook.deadlines import deadline
from rulebook.incidents import Clock

ANSWER = "complaint.answer"


def answer_clock(received_at: datetime, answered: Iterable[datetime]) -> Clock:
    """The clock of a complaint, stopped by the first answer that did not come before it."""
    answers = [time for time in answered if time >= received_at]
    return Clock(ANSWER, deadline(ANSWER, received_at), min(answers, default=None))
