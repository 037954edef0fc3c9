"""Two moments of a person's data beside each other: what is new, gone, changed or told again."""

from collections.abc import Iterator, Mapping
from typing import Literal

from application.answer import Answer, Gone
from application.queries.persons.standing import (
    CategoryStanding,
    PersonStanding,
    ValueStanding,
    standing,
)
from application.source import Source
from ledger.errors import UnknownSubject
from projections.folds.timetravel import Moment
from projections.views.customer_state import Status

Change = Literal["same", "again", "changed", "new", "gone"]
"""Again: another event says it. Whether it says the same of a value that is not shown is not told."""
Standing = Literal["held", "erased", "restricted", "kept"]


class ComparedValue(Answer, frozen=True):
    """A value at the earlier and at the later moment; null where there was none."""

    category: str
    field: str
    before: ValueStanding | None
    after: ValueStanding | None
    change: Change


class ComparedCategory(Answer, frozen=True):
    """How a category stood at both moments. `kept`: a hold keeps it."""

    category: str
    before: list[Standing]
    after: list[Standing]


class Comparison(Answer, frozen=True):
    """A person's data at two moments. `status`: null where the ledger knew nothing about the person."""

    subject: str
    status_before: Status | None
    status_after: Status | None
    values: list[ComparedValue]
    categories: list[ComparedCategory]


def comparison(source: Source, reference: str, before: Moment, after: Moment) -> Comparison:
    """What differs between two moments. Raises UnknownSubject where nothing is known at either."""
    one, other = _at(source, reference, before), _at(source, reference, after)
    if one is None and other is None:
        raise UnknownSubject
    return Comparison(
        subject=reference,
        status_before=one.status if one else None,
        status_after=other.status if other else None,
        values=list(_values(_values_of(one), _values_of(other))),
        categories=list(_categories(_categories_of(one), _categories_of(other))),
    )


def _at(source: Source, reference: str, moment: Moment) -> PersonStanding | None:
    try:
        return standing(source, reference, moment)
    except UnknownSubject:
        return None


_Place = tuple[str, str]


def _values_of(standing: PersonStanding | None) -> dict[_Place, ValueStanding]:
    rows = standing.categories if standing else []
    return {(row.category, value.field): value for row in rows for value in row.values}


def _values(
    before: Mapping[_Place, ValueStanding], after: Mapping[_Place, ValueStanding]
) -> Iterator[ComparedValue]:
    for category, field in sorted({*before, *after}):
        one, other = before.get((category, field)), after.get((category, field))
        yield ComparedValue(category, field, one, other, change_of(one, other))


def change_of(before: ValueStanding | None, after: ValueStanding | None) -> Change:
    """What became of a value. What another event says is compared only where both values are shown."""
    if before is None or after is None:
        return "new" if before is None else "gone"
    if before.position == after.position:
        return "same"
    shown = not isinstance(before.value, Gone) and not isinstance(after.value, Gone)
    return "changed" if shown and before.value != after.value else "again"


def _categories_of(standing: PersonStanding | None) -> dict[str, list[Standing]]:
    return {row.category: _states(row) for row in standing.categories} if standing else {}


def _states(row: CategoryStanding) -> list[Standing]:
    states: dict[Standing, object] = {
        "held": row.values,
        "erased": row.erased,
        "restricted": row.restricted,
        "kept": row.holds,
    }
    return [name for name, is_so in states.items() if is_so]


def _categories(
    before: Mapping[str, list[Standing]], after: Mapping[str, list[Standing]]
) -> Iterator[ComparedCategory]:
    for category in sorted({*before, *after}):
        yield ComparedCategory(category, before.get(category, []), after.get(category, []))
