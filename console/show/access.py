"""Tables about who may see what, and who saw it."""

from typing import Any

from rich.console import RenderableType

from console.show.text import Stack, clean, pairs, table

__all__ = ["access_tables", "employee_tables", "seen_tables"]

_EVERYONE = "every customer"


def access_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """What roles covered at a time, and who held them."""
    roles = [(row["role"], row["categories"], row["since"]) for row in answer["roles"]]
    people = [
        (
            row["employee"],
            Stack(held["role"] for held in row["roles"]),
            row["categories"],
            _vog(row["vog"]),
            _employed(row["employed"]),
        )
        for row in answer["employees"]
    ]
    columns = ("employee", "roles", "could see", "VOG", "employed")
    return [
        table(f"Roles at {answer['as_of']}", ("role", "covers", "since"), roles),
        table("Who could see what", columns, people),
    ]


def employee_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """One employee: what holds now, and the file."""
    about = [
        ("employed", _employed(answer["employed"])),
        ("VOG", _vog(answer["vog"])),
        ("roles", Stack(f"{held['role']} since {held['since']}" for held in answer["roles"])),
        ("could see", answer["categories"]),
    ]
    rows = [(row["occurred_at"], row["act"], row["about"]) for row in answer["history"]]
    name = clean(answer["employee"])
    return [
        pairs(f"Access of {name} at {answer['as_of']}", about),
        table("What led to it", ("when", "act", "about"), rows),
        *_consultations(answer["saw"], f"What {name} saw", whose="subject"),
        *_consultations(answer, f"Who saw data of {name}"),
    ]


def seen_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """Who saw a person's data."""
    return _consultations(answer, f"Who saw data of {clean(answer['subject'])}")


def _consultations(
    seen: dict[str, Any], title: str, *, whose: str | None = None
) -> list[RenderableType]:
    """Other systems, this ledger, its lists. `whose`: the member with whose data it was, shown for who."""
    accesses = [
        (
            row["occurred_at"],
            Stack([row[whose or "employee"], row["role"]]),
            Stack([row["purpose"], row["case_ref"]]),
            row["categories"],
            _wrong(row),
        )
        for row in seen["accesses"]
    ]
    reads = [
        (
            row["occurred_at"],
            Stack(
                [_EVERYONE if whose and row["everyone"] else row[whose or "reader"], row["role"]]
            ),
            Stack([row["query"], _EVERYONE if row["everyone"] else None]),
            row["categories"] or "facts alone",
            _wrong(row),
        )
        for row in seen["reads"]
    ]
    person = "whose data, as" if whose else "who"
    return [
        table(
            f"{title}, in other systems", ("when", person, "why", "saw", "not in order"), accesses
        ),
        table(
            f"{title}, through this ledger",
            ("when", person, "command", "saw", "not in order"),
            reads,
        ),
        *_lists(seen["lists"], title),
    ]


def _lists(rows: list[dict[str, Any]], title: str) -> list[RenderableType]:
    """Answers about many, by command and reader: none says whom it told about."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        who = row["query"], clean(row["reader"]), row["role"]
        groups.setdefault(who, []).append(row["occurred_at"])
    told = [
        (query, Stack([reader, role]), len(times), times[0], times[-1])
        for (query, reader, role), times in sorted(groups.items())
    ]
    columns = ("command", "who", "times", "first", "last")
    return [table(f"{title}: lists that may have shown it", columns, told)] if told else []


def _wrong(row: dict[str, Any]) -> Stack:
    return Stack(
        [
            None if row["held"] else "the role was not held",
            f"not covered: {_beyond(row)}" if row["beyond"] else None,
            None if row["vog"] else "no VOG",
        ]
    )


def _beyond(row: dict[str, Any]) -> str:
    return "all of it" if set(row["categories"]) <= set(row["beyond"]) else clean(row["beyond"])


def _vog(vog: dict[str, Any] | None) -> str:
    return f"{vog['profile']}, {vog['issued_on']}" if vog else "none"


def _employed(employed: bool | None) -> str:
    return "not known" if employed is None else "yes" if employed else "no"
