"""Tables about what persons may not be told."""

from rich.table import Table

from application.acts.restricting import RestrictionAct
from application.queries.desk.secrecy import SecrecyList, SecrecyRow
from application.source import ERASED
from application.words import code_word, counted, headings, say
from console.show.text import Stack, pairs, worded


def secrecy_table(answer: SecrecyList) -> Table:
    """A row for each order or disclosure, by when its secrecy is looked at again."""
    return worded("secrecy", "about of since-by state review", map(_secret, answer.secrecy))


def _secret(row: SecrecyRow) -> tuple[object, ...]:
    return (
        row.subject or ERASED,
        Stack([row.order_ref or row.disclosure_id, row.provision]),
        Stack([code_word("secrecy-by", row.by), row.evidence]),
        Stack([say("secrecy-state", row.secrecy), row.lifted_at, _waiting(row)]),
        Stack([row.review_on, say("task-state", "overdue") if row.overdue else None]),
    )


def _waiting(row: SecrecyRow) -> str | None:
    return say("secrecy", "waits", counted("disclosure", row.waits)) if row.waits else None


def secrecy_row_table(row: SecrecyRow) -> Table:
    """How one secret stands after an act on it."""
    names = ("about", "of", "since-by", "state", "review")
    told = zip((say("secrecy", name) for name in names), _secret(row), strict=True)
    return pairs(say("secrecy", "one"), told)


def restriction_table(answer: RestrictionAct) -> Table:
    """A restriction that was recorded: its ground, all that was considered, when it is reviewed."""
    considered = Stack([f"{letter}: {code}" for letter, code in answer.considerations.items()])
    values = (
        answer.subject,
        answer.ground,
        considered,
        answer.review_on,
        answer.told,
        answer.position,
    )
    names = headings("restriction", "subject ground considerations review_on told position")
    return pairs(say("restriction", "title"), zip(names, values, strict=True))
