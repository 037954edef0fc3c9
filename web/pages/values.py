"""Personal values on a page: each in its state, with the event that it is from; and what opens those hidden."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup
from msgspec import Struct

from application.answer import Gone
from application.language import spoken
from application.queries.persons.standing import (
    CategoryStanding,
    Erasure,
    Kept,
    PersonStanding,
    Restriction,
    ValueStanding,
)
from application.source import Shown
from schemas.texts import field_name
from web.linking import event, to
from web.moments import day, when
from web.pieces import Column, Erased, Held, Link, Lost, Masked, Restricted
from web.reasons import REASON_CODES
from web.rendering import code
from web.visit import Visit
from web.words import t


class Group(Struct, frozen=True):
    """A category of a person's data as a page shows it. `hidden`: whether it can be opened with a reason."""

    name: str
    title: str
    state: tuple[object, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    hidden: bool


class Opening(Struct, frozen=True):
    """How hidden values open: where the form goes, and the reasons that there are."""

    action: str
    reasons: tuple[tuple[str, object], ...]
    stated: str | None


def groups(visit: Visit, standing: PersonStanding) -> list[Group]:
    """The categories of a person, each with its values and what becomes of them."""
    return [_group(visit, row) for row in standing.categories]


def _group(visit: Visit, row: CategoryStanding) -> Group:
    columns = (Column(t("values.what")), Column(t("values.value")), Column(t("values.from")))
    return Group(
        name=row.category,
        title=category(row.category),
        state=tuple(_states(visit, row)),
        columns=columns,
        rows=tuple(_row(visit, row.category, value) for value in row.values),
        hidden=may_open(visit) and any(is_hidden(value.value) for value in row.values),
    )


def category(name: str) -> str:
    """A category in words, as a heading."""
    words = code(name, "category")
    return words[:1].upper() + words[1:]


def _states(visit: Visit, row: CategoryStanding) -> Iterable[object]:
    if row.erased:
        yield erased(visit, row.erased)
    if row.restricted:
        yield restricted(row.restricted)
    for hold in row.holds:
        yield held(visit, hold)


def erased(visit: Visit, erasure: Erasure) -> object:
    """When and why a category was erased, with the event that says so."""
    ground = code(erasure.ground, "ground")
    said = Erased(erasure.at, ground)
    return Markup("{} {}").format(said, event(visit, erasure.position, t("values.event")))


def restricted(row: Restriction) -> Restricted:
    """Since when and why a category may only be stored."""
    why = code(row.ground, "ground") if row.ground else None
    return Restricted(t("values.since", day(row.since)), why, row.until)


def held(visit: Visit, hold: Kept) -> Held:
    """The hold that keeps a category."""
    known = visit.has("holds")
    name = Link(to(visit, "holds"), hold.hold_ref) if known else hold.hold_ref
    return Held(code(hold.ground, "ground"), name, hold.review_on)


def _row(visit: Visit, group: str, value: ValueStanding) -> tuple[object, ...]:
    told = event(visit, value.position, when(value.occurred_at))
    return field_name(value.field, spoken()), shown(visit, group, value.field, value.value), told


def shown(visit: Visit, group: str, field: str, value: Shown | None) -> object:
    """A value in its state; a hidden one with the way to open it, where the reader may."""
    if isinstance(value, Gone):
        if value.masked:
            ask = f"#open-{group}" if may_open(visit) else None
            return Masked(field_name(field, spoken()), ask)
        return Lost() if value.lost else Erased()
    return value


def is_hidden(value: Shown) -> bool:
    """Whether a value is there and not shown."""
    return isinstance(value, Gone) and value.masked is True


def may_open(visit: Visit) -> bool:
    """Whether the reader opens hidden values with a reason."""
    return visit.rights.others == "masked"


def opening(visit: Visit, path: str) -> Opening:
    """The form that opens values of a person. `path`: of the person's page."""
    reason = visit.stated.reason
    reasons = tuple((name, t(f"reason.{name}")) for name in REASON_CODES)
    return Opening(path, reasons, str(t(f"reason.{reason.code}")) if reason else None)


def any_shown(rows: Sequence[CategoryStanding]) -> bool:
    """Whether a page shows a value, so that it must say that this view is recorded."""
    return any(not isinstance(value.value, Gone) for row in rows for value in row.values)
