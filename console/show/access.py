"""Tables about who may see what, and who saw it."""

from typing import Any

from rich.console import RenderableType

from console.show.text import Stack, clean, pairs, table

__all__ = ["access_tables", "employee_tables", "seen_tables"]


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
    return [
        pairs(f"Access of {clean(answer['employee'])} at {answer['as_of']}", about),
        table("What led to it", ("when", "act", "about"), rows),
    ]


def seen_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """Who saw a person's data."""
    columns = ("when", "who", "why", "saw", "not in order")
    rows = [
        (
            row["occurred_at"],
            Stack([row["employee"], row["role"]]),
            Stack([row["purpose"], row["case_ref"]]),
            row["categories"],
            _wrong(row),
        )
        for row in answer["accesses"]
    ]
    return [table(f"Who saw data of {clean(answer['subject'])}", columns, rows)]


def _wrong(row: dict[str, Any]) -> Stack:
    return Stack(
        [
            None if row["held"] else "the role was not held",
            f"not covered: {clean(row['beyond'])}" if row["beyond"] else None,
            None if row["vog"] else "no VOG",
        ]
    )


def _vog(vog: dict[str, Any] | None) -> str:
    return f"{vog['profile']}, {vog['issued_on']}" if vog else "none"


def _employed(employed: bool | None) -> str:
    return "not known" if employed is None else "yes" if employed else "no"
