"""The first page: what is to be done, in one sentence with one number, and where each task is done."""

import re

import pytest

from application.queries.today.task import TASKS, TaskRow
from tests.web.console import Consoled
from web.pages.listed import PAGES
from web.pages.today import MANY, leads_to, places, together


def test_one_sentence_with_one_number_says_what_is_to_be_done(sampled: Consoled) -> None:
    officer = sampled.as_("privacy-officer")
    told = officer.api("/today")
    text = officer.get("/", language="en").text
    number = told["overdue"] + told["due"] + told["waits"]
    assert number > 0
    assert f'<a class="figure" href="#tasks">{number}</a>' in text
    assert f"{told['overdue']} overdue" in text


def test_every_task_of_the_office_leads_to_where_it_is_done(sampled: Consoled) -> None:
    officer = sampled.as_("privacy-officer")
    text = officer.get("/", language="en").text
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = body.split("<tr>")[1:]
    assert rows
    assert [
        row
        for row in rows
        if not re.search(r'<td data-label="What">(?:<(?:span|div)[^>]*>|\s)*<a href="/', row)
    ] == []
    assert "ledger " in body, "the command is shown as well"


def test_a_task_names_its_day_once(sampled: Consoled) -> None:
    officer = sampled.as_("privacy-officer")
    assert any(row["time"] and row["day"] for row in officer.api("/today")["tasks"])
    rows = re.findall(r"<tr>.*?</tr>", officer.get("/", language="en").text, re.DOTALL)
    assert [row for row in rows if row.count("<time") > 1] == []


def test_each_place_is_a_page_of_the_part_that_it_names() -> None:
    parts = {page.path: page.resource.part for page in PAGES}
    assert set(places()) <= set(TASKS)
    named = {task: (place.page, place.part) for task, place in places().items()}
    assert {task: it for task, it in named.items() if parts.get(it[0]) != it[1]} == {}


def test_a_reader_without_persons_hears_of_none(sampled: Consoled) -> None:
    lead = sampled.as_("team-lead")
    told = lead.api("/today")
    assert {row["subject"] for row in told["tasks"]} == {None}
    assert told["tasks"], "the tasks are there"
    assert "customer/" not in lead.get("/", language="en").text
    assert "customer/" not in str(told)
    officer = sampled.as_("privacy-officer").api("/today")
    assert told["overdue"] == officer["overdue"]
    assert len(told["tasks"]) == len(officer["tasks"])


def test_a_task_of_a_part_that_the_reader_lacks_is_no_link(sampled: Consoled) -> None:
    text = sampled.as_("security-officer").get("/", language="en").text
    assert 'href="/notifications"' not in text
    assert 'href="/incidents/' in text


def test_a_ledger_without_a_task_says_so(empty: Consoled) -> None:
    text = empty.as_("operator").get("/", language="en").text
    assert "Nothing is to be done now." in text
    assert "No task waits." in text


def _task(task: str, state: str = "waits", day: str | None = None) -> TaskRow:
    return TaskRow(
        task=task,
        state=state,  # type: ignore[arg-type]
        day=day,
        time=None,
        since=None,
        subject=None,
        ref=None,
        detail=None,
        owner=None,
        count=1,
        commands=[],
        instead=None,
    )


@pytest.mark.parametrize("number", [1, MANY - 1, MANY, MANY + 20])
def test_many_that_wait_stand_in_one_row_and_all_are_counted(number: int) -> None:
    rows = [_task("review-hold", "due", "2026-01-01"), *[_task("tell-recipient")] * number]
    told = together(rows)
    assert sum(count for _, count in told) == number + 1
    assert len(told) == (number + 1 if number < MANY else 2)


def test_a_task_without_a_reference_leads_to_no_page_that_needs_one() -> None:
    class Everything:
        def has(self, _part: str) -> bool:
            return True

    assert leads_to(Everything(), _task("answer-request")) is None  # type: ignore[arg-type]
    assert leads_to(Everything(), _task("tell-recipient")) == "/notifications"  # type: ignore[arg-type]
    assert leads_to(Everything(), _task("decide-order")) is None  # type: ignore[arg-type]
