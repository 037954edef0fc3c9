"""`ledger order show`: one order with its clocks and every act on it, what was annulled included."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from msgspec.structs import asdict

from application.answer import Answer, Name
from application.queries.cases.clocks import CaseAct
from application.queries.desk.found_orders import FoundOrder, find_cases, known_orders
from application.queries.desk.orders import OrderClockRow, OrderRow, clock_row, order_row
from application.queries.subjects import known_streams
from application.source import Shown, Source, instant_or_none, shown
from ledger.event import RecordedEvent, instant
from ledger.reading import events_but_reads
from projections.folds.annulment import is_annulment, name_of, target_of
from projections.folds.timetravel import NOW, Moment, SelectedEvents, fold, select
from projections.following.derive import selected_at
from projections.views.order_acts import act_of
from projections.views.orders import HANDED_OVER, RECEIVED, VIEW, Order, OrderStatus
from schemas import REMARK, names, texts


class StepAnnulled(Answer, frozen=True):
    """What took a step back. `id`: of the annulment; `employee`: who did it, null where nobody is known."""

    at: str
    reason: str
    source: str
    id: str
    employee: Name | None


class OrderStep(CaseAct, frozen=True):
    """An act on an order. `employee`: who did it, as the ledger itself knows; null of what came from outside.

    `annulled`: what took it back; it counts no more. `categories`: of the data that the act is about.
    `note`: of a hand-over, what the next employee must know.
    """

    employee: Name | None
    annulled: StepAnnulled | None
    categories: list[str]
    note: Shown | None


class OrderFile(OrderRow, frozen=True):
    """One order with its clocks and every act on it. `preserved_until`: the last day of what it keeps.

    `given_fields`: what was given of it until now; `bundles`: SHA-256 of what was sealed for the authority;
    `documents`: of what came in. `annulled`: its receipt was, so it is as if there were no order.
    `earliest_delivery`: before which nothing may be given; null: at once. `authorised_by`: offices that
    authorised it. `form_faults`: what is wrong with its form. `known_law`: whether the rulebook has a rule.
    """

    earliest_delivery: str | None
    authorised_by: list[str]
    form_faults: list[str]
    known_law: bool
    preserved_until: str | None
    preserved_categories: list[str]
    documents: list[str]
    given_fields: list[str]
    bundles: list[str]
    annulled: bool
    clocks: list[OrderClockRow]
    steps: list[OrderStep]


def find_order_files(
    source: Source, ref: str, subject: str | None = None, moment: Moment = NOW
) -> list[FoundOrder]:
    """Like `find_cases`; also where the receipt was annulled: as it was before. Raises NotAllowed."""
    rows = known_orders(source, moment, refs=[ref])
    streams = None if subject is None else known_streams(source, subject)
    if any(order.receipt for stream, order in rows if streams is None or stream in streams):
        return find_cases(source, ref, subject, moment)
    before = list(_annulled(source, ref, streams, moment))
    if not before:
        return find_cases(source, ref, subject, moment)
    source.reads.note_many(())
    whose = source.names(stream for stream, _ in before)
    return [FoundOrder(stream, whose[stream], order) for stream, order in before]


def _annulled(
    source: Source, ref: str, streams: Sequence[UUID] | None, moment: Moment
) -> Iterator[tuple[UUID, Order]]:
    """Orders of a reference that were received, and the receipt annulled: each as if it were not."""
    office = source.privacy_office
    for stream, selected in selected_at(source.session, moment.known, office, VIEW.names):
        if streams is not None and stream not in streams:
            continue
        order = fold(VIEW, selected.shown).get(ref)
        if order is not None and order.receipt is not None:
            yield stream, order


def order_file(
    source: Source,
    case: FoundOrder,
    time: datetime,
    language: texts.Language,
    moment: Moment = NOW,
) -> OrderFile | None:
    """One order as of a time, with every act on it; None when it had not been received by then."""
    state = case.standing(time)
    if state is None:
        return None
    events = events_but_reads(source.session, [case.stream])
    selected = select(events, moment.known, source.privacy_office)
    told = [event for event in _told(case.order, selected) if event.time <= time]
    counted = [event for event in told if name_of(event) not in selected.annulled]
    is_annulled = not any(event.name == RECEIVED for event in counted)
    over, clocks = (_OVER, ()) if is_annulled else ({}, state.clocks)
    return OrderFile(
        **{**asdict(order_row(case, state, time)), **over},
        earliest_delivery=instant_or_none(state.earliest),
        authorised_by=list(_authorised(case, time)),
        form_faults=case.order.form_faults,
        known_law=state.rule is not None,
        preserved_until=state.preserved_until.isoformat() if state.preserved_until else None,
        preserved_categories=_kept(case, state, time),
        documents=_named(counted, "sha256", "form_sha256"),
        given_fields=sorted(_named(counted, "fields")),
        bundles=_named(counted, "bundle_sha256"),
        annulled=is_annulled,
        clocks=[clock_row(clock, time) for clock in clocks],
        steps=_steps(source, case.order.ref, told, selected, language),
    )


_STEPS = VIEW.names or frozenset()
_PEOPLE = ("employee", "to_employee", "from_employee")
_OVER: Mapping[str, object] = {
    "open": False,
    "next": None,
    "due": None,
    "overdue": False,
    "command": None,
}


def _authorised(case: FoundOrder, time: datetime) -> Sequence[str]:
    facts = case.order.until(time).facts
    return facts.authorised_by if facts else ()


def _kept(case: FoundOrder, state: OrderStatus, time: datetime) -> list[str]:
    """The categories that are kept for an order, as the last word on it says."""
    imposed = case.order.until(time).named(names.PRESERVATION_IMPOSED)
    return list(imposed[-1].categories) if imposed and state.preserved_until else []


def _told(order: Order, selected: SelectedEvents) -> list[RecordedEvent]:
    """The events of an order's file: its steps, what was disclosed, and what was annulled. By time."""
    steps = {step.position for step in order.steps}
    its = [
        event
        for event in selected.shown
        if event.position in steps or _was_step(event, order.ref, selected)
    ]
    given = {event.facts.get("disclosure_id") for event in its}
    disclosed = [
        event
        for event in selected.shown
        if event.name == names.PERSONAL_DATA_DISCLOSED and _is_of(event, order.ref, given)
    ]
    return sorted((*its, *disclosed), key=lambda event: (event.time, event.position))


def _was_step(event: RecordedEvent, ref: str, selected: SelectedEvents) -> bool:
    """Whether an event was an act on an order before it was annulled."""
    is_about = event.name in _STEPS and event.facts.get("order_ref") == ref
    return is_about and name_of(event) in selected.annulled


def _is_of(event: RecordedEvent, ref: str, given: Collection[object]) -> bool:
    """Whether the desk disclosed something for an order: what came from outside is no part of its file."""
    is_its = event.id in given or event.facts.get("case_ref") == ref
    return is_its and act_of(event).came != "outside"


def _note_remarks(source: Source, told: Sequence[RecordedEvent]) -> None:
    """Note that notes of hand-overs are read, before one opens."""
    if any(event.sealed for event in told if event.name == HANDED_OVER):
        source.reads.note_many({REMARK})


def _note(source: Source, event: RecordedEvent) -> Shown | None:
    """The note that an employee left for the next owner."""
    opened = source.personal(event) if event.name == HANDED_OVER else {}
    return shown(opened["remark"]) if "remark" in opened else None


def _steps(
    source: Source,
    ref: str,
    told: Sequence[RecordedEvent],
    selected: SelectedEvents,
    language: texts.Language,
) -> list[OrderStep]:
    taken = _annulments(source, selected)
    whose = source.names(
        UUID(event.facts[fact])
        for event in (*told, *taken.values())
        for fact in _PEOPLE
        if fact in event.facts
    )
    _note_remarks(source, told)

    def people(event: RecordedEvent) -> dict[str, Name]:
        return {fact: whose[UUID(event.facts[fact])] for fact in _PEOPLE if fact in event.facts}

    def employee(event: RecordedEvent) -> Name | None:
        return people(event).get("employee")

    def step(event: RecordedEvent) -> OrderStep:
        taken_by, facts = taken.get(name_of(event)), event.facts | people(event)
        said = {"order_ref": ref, **facts, "categories": event.categories}
        return OrderStep(
            type=event.name,
            occurred_at=instant(event.time),
            source=event.source,
            id=event.id,
            facts=facts,
            text=texts.text_of(event.name, said, language),
            employee=employee(event),
            annulled=_taken(taken_by, employee(taken_by)) if taken_by else None,
            categories=list(event.categories),
            note=_note(source, event),
        )

    return [step(event) for event in told]


def _taken(annulment: RecordedEvent, employee: Name | None) -> StepAnnulled:
    return StepAnnulled(
        at=instant(annulment.time),
        reason=str(annulment.facts["reason"]),
        source=annulment.source,
        id=annulment.id,
        employee=employee,
    )


def _annulments(source: Source, selected: SelectedEvents) -> dict[tuple[str, str], RecordedEvent]:
    """Name of each annulled event -> what took it back."""
    return {
        target: event
        for event in selected.shown
        if is_annulment(event)
        and (target := target_of(event, source.privacy_office)) is not None
        and selected.annulled.get(target) == event.id
    }


def _named(events: Iterable[RecordedEvent], *members: str) -> list[str]:
    """What some facts of events hold, each once, in their order: of a list each of its entries."""
    facts = (event.facts.get(member, ()) for event in events for member in members)
    found = chain.from_iterable([fact] if isinstance(fact, str) else fact for fact in facts)
    return list(dict.fromkeys(found))
