"""The table of a decision on a credit check: yes or no, and what each rule says."""

from collections.abc import Iterator

from rich.console import RenderableType

from application.language import spoken
from application.queries.persons.credit_check import CreditCheckAnswer, CreditVerdict
from application.register_words import RegisterWords
from application.words import headings, say, told_in
from console.show.text import Stack, pairs, table
from documents.text import clean

_ABOUT = "credit_check"


def credit_check_tables(answer: CreditCheckAnswer) -> list[RenderableType]:
    """The facts that the decision rests on, then a row for each rule."""
    title = say(_ABOUT, "title", clean(answer.subject), answer.as_of)
    columns = headings(_ABOUT, "about by why rule")
    return [
        pairs(title, _rests_on(answer)),
        table(say(_ABOUT, "verdicts"), columns, _rows(answer)),
    ]


def _rests_on(answer: CreditCheckAnswer) -> Iterator[tuple[str, object]]:
    def name(code: str) -> str:
        return say(_ABOUT, code)

    yield name("allowed"), _may(answer)
    last = answer.last_check
    days = say(_ABOUT, "days-ago", last.days_ago) if last else name("never")
    yield name("last"), Stack([last.requested_at if last else None, days])
    if not answer.activities:
        yield name("activity"), name("undeclared")
    record = answer.record
    if record:
        yield name("record"), f"{record.type}, {record.reason}, {record.activity}"


def _rows(answer: CreditCheckAnswer) -> Iterator[tuple[object, ...]]:
    person = say(_ABOUT, "person")
    for verdict in answer.verdicts:
        yield _row(person, verdict)
    for activity in answer.activities:
        for verdict in activity.verdicts:
            yield _row(f"{activity.activity} ({activity.legal_basis})", verdict)


def _row(about: str, verdict: CreditVerdict) -> tuple[object, ...]:
    lifted = verdict.resolved_by_nl if spoken() == "nl" else verdict.resolved_by
    return (
        about,
        Stack([say(_ABOUT, verdict.layer), _may(verdict)]),
        Stack(
            [
                told_in(verdict, "why"),
                verdict.detail or None,
                say(_ABOUT, "lifted", lifted) if lifted else None,
            ]
        ),
        Stack([verdict.rule, RegisterWords(spoken()).cited(verdict.citation), _doubt(verdict)]),
    )


def _may(decision: CreditCheckAnswer | CreditVerdict) -> str:
    return say("value", "yes" if decision.allowed else "no")


def _doubt(verdict: CreditVerdict) -> str | None:
    return say(_ABOUT, "doubt") if verdict.confidence == "unconfirmed" else None
