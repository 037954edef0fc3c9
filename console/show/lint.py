"""The table of what a privacy notice says beside practice."""

from rich.table import Table

from application.language import spoken
from application.queries.lint import Contrast, Lint, LintFinding, Said
from application.register_words import RegisterWords
from application.words import headings, say
from console.show.text import Stack, table

_PLACES = 2


def lint_table(answer: Lint) -> Table:
    """A row each finding: the clause, what is wrong, what the notice says, what is done, what ends it.

    Claims and values are codes in both languages: so they are published.
    """
    columns = headings("lint", "clause wrong says practice ends")
    rows = (_finding(row) for row in answer.findings)
    return table(_title(answer), columns, rows)


def _title(answer: Lint) -> str:
    if answer.draft:
        return say("lint", "draft")
    if notice := answer.notice:
        return say("lint", "title", notice.version, notice.effective_from)
    return say("lint", "none")


def _finding(row: LintFinding) -> tuple[object, ...]:
    unsure = row.confidence == "unconfirmed"
    return (
        row.clause,
        Stack(
            [
                row.title,
                row.rule,
                RegisterWords(spoken()).cited(row.citation),
                say("severity", row.severity),
                say("confidence", "unconfirmed") if unsure else None,
            ]
        ),
        Stack([_statement(said) for said in row.says] or [say("value", "nothing")]),
        Stack(_contrasts(row)),
        row.resolved_by,
    )


def _statement(said: Said) -> str:
    return f"{said.clause} {said.claim}: {said.value}"


def _contrasts(row: LintFinding) -> list[str]:
    found = [_contrast(one) for one in row.values]
    some = row.expects == "some" and found
    return [say("lint", "some"), *found] if some else found


def _contrast(one: Contrast) -> str:
    """The value, and where it was seen; of many places the first ones: `--json` has all."""
    places = one.seen_in
    left = len(places) - _PLACES
    more = [say("lint", "more", left)] if left > 0 else []
    return f"{one.value} ({'; '.join([*places[:_PLACES], *more])})" if places else one.value
