"""Acts that preserve data for an authority: imposed, extended once where the law has it, released.

What is kept is a copy in this ledger: the open one erases, keeps and answers as if there were no order. The
days come from the rulebook: a command may ask for fewer, and never for more.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

import msgspec

from application.acts.acting import Act, Permit, check, office_lock
from application.acts.on_orders import OnOrder, act_on, again, check_deed
from application.acts.preserving import OpenLedger, Snapshot, held_until, is_due, take
from application.acts.requesting import record
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import FoundOrder, find_order, known_orders, named_orders
from application.queries.desk.preserved import (
    SnapshotLook,
    next_snapshot,
    waiting_for_data,
)
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured, Reject
from projections.reading.views import secrets as every_secret
from projections.reading.views import secrets_of
from projections.views.orders import Order, is_wanted
from projections.views.secrecy import Preservation, preservations, snapshot_of
from rulebook.calendar import day_of
from rulebook.orders import OrderRule, longest_preservation
from schemas import LISTED_CATEGORIES, PERSONAL_FIELDS, names

_AT_ONCE = timedelta(days=60)


def impose(
    site: Site,
    source: Source,
    there: OpenLedger,
    on: OnOrder,
    categories: Sequence[str],
    until: date | None,
) -> tuple[FoundOrder, SnapshotLook]:
    """Copy the data that an order names, and record that it is kept, which executes the order.

    `there`: the open ledger. `categories`: of the fields that the order asks for, or, where it asks for none,
    all fields of them. `until`: the last day; None: the last one that the law allows. Raises NotAllowed.
    """
    with office_lock(site):
        case = find_order(source, on.ref, on.subject)
        check_deed(case, "preserve", on.time)
        longest = longest_preservation(_rule(case), day_of(case.received.time), prolonged=0)
        day = _checked(until, on.time, longest)
        of = Snapshot(next_snapshot(case), fields_kept(case, categories), day)
        executed = act_on(case, names.ORDER_EXECUTED, {"fields": []})
        first = partial(take, site, source, there, case, of)
        look = _begin(site, [_imposed(case, of), executed], on.time, first)
    return again(source, case), look


def copy(
    site: Site, source: Source, there: OpenLedger, on: OnOrder
) -> tuple[FoundOrder, SnapshotLook]:
    """Bring the copy of an order up to date, or make the first one.

    That is of a European order to produce, which is kept until the authority has its answer, and of what a
    program imposed that made no copies. Raises NotAllowed where nothing is kept.
    """
    with office_lock(site):
        case = find_order(source, on.ref, on.subject)
        of = _first(source, case, on.time)
        if of is None:
            of = _snapshot(source, case, _in_force(source, case, on.time))
            look = take(site, source, there, case, of)
        else:
            first = partial(take, site, source, there, case, of)
            look = _begin(site, [_imposed(case, of)], on.time, first)
    return again(source, case), look


def _first(source: Source, case: FoundOrder, time: datetime) -> Snapshot | None:
    """The snapshot that is still to be made of an order; None where one was."""
    imposed = case.order.named(names.PRESERVATION_IMPOSED)
    if not imposed and is_kept_at_once(case.order):
        return Snapshot(next_snapshot(case), fields_kept(case, ()), day_of(time) + _AT_ONCE)
    if not imposed or snapshot_of(imposed[-1]):
        return None
    kept = _in_force(source, case, time)
    fields = fields_kept(case, kept.categories)
    return Snapshot(next_snapshot(case), fields, kept.until or date.max)


def is_kept_at_once(order: Order) -> bool:
    """Whether the law has the data of an order kept on its receipt."""
    return order.rule is not None and order.rule.kept_at_once


class Copied(NamedTuple):
    """What the clock copied: how many records were added, and the orders of which nothing could be."""

    added: int
    failed: tuple[str, ...]


def copy_all(site: Site, source: Source, there: OpenLedger) -> Copied:
    """Make every copy that is to be made, and renew every copy that is a day old.

    An order that cannot be copied, such as one that names no person, keeps no other one from being copied.
    """
    added, failed = 0, []
    for on in [*_not_begun(source), *_due(source)]:
        try:
            added += copy(site, source, there, on)[1].added
        except Reject:
            failed.append(on.ref)
    return Copied(added, tuple(failed))


def _not_begun(source: Source) -> list[OnOrder]:
    """Open orders whose data the law has kept on receipt, and is not copied yet."""
    return [
        OnOrder(case.order.ref, case.reference, source.now)
        for case in named_orders(source, known_orders(source))
        if isinstance(case.reference, str)
        and is_kept_at_once(case.order)
        and not case.order.named(names.PRESERVATION_IMPOSED)
        and (state := case.standing(source.now))
        and state.is_open
    ]


def _due(source: Source) -> list[OnOrder]:
    """Orders whose preservation is in force, and that have no copy, or one that is a day old."""
    kept = list(_in_force_now(source))
    people = source.opener.references([stream for stream, _ in kept])
    copies = source.opener.references([one.snapshot for _, one in kept if one.snapshot])
    return [
        OnOrder(one.order_ref, people[stream], source.now)
        for stream, one in kept
        if stream in people and _is_due(source, one, copies)
    ]


def _in_force_now(source: Source) -> Iterator[tuple[UUID, Preservation]]:
    """Every preservation for an order that is in force, with the stream of its person."""
    for stream, secrets in every_secret(source.session):
        for one in preservations(secrets, source.now):
            if one.order_ref and one.keeps(day_of(source.now)):
                yield stream, one


def _is_due(source: Source, kept: Preservation, copies: Mapping[UUID, str]) -> bool:
    """Whether a preservation is to be copied. `copies`: snapshots that are there, with their subjects."""
    if kept.snapshot is None:
        return True
    return kept.snapshot in copies and is_due(source, copies[kept.snapshot])


def _snapshot(source: Source, case: FoundOrder, kept: Preservation) -> Snapshot:
    """The snapshot of what is kept. Raises NotAllowed where none was taken."""
    named = kept.snapshot
    subject = source.opener.references([named]).get(named) if named else None
    if subject is None:
        raise NotAllowed(f"no data of order {case.order.ref} was copied, or the copy is destroyed")
    return Snapshot(subject, fields_kept(case, kept.categories), kept.until or date.max)


def fields_kept(case: FoundOrder, categories: Collection[str]) -> tuple[str, ...]:
    """The fields that an order has kept. Raises Misconfigured for categories that it does not ask for."""
    asked = case.order.may_have or tuple(case.received.facts["requested_fields"])
    if not asked and not categories:
        raise Misconfigured("expected what the order has kept: it names no field", field="category")
    fields, wanted = asked or tuple(PERSONAL_FIELDS), set(categories) or set(LISTED_CATEGORIES)
    beyond = sorted(set(categories).difference(PERSONAL_FIELDS[field] for field in fields))
    if beyond:
        raise Misconfigured(
            f"order {case.order.ref} does not ask for {', '.join(beyond)}", field="category"
        )
    return tuple(field for field in fields if PERSONAL_FIELDS[field] in wanted)


def _imposed(case: FoundOrder, of: Snapshot) -> Act:
    facts = {"until": of.until.isoformat(), "snapshot": of.subject}
    imposed = act_on(case, names.PRESERVATION_IMPOSED, facts)
    categories = sorted({PERSONAL_FIELDS[field] for field in of.fields})
    return msgspec.structs.replace(imposed, categories=categories)


def _begin(
    site: Site, acts: Sequence[Act], time: datetime, first: Callable[[], SnapshotLook]
) -> SnapshotLook:
    """Record acts after the first copy. `first`: takes it, once the acts were checked."""
    check(site, acts, time)
    look = first()
    record(site, acts, time)
    return look


def extend(site: Site, source: Source, on: OnOrder, until: date | None) -> FoundOrder:
    """Record that data is kept for longer. Raises NotAllowed where the law has no longer period.

    `until`: its last day; None: the last one that the law allows.
    """
    with office_lock(site):
        case = find_order(source, on.ref, on.subject)
        kept = _in_force(source, case, on.time)
        longest = _longest(case, kept, on.time)
        if longest is None and until is None:
            raise Misconfigured("expected the day that the order for the data needs", field="until")
        day = _checked(until, on.time, longest)
        if kept.until is not None and day <= kept.until:
            raise NotAllowed(f"data is kept until {kept.until} already", field="until")
        extended = act_on(case, names.PRESERVATION_EXTENDED, {"until": day.isoformat()})
        held = held_until(case, msgspec.structs.replace(_snapshot(source, case, kept), until=day))
        record(site, [extended, held], on.time)
    return again(source, case)


def releasable(source: Source, on: OnOrder) -> tuple[FoundOrder, Preservation]:
    """The order, and what is kept for it. Raises NotAllowed where nothing is, or an order waits for it."""
    case = find_order(source, on.ref, on.subject)
    kept = _unreleased(source, case, on.time)
    if waiting := waiting_for_data(source, case.stream, case.order.ref, on.time):
        raise NotAllowed(
            f"{', '.join(waiting)} may need this data: execute or refuse that order first"
        )
    return case, kept


def release(site: Site, source: Source, on: OnOrder, permit: Permit | None) -> FoundOrder:
    """Record that data is no longer kept for an order. Raises NotAllowed, NotPermitted."""
    with office_lock(site):
        case, kept = releasable(source, on)
        last = min(filter(None, (day_of(on.time), kept.until)))
        facts = {"until": last.isoformat()}
        released = act_on(case, names.PRESERVATION_RELEASED, facts)
        released = msgspec.structs.replace(released, categories=list(kept.categories))
        record(site, [released], on.time, permit=permit)
    return again(source, case)


def _in_force(source: Source, case: FoundOrder, time: datetime) -> Preservation:
    kept = _unreleased(source, case, time)
    if not kept.keeps(day_of(time)):
        raise NotAllowed(f"no data is kept for order {case.order.ref}")
    return kept


def _unreleased(source: Source, case: FoundOrder, time: datetime) -> Preservation:
    """What was imposed for an order and not released, also when its last day is over."""
    secrets = secrets_of(source.session, [case.stream]).get(case.stream)
    found = preservations(secrets, time) if secrets else []
    for kept in found:
        if kept.order_ref == case.order.ref and kept.released_at is None:
            return kept
    raise NotAllowed(f"no data is kept for order {case.order.ref}")


def _longest(case: FoundOrder, kept: Preservation, time: datetime) -> date | None:
    """The last day that the law allows at a time; None: as long as the order for the data needs."""
    rule, ref = _rule(case), case.order.ref
    if rule.until_production and is_wanted(ref, case.others, time):
        return None
    if kept.extensions >= rule.prolongings:
        raise NotAllowed(
            f"the preservation for order {ref} was extended as often as the law has it"
        )
    began = day_of(case.received.time)
    return longest_preservation(rule, began, prolonged=kept.extensions + 1)


def _rule(case: FoundOrder) -> OrderRule:
    rule = case.order.rule
    if rule is None or not rule.preserve_days:
        raise NotAllowed(f"no data can be kept under {case.provision}")
    return rule


def _checked(until: date | None, time: datetime, longest: date | None) -> date:
    """The day up to which data is kept. Raises Misconfigured for a day that is over, or too late."""
    day = until or longest
    assert day
    if day < day_of(time):
        raise Misconfigured("this day is over; expected today or a day to come", field="until")
    if longest is not None and day > longest:
        raise Misconfigured(f"the law allows no day after {longest}", field="until")
    return day
