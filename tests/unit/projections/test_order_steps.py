"""Which step an order allows, what it may have by the rulebook, and what is to be done next."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.acts.on_secrecy import Word
from application.acts.on_secrecy import hindrance as secrecy_hindrance
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.found_secrets import secret_of_order
from application.queries.desk.order_tasks import next_command, tasks_of_order
from application.queries.today.task import TASKS
from projections.folds.view import Order as Place
from projections.reading.order_judging import (
    NO_RULE,
    NOT_CONFIRMED,
    ORDER_GROUNDS,
    SUPERSEDED,
    judge,
    judgement_of,
    objection,
    refusal,
)
from projections.reading.order_steps import OrderDeed, hindrance, too_early
from projections.views.order_acts import OrderAct
from projections.views.orders import Order, Status, is_wanted, standing
from rulebook.orders import ORDER_RULES, OrderFacts, OrderRule
from schemas import names
from tests.fixtures.cases import each

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
DEEDS: tuple[OrderDeed, ...] = get_args(OrderDeed)
RECEIPT: dict[str, Any] = {
    "authority": "politie",
    "requested_fields": ["name"],
    "oral": False,
    "issued_by": "investigating-officer",
}


def order(*steps: str, law: str = "nl.sv.126na", **receipt: Any) -> Order:
    """An order with one step an hour; a step of two words has a fact: `order-confirmed receipt`."""
    acts = [_act(names.ORDER_RECEIVED, 0, law, {**RECEIPT, **receipt})]
    for hour, step in enumerate(steps, 1):
        name, _, fact = step.partition(" ")
        facts = {"what": fact} if name == names.ORDER_CONFIRMED else {"outcome": fact}
        acts.append(_act(name, hour, law, facts if fact else {"method": "call-back"}))
    return Order("O-1", tuple(acts))


def _act(name: str, hour: int, law: str, facts: dict[str, Any]) -> OrderAct:
    place = Place(START + timedelta(hours=hour), 0, 0, "urn:x", f"{name}-{hour}")
    return OrderAct(place, name, facts, hour + 1, law)


AUTHENTIC = names.ORDER_AUTHENTICATED
VALID = (AUTHENTIC, names.ORDER_VALIDATED)
DONE = (*VALID, names.ORDER_EXECUTED)
ORAL: dict[str, Any] = {"oral": True, "law": "nl.sv.126n", "issued_by": "public-prosecutor"}
# What each status allows, of an ordinary order.
ALLOWED: dict[Status, tuple[Order, set[OrderDeed]]] = {
    "received": (order(), {"authenticate", "authorise", "object", "refuse", "withdraw"}),
    "authenticated": (order(AUTHENTIC), {"authorise", "decide", "object", "refuse", "withdraw"}),
    "objected": (
        order(AUTHENTIC, names.ORDER_OBJECTED),
        {"authorise", "decide", "refuse", "withdraw"},
    ),
    # A word that comes later opens again what was decided.
    "validated": (order(*VALID), {"authorise", "object", "refuse", "execute", "withdraw"}),
    "narrowed": (
        order(AUTHENTIC, names.ORDER_NARROWED),
        {"authorise", "object", "refuse", "execute", "withdraw"},
    ),
    "executed": (order(*DONE), {"confirm-receipt"}),
    "confirmed": (order(*DONE, "order-confirmed receipt"), set()),
    "rejected": (order(names.ORDER_REJECTED), set()),
    "withdrawn": (order(names.ORDER_WITHDRAWN), set()),
    "lapsed": (order(AUTHENTIC, **ORAL), {"refuse"}),
}


@pytest.mark.parametrize("status", get_args(Status))
def test_a_status_allows_its_own_deeds_and_no_others(status: Status) -> None:
    found, allowed = ALLOWED[status]
    now = START + timedelta(days=9)
    state = standing(found, now)
    assert state is not None
    assert state.status == status
    why = {deed: hindrance(deed, found, now) for deed in DEEDS}
    assert {deed for deed, sentence in why.items() if sentence is None} == allowed
    assert all("O-1" in sentence for sentence in why.values() if sentence)


def test_nothing_is_done_before_the_receipt_or_the_last_step() -> None:
    lost = Order("O-1", order(AUTHENTIC).steps[1:])
    assert "was never received" in str(hindrance("decide", lost, START + timedelta(days=1)))
    early = hindrance("decide", order(AUTHENTIC), START)
    assert "before the last act on order O-1, at 2026-11-20T10:00" in str(early)


def test_an_order_that_was_never_authenticated_is_not_decided() -> None:
    objected = order(names.ORDER_OBJECTED)
    assert "not authenticated yet" in str(hindrance("decide", objected, START + timedelta(days=1)))
    assert hindrance("authenticate", objected, START + timedelta(days=1)) is None


def test_an_oral_order_is_confirmed_in_time_once_or_after_an_execution() -> None:
    in_time, too_late = START + timedelta(days=2), START + timedelta(days=9)
    assert hindrance("confirm-order", order(AUTHENTIC, **ORAL), in_time) is None
    assert "it lapsed" in str(hindrance("confirm-order", order(AUTHENTIC, **ORAL), too_late))
    assert hindrance("confirm-order", order(*DONE, **ORAL), too_late) is None
    twice = order(AUTHENTIC, "order-confirmed written-order", **ORAL)
    assert "confirmed in writing already" in str(hindrance("confirm-order", twice, in_time))
    assert hindrance("decide", twice, too_late) is None


def test_a_preservation_is_imposed_and_not_executed() -> None:
    freeze = order(*VALID, law="nl.sv.126ni", kind="preservation", issued_by="public-prosecutor")
    now = START + timedelta(days=1)
    assert hindrance("preserve", freeze, now) is None
    assert "`ledger preservation impose O-1`" in str(hindrance("execute", freeze, now))
    assert "`ledger order execute O-1`" in str(hindrance("preserve", order(*VALID), now))


def facts(**stated: Any) -> OrderFacts:
    usual: dict[str, Any] = {
        "provision": "nl.sv.126na",
        "received_at": START,
        "issued_by": "public-prosecutor",
    }
    return OrderFacts(**(usual | stated))


@each(
    "stated, deed, says",
    [
        ({"requested_fields": ("name",)}, "validate", None),
        ({"requested_fields": ("name",)}, "narrow", "asks for no more than nl.sv.126na allows"),
        ({"requested_fields": ("name", "iban")}, "validate", "`ledger order narrow O-1`"),
        ({"requested_fields": ("name", "iban")}, "narrow", None),
        ({"requested_fields": ("iban",)}, "narrow", "--ground beyond-provision"),
        ({"issued_by": "bailiff"}, "validate", "bailiff may not order under nl.sv.126na; refuse"),
        ({"oral": True}, "narrow", "must be given in writing; refuse"),
        ({"kind": "interception"}, "validate", "no order of the kind interception exists"),
        ({"provision": "nl.wwft.16"}, "validate", "is no duty of a telecom provider; refuse"),
        ({"provision": "nl.tw.99"}, "validate", "has no rule for orders under nl.tw.99"),
        ({"provision": "nl.tw.99"}, "narrow", "--ground no-rule"),
        ({"provision": "rv.843a"}, "validate", "held until 2025-01-01, and since then nl.rv.194"),
        ({"provision": "nl.rv.194", "issued_by": "claimant"}, "validate", "the word of court"),
        ({"provision": "nl.sv.126m"}, "validate", "the word of examining-judge, which"),
        (
            {"provision": "nl.sv.126n", "requested_fields": ("cell_id",)},
            "narrow",
            "order authorise",
        ),
        (
            {"provision": "nl.sv.126n", "requested_fields": ("cell_id",)},
            "validate",
            "examining judge",
        ),
        ({"faulty": True, "requested_fields": ("name",)}, "validate", "--ground faulty-form"),
        (
            {"issued_by": "other", "requested_fields": ("name",)},
            "validate",
            "--ground wrong-authority",
        ),
        (
            {"provision": "eu.2014.41", "issued_by": "foreign-judicial-authority"},
            "validate",
            "no duty",
        ),
    ],
)
def test_the_rulebook_decides_what_an_order_may_have(
    stated: dict[str, Any], deed: Any, says: str | None
) -> None:
    why = objection("O-1", judge(facts(**stated)), deed)
    assert why is None if says is None else says in str(why)


WORDS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (
        {"provision": "lycos-pessers", "issued_by": "claimant", "requested_fields": ("name",)},
        (
            "unlawful-and-harmful-plausible",
            "real-interest",
            "no-less-intrusive-way",
            "interest-of-claimant-prevails",
        ),
    ),
    (
        {"provision": "politiewet.3", "issued_by": "investigating-officer", "oral": True}
        | {"requested_fields": ("cell_id",)},
        ("life-in-danger", "no-other-way", "confirmed-by-superior-officer"),
    ),
]


@each("stated, conditions", WORDS)
def test_what_no_duty_orders_is_given_when_every_condition_is_so(
    stated: dict[str, Any], conditions: tuple[str, ...]
) -> None:
    judged = judge(facts(**stated))
    for left_out in conditions:
        found = [one for one in conditions if one != left_out]
        assert f"unless {left_out}" in str(objection("O-1", judged, "validate", found))
    assert conditions[0] in str(objection("O-1", judged, "validate"))
    assert objection("O-1", judged, "validate", conditions) is None
    surplus = objection("O-1", judged, "validate", (*conditions, "made-up"))
    assert "made-up is no condition" in str(surplus)
    plain = judge(facts(requested_fields=("name",)))
    assert "is no condition of nl.sv.126na" in str(objection("O-1", plain, "validate", conditions))


EPOC: dict[str, Any] = {"law": "eu.2023.1543", "issued_by": "foreign-judicial-authority"}
# Received on 20 November 2026, a Friday: the tenth day is Monday the 30th.
OVER = datetime(2026, 11, 30, 23, tzinfo=UTC)


def test_a_notified_authority_has_its_ten_days() -> None:
    waits = order(*VALID, kind="production", notified=True, **EPOC)
    before = OVER - timedelta(microseconds=1)
    for time in (START + timedelta(hours=3), before):
        assert "before 2026-11-30T23:00:00.000000Z" in str(hindrance("execute", waits, time))
        assert "before 2026-11-30T23:00" in str(too_early(waits, time))
    assert hindrance("execute", waits, OVER) is None
    state = standing(waits, before)
    assert state is not None
    assert (state.earliest, state.overdue) == (OVER, False)
    later = standing(waits, OVER)
    assert later is not None
    assert not later.overdue
    assert later.next_due == OVER + timedelta(days=1)


def test_it_may_say_before_that_it_raises_no_ground_and_an_emergency_waits_for_nobody() -> None:
    cleared = order(*VALID, "order-confirmed no-ground", kind="production", notified=True, **EPOC)
    said = START + timedelta(hours=3)
    assert hindrance("execute", cleared, said) is None
    assert "nothing to confirm" in str(hindrance("confirm-no-ground", cleared, said))
    urgent = order(*VALID, kind="production", notified=True, urgent=True, **EPOC)
    assert hindrance("execute", urgent, said) is None
    assert "nothing to confirm" in str(hindrance("confirm-no-ground", urgent, said))
    plain = order(*VALID, kind="production", **EPOC)
    assert hindrance("execute", plain, said) is None
    outside = [msgspec.structs.replace(step, came="outside") for step in cleared.steps[-1:]]
    forged = Order("O-1", (*cleared.steps[:-1], *outside))
    assert "nothing may be given" in str(hindrance("execute", forged, said))


def test_an_authorisation_from_outside_opens_no_order() -> None:
    tap = order(law="nl.sv.126m", issued_by="public-prosecutor", requested_fields=[])
    told = {"by": "examining-judge", "document_sha256": "4b" * 32}
    word = _act(names.AUTHORISATION_RECORDED, 1, "nl.sv.126m", told)
    authorised = judgement_of(Order("O-1", (*tap.steps, word)))
    assert authorised is not None
    assert authorised.faults == ()
    outside = msgspec.structs.replace(word, came="outside")
    forged = judgement_of(Order("O-1", (*tap.steps, outside)))
    assert forged is not None
    assert forged.faults == ("not-authorised",)


def test_what_was_validated_without_a_rule_or_a_judge_is_not_carried_out() -> None:
    now = START + timedelta(days=1)
    unknown = order(*VALID, law="us.cloud-act")
    assert "may not be carried out: no-rule" in str(hindrance("execute", unknown, now))
    tap = order(*VALID, law="nl.sv.126m", issued_by="public-prosecutor", requested_fields=[])
    assert "may not be carried out: not-authorised" in str(hindrance("execute", tap, now))
    freeze = order(*VALID, law="nl.sv.126ni", issued_by="bailiff", kind="preservation")
    assert "carried out: wrong-authority" in str(hindrance("preserve", freeze, now))


def test_nothing_is_given_for_an_oral_order_that_may_be_over_and_it_is_not_closed_yet() -> None:
    """The third day after Friday is Monday; with two working days among them it is Tuesday."""
    spoken = order(*VALID, **ORAL)
    monday, tuesday = datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert hindrance("execute", spoken, monday - timedelta(seconds=1)) is None
    assert "not confirmed in writing" in str(hindrance("execute", spoken, monday))
    assert hindrance("confirm-order", spoken, monday) is None
    assert "it lapsed" in str(hindrance("confirm-order", spoken, tuesday))
    written = order(*VALID, "order-confirmed written-order", **ORAL)
    assert hindrance("execute", written, tuesday) is None


def test_a_period_beyond_the_provision_narrows_an_order() -> None:
    order = facts(provision="nl.sv.126n", period_to=date(2027, 12, 31))
    judged = judge(order)
    assert "narrow" in str(objection("O-1", judged, "validate"))
    assert judged.allowance is not None
    assert judged.allowance.period_to == date(2027, 2, 19)
    before = judge(
        facts(provision="nl.sv.126n", period_from=date(2028, 1, 1), period_to=date(2028, 2, 1))
    )
    assert before.is_barren
    assert before.usual_ground == "period-beyond-provision"


def test_an_order_is_refused_on_a_ground_that_it_has() -> None:
    judged = judge(facts(issued_by="bailiff"))
    assert refusal("O-1", judged, "wrong-authority", lapsed=False) is None
    assert refusal("O-1", judged, "not-authentic", lapsed=False) is None
    assert "needs-judge is no ground" in str(refusal("O-1", judged, "needs-judge", lapsed=False))
    assert NOT_CONFIRMED not in judged.grounds
    assert refusal("O-1", judged, NOT_CONFIRMED, lapsed=True) is None
    unknown, old = judge(facts(provision="nl.tw.99")), judge(facts(provision="nl.rv.843a"))
    assert (NO_RULE in unknown.grounds, unknown.usual_ground) == (True, NO_RULE)
    assert (SUPERSEDED in old.grounds, NO_RULE in old.grounds) == (True, False)
    assert judged.grounds < set(ORDER_GROUNDS)
    assert judgement_of(Order("O-1")) is None


COMMANDS = {
    "received": "ledger order authenticate O-1 --subject customer/1 --method M",
    "authenticated": "ledger order validate O-1 --subject customer/1",
    "objected": "ledger order validate O-1 --subject customer/1",
    "validated": "ledger order prepare O-1 --subject customer/1 --certificate FILE --output FILE",
    "narrowed": "ledger order prepare O-1 --subject customer/1 --certificate FILE --output FILE",
    "executed": "ledger order confirm O-1 --subject customer/1 --what receipt",
    "lapsed": "ledger order refuse O-1 --subject customer/1 --ground not-confirmed",
}


@pytest.mark.parametrize("status", get_args(Status))
def test_an_order_names_the_command_that_does_what_it_waits_for(status: Status) -> None:
    now = START + timedelta(days=9)
    case = FoundOrder(UUID(int=1), "customer/1", ALLOWED[status][0])
    state = standing(case.order, now)
    assert state is not None
    assert next_command(case, state, now) == COMMANDS.get(status)
    assert {task.task for task in tasks_of_order(case, now)} <= set(TASKS)


def test_what_is_too_late_comes_before_the_next_step() -> None:
    """An execution waits for its receipt, and its secrecy should have been looked at again."""
    case = FoundOrder(UUID(int=1), "customer/1", order(*DONE))
    receipt = "ledger order confirm O-1 --subject customer/1 --what receipt"
    for days, expected in ((9, receipt), (400, "ledger secrecy review O-1 --subject customer/1")):
        now = START + timedelta(days=days)
        state = standing(case.order, now)
        assert state is not None
        told = next_command(case, state, now)
        assert told is not None
        assert told.startswith(expected)


def test_a_task_has_the_hour_of_its_clock_or_the_last_day() -> None:
    european: dict[str, Any] = {"law": "eu.2023.1543", "issued_by": "foreign-judicial-authority"}
    urgent = FoundOrder(UUID(int=1), "customer/1", order(urgent=True, **european))
    step = next(tasks_of_order(urgent, START))
    assert (step.time, step.state) == (START + timedelta(hours=8), "due")
    usual = FoundOrder(UUID(int=1), "customer/1", order(**european))
    step = next(tasks_of_order(usual, START))
    assert (step.time, step.day, step.state) == (None, date(2026, 11, 30), "waits")
    assert next(tasks_of_order(usual, START + timedelta(days=10))).state == "due"
    assert next(tasks_of_order(usual, START + timedelta(days=11))).state == "overdue"


def test_what_a_production_order_waits_for_is_not_released() -> None:
    """Reg. (EU) 2023/1543 art. 11: data is kept as long as the order for it needs."""
    european: dict[str, Any] = {"law": "eu.2023.1543", "issued_by": "foreign-judicial-authority"}
    facts = {"categories": ["contact"], "until": "2027-01-19", "order_ref": "O-1"}
    kept = order(*VALID, names.ORDER_EXECUTED, kind="preservation", **european)
    imposed = _act(names.PRESERVATION_IMPOSED, 3, european["law"], facts)
    kept = Order("O-1", (*kept.steps, imposed))
    waits = order(kind="production", extends="O-1", **european)
    done = order(*DONE, kind="production", extends="O-1", **european)
    late = START + timedelta(days=90)

    def tasks(*others: Order) -> set[str]:
        renamed = tuple(Order("O-2", other.steps) for other in others)
        case = FoundOrder(UUID(int=1), "customer/1", kept, (kept, *renamed))
        return {task.task for task in tasks_of_order(case, late)}

    assert "end-preservation" in tasks()
    assert "end-preservation" in tasks(done)
    assert "end-preservation" not in tasks(waits)
    state = standing(kept, late, followers=[Order("O-2", waits.steps)])
    assert state is not None
    assert not state.overdue
    kept = Order(
        "O-1", tuple(msgspec.structs.replace(one, provision="nl.sv.126ni") for one in kept.steps)
    )
    assert "end-preservation" in tasks(waits), "art. 126ni Sv knows no such reason"


def test_annexes_v_and_vi_prolong_what_is_kept_and_keep_nothing_themselves() -> None:
    late = START + timedelta(days=100)

    def wanted(*others: Order) -> bool:
        return is_wanted(
            "O-1", [Order(f"O-{n}", other.steps) for n, other in enumerate(others, 2)], late
        )

    annex: dict[str, Any] = {"kind": "preservation", "extends": "O-1", **EPOC}
    announced = order(*DONE, form="epoc-pr-confirmation", **annex)
    extension = order(*VALID, form="epoc-pr-extension", **annex)
    waiting = order(kind="production", extends="O-1", **EPOC)
    produced = order(*DONE, kind="production", extends="O-1", **EPOC)
    assert not wanted()
    assert not wanted(extension)
    assert wanted(announced)
    assert wanted(announced, waiting)
    assert wanted(waiting)
    assert not wanted(announced, produced)
    assert not wanted(order(names.ORDER_REJECTED, form="epoc-pr-confirmation", **annex))
    assert not is_wanted("O-1", [waiting], late), "an order that names itself waits for nothing"
    for form in (announced, extension):
        assert form.follows == "O-1"
        state = standing(form, START + timedelta(days=1))
        assert state is not None
        assert "preservation" not in {clock.name for clock in state.clocks}
    now = START + timedelta(days=1)
    assert "ledger preservation extend O-1" in str(hindrance("preserve", extension, now))
    assert hindrance("execute", extension, now) is None


def test_a_lift_comes_after_the_word_that_keeps_the_secret() -> None:
    found = order("secrecy-imposed court", "secrecy-reviewed may-lift")
    secret = secret_of_order(FoundOrder(UUID(int=1), "customer/1", found))
    last = START + timedelta(hours=2)
    word = Word(by="review", evidence="memo")
    lift, impose = names.SECRECY_LIFTED, names.SECRECY_IMPOSED
    assert "before the last act" in str(secrecy_hindrance(secret, lift, word, last))
    assert secrecy_hindrance(secret, lift, word, last + timedelta(seconds=1)) is None
    assert "imposed already" in str(secrecy_hindrance(secret, impose, word, last))
    lifted = order("secrecy-imposed court", "secrecy-lifted court")
    secret = secret_of_order(FoundOrder(UUID(int=1), "customer/1", lifted))
    assert "was lifted on 2026-11-20" in str(
        secrecy_hindrance(secret, lift, word, START + timedelta(days=1))
    )
    assert secrecy_hindrance(secret, impose, word, last) is None


@pytest.mark.parametrize(("last", "again"), [("2026-11-19", False), ("2026-11-25", True)])
def test_what_came_since_is_given_while_the_period_goes_on(last: str, again: bool) -> None:
    days = {"period_from": "2026-11-01", "period_to": last}
    for steps in (DONE, (*DONE, "order-confirmed receipt")):
        done = order(*steps, law="nl.sv.126n", issued_by="public-prosecutor", **days)
        why = hindrance("execute", done, START + timedelta(days=40))
        assert (why is None) is again


_DRAWN = st.sampled_from(
    [
        *VALID,
        names.ORDER_NARROWED,
        names.ORDER_OBJECTED,
        names.ORDER_REJECTED,
        names.ORDER_EXECUTED,
        names.ORDER_WITHDRAWN,
        *(f"order-confirmed {what}" for what in ("receipt", "written-order", "no-ground")),
        names.PRESERVATION_IMPOSED,
        names.PRESERVATION_RELEASED,
        names.SECRECY_LIFTED,
        f"{names.SECRECY_REVIEWED} may-lift",
        names.INTERCEPTION_PROVIDED,
        names.INTERCEPTION_ENDED,
    ]
)


@given(
    st.sampled_from(ORDER_RULES),
    st.lists(_DRAWN, max_size=6),
    st.booleans(),
    st.sampled_from([None, "2026-11-10", "2026-12-05"]),
    st.sampled_from([0, 1, 4, 12, 30, 70, 400]),
)
def test_the_list_and_today_call_the_same_orders_overdue(
    rule: OrderRule, steps: list[str], oral: bool, last: str | None, days: int
) -> None:
    until = {"period_to": last} if last else {}
    found = order(*steps, law=rule.provision, kind=rule.kinds[0], oral=oral, **until)
    preserved = tuple(
        msgspec.structs.replace(act, facts={"until": "2026-12-01"})
        if act.name in {names.PRESERVATION_IMPOSED, names.INTERCEPTION_PROVIDED}
        else act
        for act in found.steps
    )
    found = Order(found.ref, preserved)
    case = FoundOrder(UUID(int=1), "customer/1", found, (found,))
    now = START + timedelta(days=days)
    state = case.standing(now)
    assert state is not None
    late = [task for task in tasks_of_order(case, now) if task.state == "overdue"]
    assert bool(late) == state.overdue
