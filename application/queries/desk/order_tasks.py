"""What is to be done next about orders, secrecy, preservations and restrictions. Pure."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from msgspec.structs import replace

from application.answer import Name
from application.command_line import UNNAMED, command
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.secrecy import SecrecyRow
from application.queries.today.task import STATES, State, Task, reference_of, state_of
from ledger.event import instant
from projections.reading.order_judging import NOT_CONFIRMED, judge
from projections.reading.order_steps import is_authorised_since
from projections.views.order_acts import SECRECY
from projections.views.order_clocks import OrderClockStatus, runs_tap
from projections.views.orders import AUTHENTICATED, WAITING, Order, OrderStatus, keeps_data
from projections.views.secrecy import Secrets, restrictions
from rulebook.calendar import day_of, last_day, start_of
from rulebook.orders import ClockName
from schemas import names

Step = tuple[str, tuple[str, ...], Mapping[str, str]]
"""A task, the words of its command before the order's reference, and its options."""
_EVIDENCE = {"evidence": "E", "document": "FILE"}
_FOR_ALL = {
    ("order", deed)
    for deed in ("authenticate", "validate", "narrow", "object", "refuse", "confirm")
}
"""Commands that without a person do the step for all persons of an order."""
_RECEIPT: Step = ("confirm-receipt", ("order", "confirm"), {"what": "receipt"})


def step_of(order: Order, state: OrderStatus) -> Step | None:
    """What an order itself waits for at the desk; None where it waits for nothing."""
    if state.status == "lapsed":
        return "close-lapsed-order", ("order", "refuse"), {"ground": NOT_CONFIRMED}
    if state.status in WAITING:
        return _open_step(order, state)
    return _later_step(order, state) if state.status in {"executed", "confirmed"} else None


def _later_step(order: Order, state: OrderStatus) -> Step | None:
    """What an order waits for that was carried out."""
    if order.facts and order.facts.oral and not order.confirmation("written-order"):
        # Nothing keeps data for an order that lapsed.
        return _RELEASE if state.lapsed and keeps_data(order) else _WRITTEN
    if state.runs:
        return _END if runs_tap(order) else _REST
    return _RECEIPT if state.status == "executed" else None


_WRITTEN: Step = ("confirm-order", ("order", "confirm"), {"what": "written-order"})
_RELEASE: Step = ("end-preservation", ("preservation", "release"), {})
_SEALED = {"certificate": "FILE", "output": "FILE"}
_REST: Step = ("give-rest", ("order", "prepare"), _SEALED)
_END: Step = ("end-measure", ("order", "end"), {})
_PROLONG: Step = ("execute-order", ("order", "execute"), {})


def _is_prolonged(case: FoundOrder) -> bool:
    """Whether what an order prolongs was prolonged since it came in: then it is executed."""
    return any(
        act.time >= case.received.time
        for other in case.others
        if other.ref == case.order.follows
        for act in other.named(names.PRESERVATION_EXTENDED)
    )


def _open_step(order: Order, state: OrderStatus) -> Step:
    if not order.named(AUTHENTICATED):
        return "authenticate-order", ("order", "authenticate"), {"method": "M"}
    if state.status in {"validated", "narrowed"} and not is_authorised_since(order):
        if order.follows:
            return _PROLONG
        if order.kind == "preservation":
            named = {} if order.may_have else {"category": "C"}
            return "execute-order", ("preservation", "impose"), named
        if order.may_have and order.kind != "interception":
            # What it prints is the execution, of exactly what it found.
            return "execute-order", ("order", "prepare"), _SEALED
        return "execute-order", ("order", "execute"), {}
    return _deciding_step(order)


def _deciding_step(order: Order) -> Step:
    """The decision that the rulebook leads to."""
    judged = judge(order.facts) if order.facts else None
    if judged and judged.faults[:1] == ("faulty-form",) and not order.named(names.ORDER_OBJECTED):
        return "decide-order", ("order", "object"), {"ground": "faulty-form"}
    if judged is None or judged.is_barren:
        ground = judged.usual_ground if judged else "G"
        return "decide-order", ("order", "refuse"), {"ground": ground}
    narrower = judged.allowance is not None and judged.allowance.is_narrower
    return "decide-order", ("order", "narrow" if narrower else "validate"), {}


def next_command(case: FoundOrder, state: OrderStatus, now: datetime) -> str | None:
    """The command that does what is too late, else what an order waits for; None where that is nothing."""
    late = [task for task in tasks_of_order(case, now) if task.state == "overdue"]
    if late:
        return late[0].commands[0]
    step = step_of(case.order, state)
    return _command(case, step) if step else None


def _command(case: FoundOrder, step: Step) -> str:
    if step == _PROLONG and not _is_prolonged(case):
        until = {"until": "DAY"} if case.order.announces else {}
        subject = reference_of(case.reference)
        return command("preservation", "extend", case.order.follows or "", subject=subject, **until)
    _, words, options = step
    return command(*words, case.order.ref, subject=reference_of(case.reference), **options)


def tasks_of_order(case: FoundOrder, now: datetime) -> Iterator[Task]:
    """Everything that an order waits for: its next step, a review of its secrecy, the end of what is kept."""
    state = case.standing(now)
    if state is None:
        return
    # Of several of a name the one that is due first.
    running = {clock.name: clock for clock in reversed(state.clocks) if clock.done_at is None}
    step = step_of(case.order, state)
    keeps = state.preserved_until is not None and step != _RELEASE
    if step is not None and step not in (_REST, _END):
        yield _task(case, step, _clock_of_step(running, keeps), now)
    yield from _running(case, running, state, now)
    if "review" in running:
        yield _task(case, _secrecy_step(case.order), running["review"], now)
    if "preservation" in running and keeps:
        yield _task(case, _RELEASE, running["preservation"], now)


def _clock_of_step(
    running: Mapping[ClockName, OrderClockStatus], keeps: bool
) -> OrderClockStatus | None:
    """By when the next step of an order is to be done; None where no clock runs for it.

    `keeps`: whether another task tells until when data is kept.
    """
    names: tuple[ClockName, ...] = ("answer", "written-order", "delivery")
    clocks = [running[name] for name in names if name in running]
    if not keeps and "preservation" in running:
        clocks.append(running["preservation"])
    return min(clocks, key=lambda clock: clock.due, default=None)


def _running(
    case: FoundOrder,
    running: Mapping[ClockName, OrderClockStatus],
    state: OrderStatus,
    now: datetime,
) -> Iterator[Task]:
    """The end of a tap, and the rest of a period that was not over when the order was executed."""
    if not state.runs:
        return
    if "delivery" in running:
        yield _task(case, _REST, running["delivery"], now)
    if "measure" in running or "delivery" not in running:
        yield _task(case, _END, running.get("measure"), now)


def _secrecy_step(order: Order) -> Step:
    """A review, or the lift that the latest review found to be due."""
    said = order.named(*SECRECY)
    if said and said[-1].facts.get("outcome") == "may-lift":
        return "lift-secrecy", ("secrecy", "lift"), {"by": "review", **_EVIDENCE}
    return "review-secrecy", ("secrecy", "review"), {"outcome": "O", "by": "B", **_EVIDENCE}


def _task(case: FoundOrder, step: Step, clock: OrderClockStatus | None, now: datetime) -> Task:
    due = clock.due if clock else None
    return Task(
        task=step[0],
        state=_state(due, now),
        day=last_day(due) if due else None,
        # A clock of days ends with its day; one of hours has a time of its own.
        time=due if due and start_of(day_of(due)) != due else None,
        since=instant(case.received.time),
        subject=reference_of(case.reference),
        ref=case.order.ref,
        owner=reference_of(case.owner(now)),
        commands=(_command(case, step),),
    )


def _state(due: datetime | None, now: datetime) -> State:
    if due is not None and due <= now:
        return "overdue"
    return state_of(last_day(due) if due else None, day_of(now))


def of_one_order(tasks: Iterable[Task]) -> Iterator[Task]:
    """Tasks of orders, where one that is to be done for several persons of an order is one.

    Its command is for all of them where the order's steps have such a one; else it names the persons.
    """
    groups: dict[tuple[str, str | None], list[Task]] = {}
    for task in tasks:
        groups.setdefault((task.task, task.ref), []).append(task)
    for (_, ref), group in groups.items():
        if ref is None or len(group) == 1:
            yield from group
            continue
        urgent = min(group, key=lambda one: (STATES.index(one.state), one.day or date.max))
        for_all = {_for_all(one.commands[0]) for one in group}
        again = for_all.pop() if len(for_all) == 1 else None
        yield replace(
            urgent,
            subject=None,
            count=len(group),
            commands=(again or command("order", "show", ref),),
        )


def _for_all(text: str) -> str | None:
    """A command of one person of an order for all of its persons; None where there is none."""
    words = shlex.split(text)
    place = words.index("--subject")
    is_for_all = tuple(words[1:3]) in _FOR_ALL
    return shlex.join([*words[:place], *words[place + 2 :]]) if is_for_all else None


def tasks_of_secrets(rows: Iterable[SecrecyRow], now: datetime) -> Iterator[Task]:
    """Reviews of secrets of which the desk has no order, and what the open ledger may have, at once."""
    today, waits = day_of(now), 0
    for row in rows:
        waits += row.waits
        if row.review_on is None or row.order_ref is not None:
            continue
        day = date.fromisoformat(row.review_on)
        options = {"outcome": "O", "by": "B", "evidence": "E", "disclosure": row.disclosure_id}
        subject = reference_of(row.subject)
        yield Task(
            task="review-secrecy",
            state=state_of(day, today),
            day=day,
            subject=subject,
            ref=row.disclosure_id,
            commands=(command("secrecy", "review", subject=subject or UNNAMED, **options),),
        )
    if waits:
        yield Task(
            task="hand-over-disclosure",
            state="due",
            day=today,
            count=waits,
            commands=(command("secrecy", "hand-over", "FILE"),),
        )


def tasks_of_restrictions(name: Name, secrets: Secrets, now: datetime) -> Iterator[Task]:
    """Restrictions of a person's rights that are to be looked at again: on their day, or too late."""
    subject, today = reference_of(name), day_of(now)
    for act in restrictions(secrets, now):
        day: date | None = act.day("review_on")
        if day is not None and day <= today:
            again = command("restriction", "apply", subject, ground=act.facts["ground"])
            yield Task(
                task="review-restriction",
                state=state_of(day, today),
                day=day,
                since=instant(act.time),
                subject=subject,
                ref=act.facts.get("order_ref"),
                commands=(again,),
            )
