"""What is to be done: the order of urgency, and commands that the program has."""

import shlex
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
import typer

from application.command_line import command
from application.queries.cases.found_incidents import FoundIncident
from application.queries.cases.found_requests import FoundRequest
from application.queries.cases.incidents import incident
from application.queries.intake.sources import sources
from application.queries.today.cases import tasks_of_incident, tasks_of_intake, tasks_of_request
from application.queries.today.task import STATES, TASKS, Task, answer_of, state_of
from application.source import ERASED
from application.words import phrase
from console.main import command_tree
from console.show.today import today_table
from ledger.recording.quarantine import SourceCount
from ledger.writing.bookmarks import Window
from projections.folds.timetravel import fold
from projections.views import incidents, requests
from rulebook import RIGHTS
from schemas.texts import LANGUAGES
from tests.unit.projections.making import at, event

TODAY = date(2026, 3, 10)
DAY = 24 * 60
WHO = "customer/10023"


def task(name: str, state: Any, day: int | None = None, **members: Any) -> Task:
    when = date(2026, 3, day) if day else None
    return Task(task=name, state=state, day=when, commands=("ledger status",), **members)


def order(tasks: tuple[Task, ...], limit: int | None = None) -> list[str | None]:
    return [row.ref for row in answer_of(tasks, limit).tasks]


def test_the_most_urgent_is_first_whatever_came_first() -> None:
    hour = datetime(2026, 3, 10, 12, tzinfo=UTC)
    expected = (
        task("review-hold", "overdue", 1, ref="oldest"),
        task("answer-request", "overdue", 9, ref="late"),
        task("notify-authority", "due", 10, ref="by-noon", time=hour),
        task("notify-authority", "due", 10, ref="later", time=hour + timedelta(hours=1)),
        task("answer-request", "due", 10, ref="all-day"),
        task("resume-topic", "due", ref="stops-others"),
        task("erase-deferred", "due", ref="now"),
        task("answer-request", "waits", 11, ref="tomorrow"),
        task("tell-recipient", "waits", ref="first", since="2026-03-01T00:00:00.000000Z"),
        task("tell-recipient", "waits", ref="second", since="2026-03-02T00:00:00.000000Z"),
    )
    names = [one.ref for one in expected]
    for some in (expected[::-1], expected[5:] + expected[:5]):
        assert order(some) == names
    for few in permutations(expected[2:6]):
        assert order(few) == names[2:6]


def test_a_limit_shows_less_and_counts_all() -> None:
    found = [task("review-hold", "overdue", 1, ref="a"), task("review-hold", "waits", ref="b")]
    answer = answer_of(found, 1)
    assert [row.ref for row in answer.tasks] == ["a"]
    assert [getattr(answer, state) for state in STATES] == [1, 0, 1]
    assert today_table(answer).caption == phrase("today", "more", "en", 1)


def test_a_day_that_has_passed_is_late_and_one_that_is_here_is_not() -> None:
    assert [state_of(date(2026, 3, day), TODAY) for day in (9, 10, 11)] == list(STATES)
    assert state_of(None, TODAY) == "waits"


def test_a_command_is_one_that_a_shell_takes_whatever_stands_in_it() -> None:
    made = command("hold", "release", None, "H 1; rm -rf", review_on="DATE", owner=None)
    assert made == "ledger hold release SUBJECT 'H 1; rm -rf' --review-on DATE"
    assert shlex.split(made)[4] == "H 1; rm -rf"


def check(made: str) -> None:
    """The program has the command, its options and as many arguments."""
    group: Any = command_tree()
    assert isinstance(group, typer.core.TyperGroup)
    words = shlex.split(made)[1:]
    while hasattr(group, "commands"):
        group = group.commands[words.pop(0)]
    options = {
        name: one for one in group.params if one.param_type_name == "option" for name in one.opts
    }
    arguments = [one for one in group.params if one.param_type_name == "argument"]
    given, named = [], set()
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            given.append(word)
            continue
        named.add(word)
        if not options[word].is_flag:
            words.pop(0)
    assert sum(one.required for one in arguments) <= len(given) <= len(arguments), made
    needed = {one.opts[0] for one in options.values() if one.required}
    assert needed <= named, made


def step(name: str, days: float, **facts: Any) -> Any:
    return event(name, days * DAY, request_ref="R-1", **facts)


def asked(right: str, *more: Any, days: float = 1, reference: Any = WHO) -> Task:
    received = step(
        "rights-request-received", 0, right=right, channel="post", received_on="2026-03-01"
    )
    (request,) = fold(requests.VIEW, [received, *more]).values()
    (found,) = tasks_of_request(FoundRequest(UUID(int=1), reference, request), at(days * DAY))
    for one in (*found.commands, *([found.instead] if found.instead else [])):
        check(one)
    return found


@pytest.mark.parametrize("right", RIGHTS)
def test_a_request_asks_for_what_comes_next(right: str) -> None:
    unknown = asked(right)
    needs = right in {"access", "portability", "rectification", "erasure"}
    assert unknown.task == ("check-identity" if needs else "answer-request")
    verified = asked(right, step("identity-verified", 0.5))
    done = {
        "access": "issue-answer",
        "portability": "issue-answer",
        "rectification": "correct-data",
    }
    assert verified.task == done.get(right, "answer-request")
    assert "--subject customer/10023" in verified.commands[-1]
    assert verified.instead == f"ledger request extend R-1 --reason R --subject {WHO}"
    erased = asked(right, step("identity-verified", 0.5), reference=ERASED)
    assert (erased.subject, "--subject SUBJECT" in erased.commands[-1]) == (None, True)


def test_a_request_is_late_after_its_day_and_not_when_what_was_asked_for_was_handed_over() -> None:
    verified = step("identity-verified", 0.5)
    late = asked("access", verified, days=60)
    assert (late.state, late.day, late.instead) == ("overdue", date(2026, 4, 1), None)
    issued = step("access-report-issued", 5, report_digest="0", position=1, format="json")
    handed = asked("access", verified, issued, days=60)
    assert (handed.state, handed.task) == ("due", "answer-request")
    assert handed.commands == (f"ledger request answer R-1 --subject {WHO}",)
    waits = asked(
        "access", step("identity-verification-failed", 1, information_asked="name"), days=5
    )
    assert (waits.state, waits.day) == ("waits", None)


def of_case(*events: Any, hours: float, told: bool = False) -> list[Task]:
    rows: dict[Any, Any] = fold(incidents.VIEW, list(events))
    (one,) = [row for row in rows.values() if row.kind != "told"]
    now = at(hours * 60)
    reference = f"breach/{one.ref}" if one.kind == "breach" else WHO
    row = incident(FoundIncident(UUID(int=1), reference, one), now, "en")
    found = list(tasks_of_incident(row, told=told, now=now))
    for made in found:
        check(made.commands[0])
    return found


def breach(name: str, hours: float, **facts: Any) -> Any:
    return event(name, hours * 60, subject="breach/B-1", breach_ref="B-1", **facts)


def of_misuse(name: str, hours: float, **facts: Any) -> Any:
    return event(name, hours * 60, case_ref="M-1", **facts)


def test_a_breach_is_for_the_authority_for_persons_and_then_for_its_end() -> None:
    begun = breach("breach-detected", 0, detected_at=at(0).isoformat(), regime="telecom/gdpr")
    first, general, assess = of_case(begun, hours=30)
    assert [one.state for one in (first, general, assess)] == ["overdue", "waits", "waits"]
    assert (first.detail, general.detail) == ("breach.telecom.initial", "breach.gdpr")
    assert first.commands[0].endswith("notify B-1 --regime telecom --phase initial")
    assert (first.subject, first.time, assess.task) == (None, at(24 * 60), "assess-breach")
    notices = [
        breach("authority-notified", 2, regime="telecom/gdpr", phase="full"),
        breach("breach-assessed", 1, risk="high"),
    ]
    (tell,) = of_case(begun, *notices, hours=30)
    assert (tell.task, tell.state) == ("tell-persons", "due")  # without undue delay: it has no day
    (close,) = of_case(begun, *notices, hours=30, told=True)
    assert (close.task, close.commands) == ("close-breach", ("ledger incident close B-1",))


def test_a_case_of_misuse_is_for_a_warning_and_then_for_its_end() -> None:
    suspected = of_misuse("misuse-suspected", 0, data_kinds=["login"])
    (warn,) = of_case(suspected, hours=30)
    assert (warn.task, warn.state, warn.subject) == ("warn-person", "overdue", WHO)
    (end,) = of_case(suspected, of_misuse("customer-warned", 1, channel="phone"), hours=30)
    assert (end.task, end.state) == ("resolve-misuse", "waits")


def test_topics_and_sources_that_are_not_read_come_with_what_lets_them_in() -> None:
    out = SourceCount(Window(10, 9, at(0)), 1, 0, 9, 4, at(0))
    fine = SourceCount(Window(), 1, 0, 0, 0, at(0))
    counted = [("t", "urn:bad", out), ("t", "urn:good", fine), ("halted", "urn:good", fine)]
    rows = sources(counted, ["halted"])
    topic, source = tasks_of_intake(rows, ["halted"])
    assert (topic.task, topic.detail) == ("resume-topic", "halted")
    assert topic.commands == ("ledger kafka sources --topic halted", "ledger consume --resume")
    assert (source.task, source.ref) == ("resume-source", "urn:bad")
    assert source.commands == ("ledger kafka resume --topic t --source urn:bad",)
    for one in (*topic.commands, *source.commands):
        check(one)


def test_every_task_and_state_has_words() -> None:
    for language in LANGUAGES:
        assert all(phrase("task", name, language) for name in TASKS)
        assert all(phrase("task-state", name, language) for name in STATES)
