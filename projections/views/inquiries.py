"""Inquiries of the supervisory authority, and their answers. One row an inquiry.

No table holds it: inquiries are rare, so their rows are folded on demand from the few events about them.
Nothing depends on a clock; `clock` says until when an answer is in time.
"""

from datetime import datetime

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Order, View, order_of
from rulebook.deadlines import deadline
from rulebook.incidents import Clock
from schemas import names
from schemas.formats import instant_of

ANSWER = "inquiry.answer"
_RECEIVED, _ANSWERED = names.SUPERVISORY_INQUIRY_RECEIVED, names.SUPERVISORY_INQUIRY_ANSWERED


class Inquiry(msgspec.Struct, frozen=True):
    """An inquiry. `receipt`: the first one; None while there are answers alone. `answers`: their times.

    `subject`: the entry of a register that it is about; None where it is about a person.
    """

    receipt: Order | None = None
    subject: str | None = None
    respond_by: datetime | None = None
    activity: str | None = None
    legal_basis: str | None = None
    provision: str | None = None
    answers: tuple[datetime, ...] = ()

    @property
    def clock(self) -> Clock | None:
        """By the period that the authority set, else that of the house; None without a receipt."""
        if self.receipt is None:
            return None
        received = self.receipt.time
        answers = [time for time in self.answers if time >= received]
        due = self.respond_by or deadline(ANSWER, received)
        return Clock(ANSWER, due, min(answers, default=None))


def evolve(_ref: str, state: Inquiry | None, event: RecordedEvent) -> Inquiry:
    """Add what the event says; of several receipts the first one counts, with its period."""
    past, order = state or Inquiry(), order_of(event)
    if event.name == _ANSWERED:
        return msgspec.structs.replace(past, answers=(*past.answers, event.time))
    if past.receipt and past.receipt < order:
        return past
    asked = event.facts.get("respond_by")
    return msgspec.structs.replace(
        past,
        receipt=order,
        subject=event.subject,
        respond_by=instant_of(asked) if asked else None,
        activity=event.activity,
        legal_basis=event.legal_basis,
        provision=event.provision,
    )


VIEW: View[Inquiry] = View(
    name="inquiries",
    version="1",
    type=Inquiry,
    keys=lambda event: (event.facts["inquiry_ref"],),
    names=frozenset({_RECEIVED, _ANSWERED}),
    evolve=evolve,
)
