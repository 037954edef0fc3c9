"""Practice: what the events show that a privacy notice speaks of, in the codes of the events.

A fold like that of a view, over the few types of events that matter, but no follower keeps it: the comparison
of a notice with practice derives it for the moment that a user asks for (`derive.rows_at`). No row holds a
person; each stream is only counted once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import View
from schemas import names

SUPPLIER = "supplier"
"""Of what came from others: by which recipient, by its bare id."""
_COOKIES = "analytics-cookies"


class ObservedSpan(msgspec.Struct, frozen=True, gc=False):
    """How many events show something, and when the first and the last of them occurred."""

    events: int
    first: datetime
    last: datetime

    def __add__(self, other: "ObservedSpan") -> "ObservedSpan":
        return ObservedSpan(
            self.events + other.events, min(self.first, other.first), max(self.last, other.last)
        )


Shown = tuple[str, str]
"""A source of practice, by the words of the rulebook or `SUPPLIER`, and a code."""
Show = Callable[[RecordedEvent], Iterator[Shown]]


def _fact(source: str, name: str) -> Show:
    """Shows the code that a fact holds."""

    def show(event: RecordedEvent) -> Iterator[Shown]:
        yield source, event.facts[name]

    return show


_NO_SOURCE = frozenset({"own-record", "unknown"})
"""Origins that no notice has to name: what the house notes itself, and what nobody knows."""


def _collected(event: RecordedEvent) -> Iterator[Shown]:
    facts = event.facts
    yield "notice-used", facts["notice_version"]
    if facts["origin"] == "third-party":
        if "from_recipient" in facts:
            yield SUPPLIER, facts["from_recipient"]
    elif facts["origin"] not in _NO_SOURCE:
        yield "source", facts["origin"]


def _refused(event: RecordedEvent) -> Iterator[Shown]:
    yield "permission", event.facts["permission"]
    yield "permission-refused", event.facts["permission"]


def _consent(event: RecordedEvent) -> Iterator[Shown]:
    if event.facts["purpose"] == _COOKIES:
        yield "cookie-consent-channel", event.facts["channel"]


def _credit_result(event: RecordedEvent) -> Iterator[Shown]:
    yield "source", "credit-bureau"
    if event.facts["automated"]:
        yield "automated-decision", "credit-check"


_SHOWN_BY: Mapping[str, Show] = {
    names.CUSTOMER_REGISTERED: _fact("notice-used", "notice_version"),
    names.PERSONAL_DATA_COLLECTED: _collected,
    names.PRIVACY_NOTICE_PROVIDED: _fact("notice-used", "version"),
    names.CONSENT_GIVEN: _consent,
    names.APP_PERMISSION_GRANTED: _fact("permission", "permission"),
    names.APP_PERMISSION_DENIED: _refused,
    names.APP_PERMISSION_REVOKED: _refused,
    names.RIGHTS_REQUEST_RECEIVED: _fact("request-channel", "channel"),
    names.CREDIT_CHECK_RESULT_RECEIVED: _credit_result,
    names.AUTOMATED_DECISION_MADE: _fact("automated-decision", "decision"),
    names.PERSONAL_DATA_DISCLOSED: _fact("disclosure-purpose", "purpose"),
}
"""Type of event -> what it shows."""


def _keys(event: RecordedEvent) -> tuple[str, ...]:
    show = _SHOWN_BY.get(event.name)
    return tuple(f"{source}/{code}" for source, code in show(event)) if show else ()


def _evolve(_subkey: str, state: ObservedSpan | None, event: RecordedEvent) -> ObservedSpan:
    span = ObservedSpan(1, event.time, event.time)
    return state + span if state else span


VIEW: View[ObservedSpan] = View(
    name="practice",
    version="1",
    type=ObservedSpan,
    keys=_keys,
    names=frozenset(_SHOWN_BY),
    evolve=_evolve,
)


def observed(
    rows: Iterable[tuple[UUID, Mapping[str, ObservedSpan]]],
) -> dict[str, dict[str, ObservedSpan]]:
    """The sum over all streams: source -> code -> how often."""
    sums: dict[str, dict[str, ObservedSpan]] = {}
    for _, states in rows:
        for subkey, state in states.items():
            source, _, code = subkey.partition("/")
            codes = sums.setdefault(source, {})
            codes[code] = codes[code] + state if code in codes else state
    return sums
