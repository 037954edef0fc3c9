"""Whether an account is active at a time, and by which act: the one answer for every caller. Pure.

The latest of a deactivation, a reactivation and the beginning of a contract that runs decides, wherever the
registration lies; at equal time the deactivation. An account without such an act is active. A contact person
is inactive once removed, or while the account of the customer is not active.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal, NamedTuple

from projections.dossier.dossier import CHANGED, CONTRACT, FOREVER, RUNNING, Dossier, Mark, topic_of
from projections.folds.view import Order

Status = Literal["active", "inactive", "erased"]
ACTIVE: Status = "active"
INACTIVE: Status = "inactive"
ACCOUNT, CONTACT, REMOVED = "account", "contact", "removed"
ACCOUNT_TOPICS = frozenset({ACCOUNT, CHANGED, CONTACT, CONTRACT})
"""Kinds of topic that decide."""


class AccountStanding(NamedTuple):
    """The status of an account, and the time of the act that decides it; None where there is none."""

    status: Status
    since: datetime | None


def account_at(dossier: Dossier, time: datetime = FOREVER) -> AccountStanding:
    """The standing of a person's own account, or of a contact person as such, at a time."""
    removal = _as_contact(dossier, time)
    if removal and removal.status == INACTIVE:
        return removal
    act, begun = dossier.last(ACCOUNT, time), _latest_beginning(dossier, time)
    if act is None or (begun and act.says != "erased" and _is_after(begun, act)):
        return AccountStanding(ACTIVE, begun.time) if begun else removal or _UNCHANGED
    status: Status = act.code if act.code in {"inactive", "erased"} else ACTIVE  # type: ignore[assignment]  # one of three codes
    return AccountStanding(status, act.order.time)


_UNCHANGED = AccountStanding(ACTIVE, None)


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
    """When a contract began that runs by its marks; None when it does not run, or nobody told it."""
    begun = None
    for mark in marks:
        if mark.says != RUNNING:
            begun = None
        elif mark.order not in changed:
            begun = begun or mark.order
    return begun


def contract_topics(dossier: Dossier) -> list[str]:
    """The topics of a person's contracts, sorted."""
    return sorted(topic for topic in dossier.marks if topic_of(topic) == CONTRACT)


def _is_after(begun: Order, act: Mark) -> bool:
    """At equal time a deactivation beats a beginning, whatever ranks they have among their own."""
    return begun.time > act.order.time or (act.says == "active" and begun > act.order)
