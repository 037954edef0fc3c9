"""View `complaints`: what persons complained of, and what was answered. One row a complaint of a person.

A complaint is known by its reference. Nothing is relative to a clock: how it stands at a time is asked of its
acts, with the period that the house gave itself (`rulebook/house/deadlines.toml`).
"""

from datetime import datetime

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Cells, Key, View, order_of
from projections.views.incidents import IncidentAct
from rulebook import DEADLINES
from rulebook.complaints import ANSWER, answer_clock
from rulebook.digest import digest
from rulebook.incidents import Clock
from schemas import names

OPEN = "complaint"
"""What a complaint without an answer counts as."""
_RECEIVED, _ANSWERED = names.COMPLAINT_RECEIVED, names.COMPLAINT_ANSWERED
_NAMES = frozenset({_RECEIVED, _ANSWERED})
_REF = "complaint_ref"


class Complaint(msgspec.Struct, frozen=True):
    """Every act on one complaint, by order."""

    ref: str
    steps: tuple[IncidentAct, ...] = ()

    @property
    def receipt(self) -> IncidentAct | None:
        """How it began; None when there are answers alone."""
        return next((step for step in self.steps if step.name == _RECEIVED), None)

    @property
    def answers(self) -> tuple[IncidentAct, ...]:
        """Its answers; one from before it was received answers something else."""
        receipt = self.receipt
        answers = (step for step in self.steps if step.name == _ANSWERED)
        return tuple(
            answer for answer in answers if receipt and answer.order.time >= receipt.order.time
        )

    @property
    def answer(self) -> IncidentAct | None:
        """The first answer, which ends the complaint."""
        return next(iter(self.answers), None)

    @property
    def outcome(self) -> str | None:
        """The outcome in the latest answer."""
        outcomes = [step.facts["outcome"] for step in self.answers if "outcome" in step.facts]
        return str(outcomes[-1]) if outcomes else None

    @property
    def clock(self) -> Clock | None:
        """Until when it must be answered; None without a receipt."""
        receipt, answer = self.receipt, self.answer
        if receipt is None:
            return None
        return answer_clock(receipt.order.time, [answer.order.time] if answer else [])

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.receipt is not None and self.answer is None

    def until(self, time: datetime) -> "Complaint":
        """As it was at a time, inclusive."""
        return Complaint(self.ref, tuple(step for step in self.steps if step.order.time <= time))


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """An act on a complaint touches the row of its reference."""
    return (event.facts[_REF],) if event.name in _NAMES else ()


def evolve(subkey: str, state: Complaint | None, event: RecordedEvent) -> Complaint:
    """Add what the event says."""
    facts = {name: value for name, value in event.facts.items() if name != _REF}
    step = IncidentAct(order_of(event, int(event.name == _ANSWERED)), event.name, facts)
    steps = sorted((*(state.steps if state else ()), step), key=lambda step: step.order)
    return Complaint(subkey, tuple(steps))


def _cells(_key: Key, complaint: Complaint) -> Cells:
    """For an unanswered complaint: that it is open, and the time from which it is late."""
    clock = complaint.clock
    return (OPEN, clock.due) if clock and complaint.is_open else (None, None)


VIEW: View[Complaint] = View(
    name="complaints",
    version=f"1+{digest({ANSWER: DEADLINES[ANSWER]})}",
    type=Complaint,
    keys=keys,
    names=_NAMES,
    evolve=evolve,
    layout="cases",
    cell_types={"open_kind": "text", "due": "timestamptz"},
    cells=_cells,
)
