"""Acts that preserve data for an authority: imposed, extended once where the law has it, released.

The days come from the rulebook: a command may ask for fewer, and never for more.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from application.acts.acting import Permit, one_at_a_time
from application.acts.on_orders import OnOrder, act_on, again, check_deed
from application.acts.requesting import record
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_orders import FoundOrder, find_order
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured
from projections.reading.views import secrets_of
from projections.views.orders import is_wanted
from projections.views.secrecy import Preservation, preservations
from rulebook.calendar import day_of
from rulebook.orders import OrderRule, longest_preservation
from schemas import names


def impose(
    site: Site, source: Source, on: OnOrder, categories: Sequence[str], until: date | None
) -> FoundOrder:
    """Record that data of some categories is kept, which executes the order. Raises NotAllowed.

    `until`: its last day; None: the last one that the law allows.
    """
    with one_at_a_time(site):
        case = find_order(source, on.ref, on.subject)
        check_deed(case, "preserve", on.time)
        longest = longest_preservation(_rule(case), day_of(case.received.time), prolonged=0)
        day = _checked(until, on.time, longest)
        kept = act_on(case, names.PRESERVATION_IMPOSED, {"until": day.isoformat()})
        kept = msgspec.structs.replace(kept, categories=sorted(categories))
        executed = act_on(case, names.ORDER_EXECUTED, {"fields": []})
        record(site, [kept, executed], on.time)
    return again(source, case)


def extend(site: Site, source: Source, on: OnOrder, until: date | None) -> FoundOrder:
    """Record that data is kept for longer. Raises NotAllowed where the law has no longer period.

    `until`: its last day; None: the last one that the law allows.
    """
    with one_at_a_time(site):
        case = find_order(source, on.ref, on.subject)
        kept = _in_force(source, case, on.time)
        longest = _longest(case, kept, on.time)
        if longest is None and until is None:
            raise Misconfigured("expected the day that the order for the data needs", field="until")
        day = _checked(until, on.time, longest)
        if kept.until is not None and day <= kept.until:
            raise NotAllowed(f"data is kept until {kept.until} already", field="until")
        record(
            site, [act_on(case, names.PRESERVATION_EXTENDED, {"until": day.isoformat()})], on.time
        )
    return again(source, case)


def releasable(source: Source, on: OnOrder) -> tuple[FoundOrder, Preservation]:
    """The order, and what is kept for it. Raises NotAllowed where nothing is."""
    case = find_order(source, on.ref, on.subject)
    return case, _unreleased(source, case, on.time)


def release(site: Site, source: Source, on: OnOrder, permit: Permit | None) -> FoundOrder:
    """Record that data is no longer kept for an order. Raises NotAllowed, NotPermitted."""
    with one_at_a_time(site):
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
