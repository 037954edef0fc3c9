"""The table that compares a privacy notice with practice."""

from rich.table import Table

from application.language import spoken
from application.queries.oversight.lint import Contrast, Lint, LintFinding, Said
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
        Stack([_statement(statement) for statement in row.says] or [say("value", "nothing")]),
        Stack(_contrasts(row)),
        row.resolved_by,
    )


def _statement(statement: Said) -> str:
    return f"{statement.clause} {statement.claim}: {statement.value}"


def _contrasts(row: LintFinding) -> list[str]:
    contrasts = [_contrast(contrast) for contrast in row.values]
    # The values are examples where the notice need name some of them only.
    some = row.expects == "some" and contrasts
    return [say("lint", "some"), *contrasts] if some else contrasts


def _contrast(contrast: Contrast) -> str:
    """The value, and where it was seen; of many places the first ones: `--json` has all."""
    places = contrast.seen_in
    hidden = len(places) - _PLACES
    more = [say("lint", "more", hidden)] if hidden > 0 else []
    return (
        f"{contrast.value} ({'; '.join([*places[:_PLACES], *more])})" if places else contrast.value
    )
