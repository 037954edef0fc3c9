"""Disclosures whose secrecy was lifted, and whether they were given to the open ledger. Pure.

Secrecy is of one disclosure, of an order with all its disclosures, or of all that a person may not know. Of
what applies to a disclosure the latest act decides, as everywhere. A review changes nothing: what may be
lifted is not lifted yet.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ledger.event import RecordedEvent
from projections.folds.view import order_of
from schemas import names

_DECIDING = (names.SECRECY_IMPOSED, names.SECRECY_LIFTED)
_DISCLOSED = names.PERSONAL_DATA_DISCLOSED
LIFTING = frozenset({*_DECIDING, _DISCLOSED, names.ORDER_EXECUTED, names.DISCLOSURE_HANDED_OVER})
"""Types of events that say whether a disclosure may be told, and was."""


def lifted(events: Sequence[RecordedEvent], *, again: bool = False) -> Iterator[RecordedEvent]:
    """The disclosures that may be told and were not given over yet, of one person's events that count.

    By time. `again`: those that were given over as well.
    """
    ordered = sorted((event for event in events if event.name in LIFTING), key=order_of)
    acts = [event for event in ordered if event.name in _DECIDING]
    for event in ordered:
        may_be_told = event.name == _DISCLOSED and _may_be_told(
            event, acts, orders_of(event, ordered)
        )
        if may_be_told and (again or not _was_given(event, ordered)):
            yield event


def orders_of(disclosure: RecordedEvent, events: Sequence[RecordedEvent]) -> frozenset[str]:
    """The orders that a disclosure answers: by its own reference, and by what tells that one was executed."""
    executed = {
        event.facts["order_ref"]
        for event in events
        if event.name == names.ORDER_EXECUTED and event.facts.get("disclosure_id") == disclosure.id
    }
    case_ref = disclosure.facts.get("case_ref")
    return frozenset(executed | ({case_ref} if case_ref else set()))


def _may_be_told(
    disclosure: RecordedEvent, acts: Sequence[RecordedEvent], orders: frozenset[str]
) -> bool:
    deciding = [act for act in acts if _applies(act.facts, disclosure.id, orders)]
    return bool(deciding) and deciding[-1].name == names.SECRECY_LIFTED


def _applies(facts: dict[str, Any], disclosure_id: str, orders: frozenset[str]) -> bool:
    """Whether an act on secrecy is about a disclosure: each thing that it names must be so."""
    about, order = facts.get("disclosure_id"), facts.get("order_ref")
    return (about is None or about == disclosure_id) and (order is None or order in orders)


def _was_given(disclosure: RecordedEvent, events: Sequence[RecordedEvent]) -> bool:
    return any(
        event.name == names.DISCLOSURE_HANDED_OVER
        and event.facts["disclosure_id"] == disclosure.id
        and event.facts.get("source", disclosure.source) == disclosure.source
        for event in events
    )
