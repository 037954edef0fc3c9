"""Orders of authorities: what a provision allows to whom, by when an order is answered, what it lacks. Pure.

Owns `law/orders.toml`. Hours are elapsed hours, whatever summer time does; a period of days ends with its
last day in Amsterdam. Where the law leaves open how it counts, a rule takes the earlier day for what we must
do ourselves, the later one for what ends the right of another, and says so.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from rulebook.calendar import day_of, months_after, start_of
from rulebook.deadlines import last_of_days
from rulebook.loading import RulebookError, load
from rulebook.provisions import provision as known_provision
from rulebook.validity import grouped, in_force
from schemas.events.orders import IssuedBy, OrderKind
from schemas.formats import instant_of
from schemas.personal import PERSONAL_FIELDS, DataCategory, FieldName
from schemas.provision import folded, readings

RuleId = Annotated[str, Meta(pattern=r"^order\.[a-z0-9]+(?:[.-][a-z0-9]+)*\Z")]
ClockName: TypeAlias = Literal[
    "answer", "written-order", "preservation", "review", "measure", "delivery"
]
Fault: TypeAlias = Literal[
    "not-a-duty",
    "wrong-authority",
    "wrong-kind",
    "oral-not-allowed",
    "faulty-form",
    "not-authorised",
]
Ground: TypeAlias = Literal["beyond-provision", "needs-judge", "period-beyond-provision"]
GROUNDS: tuple[Ground, ...] = ("beyond-provision", "needs-judge", "period-beyond-provision")
"""Why a field, or a part of a period, is refused."""
_DAY = timedelta(days=1)
_UNKNOWN_LAW_REVIEW_MONTHS = 6


class Reserved(Struct, frozen=True, forbid_unknown_fields=True):
    """Categories that only some may order, or authorise."""

    categories: tuple[DataCategory, ...]
    issued_by: tuple[IssuedBy, ...]


class Authorised(Struct, frozen=True, forbid_unknown_fields=True):
    """Offices whose order needs the word of another one beforehand, and whose word that is.

    An order of which nobody knows the office needs it as well.
    """

    of: Annotated[tuple[IssuedBy, ...], Meta(min_length=1)]
    by: Annotated[tuple[IssuedBy, ...], Meta(min_length=1)]


class OrderTest(Struct, frozen=True, forbid_unknown_fields=True):
    """An order, and what the rule says of it. `due`: per clock the instant from which it is too late.

    `earliest`: before which nothing may be given.
    """

    received: datetime
    issued_by: IssuedBy | None = None
    authorised_by: tuple[IssuedBy, ...] = ()
    notified: bool = False
    renews: bool = False
    cleared: datetime | None = None
    kind: OrderKind | None = None
    oral: bool = False
    urgent: bool = False
    respond_by: datetime | None = None
    fields: tuple[FieldName, ...] = ()
    period_from: date | None = None
    period_to: date | None = None
    allowed: tuple[FieldName, ...] = ()
    refused: tuple[FieldName, ...] = ()
    grounds: tuple[Ground, ...] = ()
    faults: tuple[Fault, ...] = ()
    first: date | None = None
    last: date | None = None
    due: dict[ClockName, datetime] = {}
    earliest: datetime | None = None


class OrderRule(Struct, frozen=True, forbid_unknown_fields=True):
    """The extent of an order under one provision.

    `covers`: the listed fields and categories, or those that the single case needs. `months_back`: the reach
    into the past; 0: no limit. `weeks_ahead`, `months_ahead`: the reach into the future; neither: stored data
    alone, unless `open_ended`. `authorised`: offices whose order needs the word of another office, such as a
    judge's. `conditions`: the desk must find each fulfilled before it gives anything.

    `confirm_days`: an oral order must be confirmed in writing within these; it lapses at their longest count
    in law, and from their shortest end on nothing is given (`doubtful_from`). `notified_days`: an order waits
    this long when the authority of another State was notified of it. `preserve_days` may be prolonged
    `prolongings` times by `prolong_days`, and `until_production` for as long as an order for the data needs.
    `kept_at_once`: the data is preserved on receipt, before the decision about it. `review_months`: the
    interval between reviews of the secrecy, chosen by the house. `refusals`: grounds in law, in addition to
    the computed ones. `legal_basis`: of the disclosure. `superseded_by`: the provision in force since
    `valid_to`. `doubts`: points that a lawyer must confirm.
    """

    id: RuleId
    provision: str
    title: str
    title_nl: str
    citation: str
    confidence: Literal["sourced", "unconfirmed"]
    valid_from: date
    kinds: Annotated[tuple[OrderKind, ...], Meta(min_length=1)]
    issued_by: Annotated[tuple[IssuedBy, ...], Meta(min_length=1)]
    covers: Literal["listed", "case"]
    tests: Annotated[tuple[OrderTest, ...], Meta(min_length=1)]
    fields: tuple[FieldName, ...] = ()
    categories: tuple[DataCategory, ...] = ()
    reserved: tuple[Reserved, ...] = ()
    authorised: Authorised | None = None
    conditions: tuple[str, ...] = ()
    legal_basis: Literal["6-1-c", "6-1-d", "6-1-f"] = "6-1-c"
    months_back: int = 0
    weeks_ahead: int = 0
    months_ahead: int = 0
    open_ended: bool = False
    oral: bool = False
    confirm_days: int = 0
    answer_days: int = 0
    urgent_hours: int = 0
    notified_days: int = 0
    preserve_days: int = 0
    prolong_days: int = 0
    prolongings: int = 0
    until_production: bool = False
    kept_at_once: bool = False
    review_months: int = 0
    applies: bool = True
    refusals: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    valid_to: date | None = None
    superseded_by: str = ""

    def __post_init__(self) -> None:
        if bool(self.doubts) != (self.confidence == "unconfirmed"):
            raise ValueError("what is unconfirmed says what a lawyer must confirm")
        if self.oral != bool(self.confirm_days):
            raise ValueError("an oral order is confirmed within some days")
        if self.covers == "case" and (self.fields or self.categories):
            raise ValueError("what depends on the case lists no fields")
        if self.superseded_by and self.valid_to is None:
            raise ValueError("what another provision replaced holds until some day")


class OrderFacts(Struct, frozen=True):
    """An order as it was received, with the words of other authorities on it that came later.

    `period_to`: the last day for which data is wanted, inclusive. `authorised_by`: offices that authorised
    it. `notified`: whether the authority of another State was told of it; `cleared_at`: when that one said
    that it raises no ground. `faulty`: whether the form that it came in was. `renews`: whether it follows
    another order, whose measure goes on.
    """

    provision: str
    received_at: datetime
    requested_fields: tuple[str, ...] = ()
    kind: str | None = None
    issued_by: str | None = None
    oral: bool = False
    urgent: bool = False
    respond_by: datetime | None = None
    period_from: date | None = None
    period_to: date | None = None
    notified: bool = False
    faulty: bool = False
    renews: bool = False
    authorised_by: tuple[str, ...] = ()
    cleared_at: datetime | None = None

    @property
    def day(self) -> date:
        """The day of receipt, in Amsterdam."""
        return day_of(self.received_at)


class OrderClock(Struct, frozen=True):
    """By when something must be done. `due`: the first instant that is too late, in UTC."""

    name: ClockName
    due: datetime
    rule: str
    citation: str


class Allowance(Struct, frozen=True):
    """Exactly what an order may have. `period_from`, `period_to`: days, inclusive; None: no end there."""

    fields: tuple[str, ...]
    refused: tuple[str, ...]
    grounds: tuple[Ground, ...]
    period_from: date | None
    period_to: date | None

    @property
    def is_narrower(self) -> bool:
        """Whether an order asked for more than it may have."""
        return bool(self.grounds)


ORDER_RULES: tuple[OrderRule, ...] = load("law", "order", OrderRule)
_BY_PROVISION = grouped(ORDER_RULES, lambda rule: folded(rule.provision))
RESPOND_BY = "order.respond-by"
"""Stands for the rule where the order itself says by when it must be answered."""


def order_rule(provision: str, day: date, kind: str | None = None) -> OrderRule | None:
    """The rule for orders under a provision on a day; None without one.

    `provision`: as events spell it. If a provision has several kinds of order, the rule of `kind`, or else
    the first.
    """
    rules = [rule for rule in _of_provision(provision) if in_force(rule, day)]
    return next((rule for rule in rules if kind in rule.kinds), rules[0] if rules else None)


def replaced_by(provision: str, day: date) -> tuple[OrderRule, str] | None:
    """The rule that held under a provision before a day, and the provision that holds since; else None."""
    over = (rule for rule in _of_provision(provision) if rule.valid_to and rule.valid_to <= day)
    return next(((rule, rule.superseded_by) for rule in over if rule.superseded_by), None)


def _of_provision(provision: str) -> Iterator[OrderRule]:
    """The rules under a provision, of any time, spelled as events spell it."""
    entry = known_provision(provision)
    names = [folded(entry.id)] if entry else list(readings(provision))
    return (rule for name in names for rule in _BY_PROVISION.get(name, ()))


def rule_of(order: OrderFacts) -> OrderRule | None:
    """The rule for an order, as of its receipt."""
    return order_rule(order.provision, order.day, order.kind)


def facts_of(received_at: datetime, provision: str | None, facts: dict[str, object]) -> OrderFacts:
    """An order from the facts of its event."""
    instant = facts.get("respond_by")
    return OrderFacts(
        provision=provision or "",
        received_at=received_at,
        requested_fields=tuple(facts.get("requested_fields") or ()),  # type: ignore[arg-type]
        kind=_text(facts, "kind"),
        issued_by=_text(facts, "issued_by"),
        oral=bool(facts.get("oral")),
        urgent=bool(facts.get("urgent")),
        respond_by=instant_of(instant) if isinstance(instant, str) else None,
        period_from=day_in(facts, "period_from"),
        period_to=day_in(facts, "period_to"),
        notified=bool(facts.get("notified")),
        faulty=bool(facts.get("form_faults")),
        renews=bool(facts.get("extends")),
    )


def day_in(facts: dict[str, object], name: str) -> date | None:
    """A day among the facts of an event; None where it does not stand there."""
    text = _text(facts, name)
    return None if text is None else date.fromisoformat(text)


def _text(facts: dict[str, object], name: str) -> str | None:
    value = facts.get(name)
    return value if isinstance(value, str) else None


def clocks(order: OrderFacts) -> tuple[OrderClock, ...]:
    """The deadlines that the receipt of an order starts, the earliest first."""
    return tuple(sorted(_clocks(order, rule_of(order)), key=lambda clock: (clock.due, clock.name)))


def _clocks(order: OrderFacts, rule: OrderRule | None) -> Iterator[OrderClock]:
    answer = _answer(order, rule)
    if answer is not None:
        yield answer
    if rule is not None and order.oral and rule.confirm_days:
        lapses = start_of(last_of_days(order.day, rule.confirm_days) + _DAY)
        yield OrderClock("written-order", lapses, rule.id, rule.citation)
    if rule is not None and "preservation" in rule.kinds and rule.preserve_days:
        due = end_of_day(order.day, rule.preserve_days)
        yield OrderClock("preservation", due, rule.id, rule.citation)


def _answer(order: OrderFacts, rule: OrderRule | None) -> OrderClock | None:
    """The earlier of what the law and the order say."""
    by_law = None if rule is None else _answered_by(order, rule)
    asked = _asked_by(order, rule)
    if rule is not None and by_law is not None and (asked is None or by_law <= asked):
        return OrderClock("answer", by_law, rule.id, rule.citation)
    if asked is None:
        return None
    return OrderClock("answer", asked, RESPOND_BY, rule.citation if rule else "")


def _asked_by(order: OrderFacts, rule: OrderRule | None) -> datetime | None:
    """By when the order wants its answer: nobody can ask for what may not be given by then."""
    first = earliest_delivery(rule, order)
    too_early = order.respond_by and first and order.respond_by <= first
    return None if too_early else order.respond_by


def _answered_by(order: OrderFacts, rule: OrderRule) -> datetime | None:
    if order.urgent and rule.urgent_hours:
        return order.received_at + timedelta(hours=rule.urgent_hours)
    first = earliest_delivery(rule, order)
    if first is not None and order.cleared_at is None:
        # It goes at the end of the days in which a ground can be raised: the law gives no length to that.
        return start_of(day_of(first) + _DAY)
    return end_of_day(order.day, rule.answer_days) if rule.answer_days else None


def earliest_delivery(rule: OrderRule | None, order: OrderFacts) -> datetime | None:
    """The instant, in UTC, before which nothing may be given for an order; None: at once.

    An order of which the authority of another State was notified waits until that one's days are over, or
    until it said that it raises no ground. An emergency waits for nobody.
    """
    if rule is None or not (rule.notified_days and order.notified):
        return None
    if order.urgent and rule.urgent_hours:
        return None
    over = start_of(last_of_days(order.day, rule.notified_days) + _DAY)
    return over if order.cleared_at is None else min(order.cleared_at, over)


def doubtful_from(rule: OrderRule | None, order: OrderFacts) -> datetime | None:
    """From when an oral order may have lapsed, so that nothing is given for it; None where it is written."""
    if rule is None or not (order.oral and rule.confirm_days):
        return None
    return end_of_day(order.day, rule.confirm_days)


def end_of_day(day: date, days: int) -> datetime:
    """The first instant after the last of some days that follow a day, in UTC."""
    return start_of(day + timedelta(days=days + 1))


def faults(rule: OrderRule, order: OrderFacts) -> tuple[Fault, ...]:
    """Why an order cannot be executed at all; empty where nothing is wrong with it as a whole."""
    return tuple(_faults(rule, order))


def _faults(rule: OrderRule, order: OrderFacts) -> Iterator[Fault]:
    if not rule.applies:
        yield "not-a-duty"
    if order.issued_by not in {None, *rule.issued_by}:
        yield "wrong-authority"
    if order.kind not in {None, *rule.kinds}:
        yield "wrong-kind"
    if order.oral and not rule.oral:
        yield "oral-not-allowed"
    if order.faulty:
        yield "faulty-form"
    if rule.authorised and _lacks_word(rule.authorised, order):
        yield "not-authorised"


def _lacks_word(needed: Authorised, order: OrderFacts) -> bool:
    needs = order.issued_by is None or order.issued_by in needed.of
    return needs and not set(order.authorised_by) & {*needed.by}


def allowed(rule: OrderRule, order: OrderFacts) -> Allowance:
    """The exact part of an order that may be given; the remainder is refused, with its grounds.

    Fields keep the order of the request. `faults` judges whether the authority may order at all.
    """
    asked = order.requested_fields
    offices = {order.issued_by, *order.authorised_by}
    refused = {field: why for field in asked if (why := _ground(rule, field, offices))}
    first, last = _period(rule, order)
    cut = (first, last) != (order.period_from, order.period_to)
    found = {*refused.values(), *(("period-beyond-provision",) if cut else ())}
    return Allowance(
        fields=tuple(field for field in asked if field not in refused),
        refused=tuple(refused),
        grounds=tuple(ground for ground in GROUNDS if ground in found),
        period_from=first,
        period_to=last,
    )


def _ground(rule: OrderRule, field: str, offices: Collection[str | None]) -> Ground | None:
    """Why a field is refused; None where it may be given."""
    if not _covers(rule, field):
        return "beyond-provision"
    return "needs-judge" if _is_reserved(rule, field, offices) else None


def _covers(rule: OrderRule, field: str) -> bool:
    return (
        rule.covers == "case" or field in rule.fields or PERSONAL_FIELDS[field] in rule.categories
    )


def _is_reserved(rule: OrderRule, field: str, offices: Collection[str | None]) -> bool:
    """Whether a field is for others than the offices that are known to have ordered or authorised it."""
    category = PERSONAL_FIELDS[field]
    return any(
        category in part.categories and not {*offices} & {*part.issued_by} for part in rule.reserved
    )


def _period(rule: OrderRule, order: OrderFacts) -> tuple[date | None, date | None]:
    """The days of an order, cut to what its rule allows; None where it has no limit and asks for none."""
    first, last = order.period_from, order.period_to
    if rule.months_back:
        earliest = months_after(order.day, -rule.months_back)
        first = earliest if first is None else max(first, earliest)
    latest = latest_day(rule, _begins(rule, order))
    if last is not None and latest is not None:
        last = min(last, latest)
    return first, last


def _begins(rule: OrderRule, order: OrderFacts) -> date:
    """From which day a period ahead counts: of a renewal, from where the measure goes on."""
    first, end = order.period_from, latest_day(rule, order.day)
    if not order.renews or first is None or end in {None, order.day}:
        return order.day
    assert end
    return max(order.day, min(first, end + _DAY))


def latest_day(rule: OrderRule, day: date) -> date | None:
    """The last day of which a rule allows data, for an order of a day; None: it sets no limit."""
    if rule.open_ended:
        return None
    if rule.months_ahead:
        return months_after(day, rule.months_ahead) - _DAY
    return day + timedelta(weeks=rule.weeks_ahead) - _DAY if rule.weeks_ahead else day


def longest_preservation(rule: OrderRule, day: date, *, prolonged: int | None = None) -> date:
    """The last day up to which data may be preserved for an order of a day.

    `prolonged`: how many times it was; None: as often as the law has it. Counts no more than that.
    """
    times = rule.prolongings if prolonged is None else min(prolonged, rule.prolongings)
    return day + timedelta(days=rule.preserve_days + times * rule.prolong_days)


def review_on(rule: OrderRule | None, day: date) -> date:
    """The day on which secrecy that began on a day is looked at again; None: under a law without a rule.

    Raises RulebookError for a rule without secrecy.
    """
    months = _UNKNOWN_LAW_REVIEW_MONTHS if rule is None else rule.review_months
    if rule is not None and not months:
        raise RulebookError(f"{rule.id} has no secrecy to review")
    return months_after(day, months)
