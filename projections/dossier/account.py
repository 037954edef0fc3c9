"""Whether an account is active at a time, and by which act: the one answer for every caller. Pure.

The latest of a deactivation, a reactivation, the beginning of a contract that runs and that of a new
relationship decides, wherever the registration lies; at equal time the deactivation. An account without such
an act is active, until the relationship ends with its last contract. A contact person is inactive once
removed, or while the account of the customer is not active.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, NamedTuple

from projections.dossier.dossier import (
    CARRIED,
    CHANGED,
    CONTRACT,
    FOREVER,
    ORDERED,
    REGISTERED,
    RUNNING,
    Dossier,
    Mark,
)
from projections.dossier.relationships import (
    ACCOUNT,
    CONTACT,
    REMOVED,
    Relationship,
    as_customer,
    contract_topics,
)
from projections.folds.view import Order

Status = Literal["active", "inactive", "erased"]
ACTIVE: Status = "active"
INACTIVE: Status = "inactive"
ERASED: Status = "erased"
ACCOUNT_TOPICS = frozenset({ACCOUNT, CARRIED, CHANGED, CONTACT, CONTRACT, ORDERED, REGISTERED})
"""Kinds of topic that decide."""


class AccountStanding(NamedTuple):
    """The status of an account, and the time of the act that decides it; None if no act decides it."""

    status: Status
    since: datetime | None


def account_at(dossier: Dossier, time: datetime = FOREVER) -> AccountStanding:
    """The standing of a person's own account, or of a contact person as such, at a time."""
    removal = _as_contact(dossier, time)
    if removal and removal.status == INACTIVE:
        return removal
    act, own = dossier.last(ACCOUNT, time), as_customer(dossier, time)[-1]
    if act and act.says == ERASED:
        return AccountStanding(ERASED, act.order.time)
    if own.ended:
        return AccountStanding(INACTIVE, own.ended)
    return _while_it_runs(own, _latest_beginning(dossier, time), act) or removal or _UNCHANGED


_UNCHANGED = AccountStanding(ACTIVE, None)


def _while_it_runs(
    own: Relationship, begun: Order | None, act: Mark | None
) -> AccountStanding | None:
    """By the latest of a beginning and an act on the account; None where there was neither."""
    if act and not _is_after(begun, own, act):
        return AccountStanding(ACTIVE if act.says == ACTIVE else INACTIVE, act.order.time)
    since = begun.time if begun else own.begun
    return AccountStanding(ACTIVE, since) if since else None


def with_customer(own: AccountStanding, customer: AccountStanding | None) -> AccountStanding:
    """The standing of a contact person, by that of the customer's account; None for everybody else."""
    if own.status != ACTIVE or customer is None or customer.status == ACTIVE:
        return own
    return AccountStanding(INACTIVE, customer.since)


def _as_contact(dossier: Dossier, time: datetime) -> AccountStanding | None:
    """By the removals of a contact person; None when there was none."""
    marks = dossier.until(CONTACT, time)
    if all(mark.says != REMOVED for mark in marks):
        return None
    last = marks[-1]
    return AccountStanding(INACTIVE if last.says == REMOVED else ACTIVE, last.order.time)


def _latest_beginning(dossier: Dossier, time: datetime) -> Order | None:
    """The latest beginning of a contract that runs at a time: since it ran last without an end."""
    changed = {mark.order for mark in dossier.all(CHANGED)}
    begun = (_beginning(dossier.until(topic, time), changed) for topic in contract_topics(dossier))
    return max((order for order in begun if order), default=None)


def _beginning(marks: tuple[Mark, ...], changed: Collection[Order]) -> Order | None:
    """When a contract began that runs by its marks; None when it does not run, or nothing told it."""
    begun = None
    for mark in marks:
        if mark.says != RUNNING:
            begun = None
        elif mark.order not in changed:
            begun = begun or mark.order
    return begun


def _is_after(begun: Order | None, own: Relationship, act: Mark) -> bool:
    """At equal time a deactivation beats a beginning, whatever ranks they have among their own."""
    if own.begun and own.begun > act.order.time:
        return True
    return bool(
        begun and (begun.time > act.order.time or (act.says == ACTIVE and begun > act.order))
    )
