"""Relationships: stretches of time in which a person is something to the provider. Pure.

A customer's begins with a registration, an order, a contract or a reactivation. It ends when the last
contract does, or without contracts with the deactivation. An employee's goes from the start of a job to its
end; a contact person's from the addition to the removal, and no longer than that of the customer. Retention
counts from the end of the relationship to which a value belongs.

A new relationship does not inherit by itself: an order or a contract of somebody who had left carries over
the categories that it names, and no others; what is confirmed goes on as well. A reactivation without such a
list goes on with the same one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

import msgspec

from projections.dossier.dossier import (
    CARRIED,
    CHANGED,
    CONFIRMED,
    CONTRACT,
    FOREVER,
    ORDERED,
    REGISTERED,
    RUNNING,
    Dossier,
    Mark,
    topic_of,
)
from projections.dossier.look import FactContext
from projections.dossier.said import Said
from projections.folds.view import Order
from rulebook.calendar import day_of

ACCOUNT, CONTACT, REMOVED = "account", "contact", "removed"
_NOTHING: frozenset[str] = frozenset()
# Who changes to another contract from one day to the next has not left.
_CHANGE_OVER = timedelta(days=1)


class Relationship(msgspec.Struct, frozen=True):
    """One stretch. `begun`: None for the first one, to which everything earlier belongs as well.

    `ended`: None while it runs. `carries`: categories whose earlier values go on in it. `sold`: something was
    bought by its beginning alone.
    """

    begun: datetime | None = None
    ended: datetime | None = None
    carries: frozenset[str] = _NOTHING
    sold: bool = False

    def runs_at(self, time: datetime) -> bool:
        """Whether a time lies in it."""
        return (self.begun is None or self.begun <= time) and not (
            self.ended and self.ended <= time
        )

    def has_begun(self, time: datetime) -> bool:
        """Whether it began by a time."""
        return self.begun is None or self.begun <= time


def is_former(relationships: Iterable[Relationship], time: datetime, at: datetime) -> bool:
    """Whether the relationship in which a time lies had made way for another one at a later time."""
    return any(
        before.runs_at(time) and after.has_begun(at) for before, after in pairwise(relationships)
    )


class Stretch(NamedTuple):
    """The relationship to which values belong, with the bounds of its neighbours.

    `after`: the end of the relationship before it. `before`: the beginning of the next one. None: no such
    neighbour.
    """

    ended: datetime | None
    after: datetime | None = None
    before: datetime | None = None


def relationships_of(look: FactContext) -> tuple[Relationship, ...]:
    """A person's relationships as customer or contact person, in the order of time; at least one.

    The last one goes on while a contract runs by the word of others: half of a takeover destroys no data.
    """
    own = look.own
    if own.customer and not contract_topics(own):
        customer = _in_doubt(as_customer(look.at(own.customer)), bool(look.beside_customer))
        return tuple(_as_contact(own, customer))
    return _in_doubt(as_customer(own), bool(look.beside))


def as_customer(dossier: Dossier, time: datetime = FOREVER) -> tuple[Relationship, ...]:
    """The relationships by the person's own events up to a time; a person without any has one that runs."""
    carried = {mark.order: frozenset(mark.codes) for mark in dossier.all(CARRIED)}
    fold = _Fold(carried, {mark.order for mark in dossier.all(CHANGED)})
    for act in sorted(_acts(dossier, time), key=_ACT_ORDER):
        fold.take(act)
    return tuple(_with_confirmed(one, dossier.all(CONFIRMED)) for one in fold.found)


def _with_confirmed(one: Relationship, confirmed: Iterable[Mark]) -> Relationship:
    """A relationship that keeps the categories which were confirmed while it runs."""
    codes = {code for mark in confirmed if one.runs_at(mark.order.time) for code in mark.codes}
    return msgspec.structs.replace(one, carries=one.carries | codes) if codes else one


def as_employee(dossier: Dossier) -> tuple[Relationship, ...]:
    """A person's jobs, in the order of time; none for who never had one."""
    jobs = dossier.all("job")
    return tuple(_between(jobs, "ended")) if jobs else ()


def _between(marks: Iterable[Mark], end: str) -> Iterator[Relationship]:
    """The stretches from each beginning to the next end; the first one begins before all marks."""
    at_hand: Relationship | None = Relationship()
    for mark in marks:
        if mark.says != end:
            at_hand = at_hand or Relationship(mark.order.time)
        elif at_hand:
            yield msgspec.structs.replace(at_hand, ended=mark.order.time)
            at_hand = None
    if at_hand:
        yield at_hand


def stretch_of(relationships: Sequence[Relationship], category: str, time: datetime) -> Stretch:
    """The relationship to which values of a category up to a time belong: the last one that had begun by
    then.

    The key of a month is judged at the end of that month: it goes with the newer relationship, except for the
    values that were there before (`retention.due_part`).
    """
    at = max(place for place, one in enumerate(relationships) if one.has_begun(time))
    first = at
    while at + 1 < len(relationships) and category in relationships[at + 1].carries:
        at += 1
    return Stretch(
        relationships[at].ended,
        relationships[first - 1].ended if first else None,
        relationships[at + 1].begun if at + 1 < len(relationships) else None,
    )


def _in_doubt(found: tuple[Relationship, ...], doubt: bool) -> tuple[Relationship, ...]:
    return (*found[:-1], msgspec.structs.replace(found[-1], ended=None)) if doubt else found


def _as_contact(own: Dossier, customer: Sequence[Relationship]) -> Iterator[Relationship]:
    """Each stretch between an addition and a removal; the one that goes on, as far as the customer's do."""
    for one in _between(own.all(CONTACT), REMOVED):
        if one.ended:
            yield one
        else:
            later = [other for other in customer if not _is_over(other, one.begun)]
            first, *others = later or customer[-1:]
            yield from (msgspec.structs.replace(first, begun=one.begun), *others)


def _is_over(one: Relationship, time: datetime | None) -> bool:
    """Whether a relationship had ended by a time."""
    return bool(time and one.ended and one.ended <= time)


def turns_of(look: FactContext) -> list[tuple[datetime | None, datetime]]:
    """When relationships ended and the next ones began, of a customer, contact person or employee."""
    return [
        (before.ended, after.begun)
        for stretches in (look.once(relationships_of), as_employee(look.own))
        for before, after in pairwise(stretches)
        if after.begun
    ]


class _Act(NamedTuple):
    """One act on a relationship. `kind`: of its topic. `ref`: of the contract that it is about."""

    order: Order
    kind: str
    says: Said
    ref: str = ""


def _acts(dossier: Dossier, time: datetime) -> Iterator[_Act]:
    for kind in (ACCOUNT, REGISTERED, ORDERED):
        yield from (_Act(mark.order, kind, mark.says) for mark in dossier.until(kind, time))
    for ref in contract_topics(dossier):
        yield from (_Act(mark.order, CONTRACT, mark.says, ref) for mark in dossier.until(ref, time))


def contract_topics(dossier: Dossier) -> list[str]:
    """The topics of a person's contracts, sorted."""
    return sorted(topic for topic in dossier.marks if topic_of(topic) == CONTRACT)


def sales_of(dossier: Dossier) -> list[Mark]:
    """The orders of a person and the acts on their contracts, in order: contact persons depend on them."""
    topics = (ORDERED, *contract_topics(dossier))
    return sorted((mark for topic in topics for mark in dossier.all(topic)), key=_ACT_ORDER)


_ACT_ORDER = attrgetter("order")


class _Fold:
    """Folds acts, in the order of time, into a customer's relationships. The last one is the current one."""

    def __init__(self, carried: Mapping[Order, frozenset[str]], changed: Collection[Order]) -> None:
        """`carried`: by act, the categories that go on with it. `changed`: acts on known contracts."""
        self.found: list[Relationship] = [Relationship()]
        self._carried, self._changed = carried, changed
        self._running: set[str] = set()
        self._is_erased = False

    def take(self, act: _Act) -> None:
        """Go on with the next act."""
        if act.kind == ACCOUNT and act.says != "active":
            self._account_ends(act)
        elif act.kind == CONTRACT and act.says != RUNNING:
            self._running.discard(act.ref)
            # Also later than a deactivation: a contract whose beginning nobody told ran until then.
            if not self._running and not self._is_erased:
                self._end(act.order.time)
        elif act.kind == ACCOUNT or not self._is_erased:
            self._begin(act)

    def _account_ends(self, act: _Act) -> None:
        """Nothing ends by a deactivation while a contract runs, and who is erased has none."""
        if act.says == "erased":
            self._running.clear()
            self._is_erased = True
        if not self._running:
            self._end(self.found[-1].ended or act.order.time)

    def _begin(self, act: _Act) -> None:
        self._is_erased = False
        if act.kind == CONTRACT:
            self._running.add(act.ref)
        last, named = self.found[-1], self._carried.get(act.order)
        if last.ended is None:
            return
        # A contract that is changed had gone on, although nobody told when it began.
        is_same = (named is None and act.kind == ACCOUNT) or act.order in self._changed
        if is_same or day_of(act.order.time) - day_of(last.ended) <= _CHANGE_OVER:
            self._end(None)
        else:
            sold = act.kind != REGISTERED
            self.found.append(Relationship(act.order.time, None, named or _NOTHING, sold))

    def _end(self, time: datetime | None) -> None:
        self.found[-1] = msgspec.structs.replace(self.found[-1], ended=time)
