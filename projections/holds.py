"""Legal holds: which are in force over a person's data, per category. Pure.

A hold is known by its reference. Its latest act decides: placed or reviewed, it stands as that act says;
released, it is over. Who owns it stays until another act names another owner.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from projections.findings_dossier import Dossier, Mark

__all__ = ["Hold", "holds", "holds_by_category"]

_TOPIC = "hold/"


class Hold(msgspec.Struct, frozen=True):
    """A hold in force. `since`: when it was placed first; `changed_at`: when its latest act occurred."""

    hold_ref: str
    categories: tuple[str, ...]
    ground: str
    review_on: date
    owner: str | None
    since: datetime
    changed_at: datetime

    def is_overdue(self, day: date) -> bool:
        """Whether somebody should have looked at it before this day."""
        return self.review_on < day


def holds(dossier: Dossier) -> list[Hold]:
    """The holds in force, sorted by reference."""
    found = (_hold(ref, marks) for ref, marks in _in_force(dossier))
    return sorted(found, key=lambda hold: hold.hold_ref)


def holds_by_category(dossier: Dossier) -> dict[str, tuple[str, ...]]:
    """Category -> references of the holds that keep it, both sorted."""
    found: dict[str, set[str]] = {}
    for ref, marks in _in_force(dossier):
        for category in marks[-1].says["categories"]:
            found.setdefault(category, set()).add(ref)
    return {category: tuple(sorted(refs)) for category, refs in sorted(found.items())}


def _in_force(dossier: Dossier) -> Iterator[tuple[str, tuple[Mark, ...]]]:
    for topic, marks in dossier.marks.items():
        if topic.startswith(_TOPIC) and marks[-1].says is not None:
            yield topic.removeprefix(_TOPIC), marks


def _hold(ref: str, marks: tuple[Mark, ...]) -> Hold:
    says: dict[str, Any] = marks[-1].says
    owners = [mark.says["owner"] for mark in marks if mark.says and mark.says["owner"]]
    return Hold(
        hold_ref=ref,
        categories=tuple(says["categories"]),
        ground=says["ground"],
        review_on=date.fromisoformat(says["review_on"]),
        owner=owners[-1] if owners else None,
        since=marks[0].order.time,
        changed_at=marks[-1].order.time,
    )
