"""Tables about who may see what, and who saw it."""

from collections.abc import Iterable

from rich.console import RenderableType

from application.answer import Name
from application.queries.oversight.access import Access, CertificateShown, EmployeeAccess
from application.queries.oversight.seen import Consultations, SeenBy, SeenElsewhere, SeenHere
from application.words import headings, in_words, say
from console.show.text import Stack, pairs, worded
from documents.text import clean

_ABOUT = "staff"


def access_tables(answer: Access) -> list[RenderableType]:
    """What roles covered at a time, and who held them."""
    roles = [(row.role, in_words("category", row.categories), row.since) for row in answer.roles]
    people = [
        (
            row.employee,
            Stack(role.role for role in row.roles),
            in_words("category", row.categories),
            _vog(row.vog),
            _employed(row.employed),
        )
        for row in answer.employees
    ]
    return [
        worded(_ABOUT, "role covers since", roles, answer.as_of, title="roles-at"),
        worded(_ABOUT, "employee roles could-see vog employed", people, title="who-could-see"),
    ]


def employee_tables(answer: EmployeeAccess) -> list[RenderableType]:
    """One employee: what holds now, and the file."""
    roles = Stack(say(_ABOUT, "role-since", role.role, role.since) for role in answer.roles)
    could_see = in_words("category", answer.categories)
    values = (_employed(answer.employed), _vog(answer.vog), roles, could_see)
    rows = [(row.occurred_at, say("staff-act", row.act), row.about) for row in answer.history]
    name = clean(answer.employee)
    about = zip(headings(_ABOUT, "employed vog roles could-see"), values, strict=True)
    own = Consultations(answer.accesses, answer.reads, answer.lists)
    return [
        pairs(say(_ABOUT, "access-of", name, answer.as_of), about),
        worded(_ABOUT, "when act about", rows, title="led-to-it"),
        *_consultations(answer.saw, say(_ABOUT, "what-saw", name), of_others=True),
        *_consultations(own, say(_ABOUT, "who-saw", name)),
    ]


def seen_tables(answer: SeenBy) -> list[RenderableType]:
    """Who saw a person's data."""
    return _consultations(answer, say(_ABOUT, "who-saw", clean(answer.subject)))


def _consultations(
    seen: Consultations, title: str, *, of_others: bool = False
) -> list[RenderableType]:
    """Reads in other systems, in this ledger, of its lists. `of_others`: show whose data, not who read."""
    accesses = [
        (
            row.occurred_at,
            Stack([row.subject if of_others else row.employee, row.role]),
            Stack([in_words("purpose", row.purpose), row.case_ref]),
            in_words("category", row.categories),
            _wrong(row),
        )
        for row in seen.accesses
    ]
    everyone = say(_ABOUT, "everyone")
    reads = [
        (
            row.occurred_at,
            Stack([_whose(row, everyone) if of_others else row.reader, row.role]),
            Stack([row.query, everyone if row.everyone else None]),
            in_words("category", row.categories) or say(_ABOUT, "facts-alone"),
            _wrong(row),
        )
        for row in seen.reads
    ]
    who = "whose" if of_others else "who"
    return [
        worded(_ABOUT, f"when {who} why saw wrong", accesses, title, title="elsewhere"),
        worded(_ABOUT, f"when {who} command saw wrong", reads, title, title="here"),
        *_lists(seen.lists, title),
    ]


def _whose(row: SeenHere, everyone: str) -> Name | None:
    return everyone if row.everyone else row.subject or None


def _lists(rows: Iterable[SeenHere], title: str) -> list[RenderableType]:
    """Answers about many persons, by command and reader: the record of such a read names no person."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        groups.setdefault((row.query, clean(row.reader), row.role), []).append(row.occurred_at)
    lists = [
        (query, Stack([reader, role]), len(times), times[0], times[-1])
        for (query, reader, role), times in sorted(groups.items())
    ]
    columns = "command who times first last"
    return [worded(_ABOUT, columns, lists, title, title="lists")] if lists else []


def _wrong(row: SeenElsewhere | SeenHere) -> Stack:
    return Stack(
        [
            None if row.held else say(_ABOUT, "not-held"),
            say(_ABOUT, "not-covered", _beyond(row)) if row.beyond else None,
            None if row.vog else say(_ABOUT, "no-vog"),
        ]
    )


def _beyond(row: SeenElsewhere | SeenHere) -> str:
    all_of_it = set(row.categories) <= set(row.beyond)
    return say(_ABOUT, "all-of-it") if all_of_it else clean(in_words("category", row.beyond))


def _vog(vog: CertificateShown | None) -> str:
    return f"{vog.profile}, {vog.issued_on}" if vog else say(_ABOUT, "none")


def _employed(employed: bool | None) -> str:
    return say(_ABOUT, "not-known") if employed is None else clean(employed)
