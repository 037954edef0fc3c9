"""View `rights_requests`: what persons asked for, and every act on it. One row a request of a person.

A request is known by its reference. Nothing is overwritten and nothing is relative to a clock: what a request
is at a time is asked of its acts (`standing`), with the periods of the rulebook.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from ledger.event import RecordedEvent
from projections.folds.compression import RowCompression
from projections.folds.view import Cells, Key, Order, View, order_of
from rulebook import DEADLINES, RequestPeriod, evidence_of, request_period
from rulebook.digest import digest
from schemas import names

RECEIVED = names.RIGHTS_REQUEST_RECEIVED
_VERIFIED, _FAILED = names.IDENTITY_VERIFIED, names.IDENTITY_VERIFICATION_FAILED
_EXTENDED = names.RIGHTS_REQUEST_EXTENDED
_ANSWERED, _REFUSED = names.RIGHTS_REQUEST_ANSWERED, names.RIGHTS_REQUEST_REFUSED
_ISSUED = frozenset({names.ACCESS_REPORT_ISSUED, names.PORTABILITY_EXPORT_ISSUED})
# Acts that name the request for which they were done.
_DONE = frozenset(
    {
        names.PERSONAL_DATA_CORRECTED,
        names.HUMAN_REVIEW_COMPLETED,
        names.PROCESSING_RESTRICTED,
        names.RESTRICTION_LIFTED,
        names.OBJECTION_RAISED,
        names.OBJECTION_UPHELD,
        names.OBJECTION_OVERRULED,
    }
)
_NAMES = frozenset({RECEIVED, _VERIFIED, _FAILED, _EXTENDED, _ANSWERED, _REFUSED, *_ISSUED, *_DONE})
_REF = "request_ref"

CLOSINGS = ("withdrawn", "duplicate", "cannot-identify")
"""Outcomes that end a request without a decision on what was asked."""

Status = Literal["open", "paused", "answered", "refused", "closed"]
Identity = Literal["open", "asked", "verified", "failed"]


class RequestAct(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One act on a request: of which type, and its facts."""

    order: Order
    name: str
    facts: dict[str, Any]


class Request(msgspec.Struct, frozen=True):
    """Every act on one request, by order."""

    ref: str
    steps: tuple[RequestAct, ...] = ()

    @property
    def receipt(self) -> RequestAct | None:
        """How it began; None when there are acts on it alone."""
        return next((step for step in self.steps if step.name == RECEIVED), None)

    @property
    def right(self) -> str | None:
        """The requested right."""
        return self.receipt.facts["right"] if self.receipt else None

    @property
    def end(self) -> RequestAct | None:
        """The act that ended it: the first answer or refusal."""
        return next((step for step in self.steps if step.name in {_ANSWERED, _REFUSED}), None)

    @property
    def fulfilled(self) -> RequestAct | None:
        """The act that stopped its period: its end, or the hand-over of the requested data."""
        ends = {_ANSWERED, _REFUSED, *_ISSUED}
        return next((step for step in self.steps if step.name in ends), None)

    @property
    def open_until(self) -> datetime | None:
        """From when it is too late to answer; None while no period runs."""
        period = self.period
        return period.due if period and not self.fulfilled else None

    def named(self, *names: str) -> tuple[RequestAct, ...]:
        """Its acts of some types."""
        return tuple(step for step in self.steps if step.name in names)

    def until(self, time: datetime) -> "Request":
        """As it was at a time, inclusive."""
        return Request(self.ref, tuple(step for step in self.steps if step.order.time <= time))

    @property
    def period(self) -> RequestPeriod | None:
        """Within which it must be answered; None without a receipt."""
        receipt = self.receipt
        if receipt is None:
            return None
        return request_period(
            date.fromisoformat(receipt.facts["received_on"]),
            [step.order.time for step in self.steps if _asks(step)],
            [step.order.time for step in self.named(_VERIFIED)],
            [step.order.time for step in self.named(_EXTENDED)],
        )


class RequestStatus(msgspec.Struct, frozen=True):
    """The state of a request at a time. `identity`: asked, while the requested evidence is missing."""

    status: Status
    identity: Identity
    period: RequestPeriod
    overdue: bool
    ended_at: datetime | None
    outcome: str | None


def standing(request: Request, time: datetime) -> RequestStatus | None:
    """The state of a request at a time; None if it had not been received by then."""
    past = request.until(time)
    period, end = past.period, past.end
    if period is None:
        return None
    fulfilled = past.fulfilled
    return RequestStatus(
        status=_status(end, period),
        identity=_identity(past),
        period=period,
        overdue=period.passed(fulfilled.order.time if fulfilled else time),
        ended_at=end.order.time if end else None,
        outcome=_outcome(end) if end else None,
    )


def _status(end: RequestAct | None, period: RequestPeriod) -> Status:
    if end is None:
        return "paused" if period.due is None else "open"
    if end.name == _REFUSED:
        return "refused"
    return "closed" if end.facts.get("outcome") in CLOSINGS else "answered"


def _outcome(end: RequestAct) -> str | None:
    """Ground or outcome; None where it is not told to the reader."""
    outcome: str | None = end.facts.get("ground" if end.name == _REFUSED else "outcome")
    return outcome


def _identity(request: Request) -> Identity:
    checks = request.named(_VERIFIED, _FAILED)
    if not checks:
        return "open"
    if checks[-1].name == _VERIFIED:
        return "verified"
    return "asked" if _asks(checks[-1]) else "failed"


def _asks(step: RequestAct) -> bool:
    """Whether the act asks for more to show identity, so that the period stands still (Art. 12(6))."""
    return step.name == _FAILED and "information_asked" in step.facts


def evidence(
    requests: Iterable[Request], categories: Iterable[str], time: datetime
) -> dict[str, list[str]]:
    """Which of the categories no period of retention may take at a time: category -> requests, sorted.

    Because of what one person asked for; of what was received by then.
    """
    category_names, kept_by = list(categories), dict[str, list[str]]()
    for request in sorted(requests, key=lambda request: request.ref):
        status = standing(request, time)
        right = request.until(time).right
        if status is not None and right is not None:
            for category in evidence_of(right, category_names, status.ended_at, time):
                kept_by.setdefault(category, []).append(request.ref)
    return dict(sorted(kept_by.items()))


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """An act on a request touches the row of its reference."""
    ref = event.facts.get(_REF) if event.name in _NAMES else None
    return (ref,) if ref else ()


def evolve(subkey: str, state: Request | None, event: RecordedEvent) -> Request:
    """Add what the event says."""
    facts = {name: value for name, value in event.facts.items() if name != _REF}
    if event.categories:
        facts["categories"] = list(event.categories)
    step = RequestAct(order_of(event, int(event.name == _REFUSED)), event.name, facts)
    steps = sorted((*(state.steps if state else ()), step), key=lambda step: step.order)
    return Request(subkey, tuple(steps))


def _cells(_key: Key, request: Request) -> Cells:
    """For an unanswered request: its right, and the time from which it is late."""
    is_open = request.receipt is not None and request.end is None
    return (request.right, request.open_until) if is_open else (None, None)


VIEW: View[Request] = View(
    name="rights_requests",
    version=f"5+{digest(DEADLINES)}",
    type=Request,
    keys=keys,
    names=_NAMES,
    evolve=evolve,
    layout="cases",
    cell_types={"open_kind": "text", "due": "timestamptz"},
    cells=_cells,
    compression=RowCompression(
        "rights_requests", "2465b54992f7ee38a50a762190dc3d171e83797f42b7ac2cac97e92cc75f6db5"
    ),
)
