"""Personal values on a page: each in its state, with its event; and what opens those that are hidden."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape
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
from schemas import CATEGORIES, PERSONAL_FIELDS
from schemas.texts import field_name
from web.context import RequestContext
from web.harmless import harmless
from web.linking import event, person_to, to
from web.moments import dated, day, when
from web.pieces import Column, Erased, Held, Link, Lost, Masked, Restricted
from web.reasons import REASON_CODES
from web.rendering import code
from web.words import t


class Group(Struct, frozen=True):
    """A category of a person's data as a page shows it."""

    name: str
    title: str
    state: tuple[object, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]


class OpeningControls(Struct, frozen=True):
    """How hidden values open. `hidden`: categories that can be opened. `stated`: why some are open now."""

    open: str
    close: str
    hidden: tuple[tuple[str, object], ...]
    reasons: tuple[tuple[str, object], ...]
    stated: object


def groups(context: RequestContext, standing: PersonStanding) -> list[Group]:
    """The categories of a person, each with its values and what becomes of them."""
    return [_group(context, row) for row in standing.categories]


def _group(context: RequestContext, row: CategoryStanding) -> Group:
    columns = (Column(t("values.what")), Column(t("values.value")), Column(t("values.from")))
    return Group(
        name=row.category,
        title=category(row.category),
        state=tuple(_states(context, row)),
        columns=columns,
        rows=tuple(_row(context, value) for value in row.values),
    )


def category(name: str) -> str:
    """A category in words, as a heading."""
    words = code(name, "category")
    return words[:1].upper() + words[1:]


def _states(context: RequestContext, row: CategoryStanding) -> Iterable[object]:
    if row.erased:
        yield erased(context, row.erased)
    if row.restricted:
        yield restricted(row.restricted)
    for hold in row.holds:
        yield held(context, hold)


def erased(context: RequestContext, erasure: Erasure) -> object:
    """When and why a category was erased, with the event that says so."""
    ground = code(erasure.ground, "ground")
    said = Erased(erasure.at, ground)
    return Markup("{} {}").format(said, event(context, erasure.position, t("values.event")))


def restricted(row: Restriction) -> Restricted:
    """Since when and why a category may only be stored."""
    why = code(row.ground, "ground") if row.ground else None
    return Restricted(t("values.since", day(row.since)), why, row.until)


def held(context: RequestContext, hold: Kept) -> Held:
    """The hold that keeps a category."""
    known = context.has("holds")
    name = Link(to(context, "holds"), hold.hold_ref) if known else hold.hold_ref
    return Held(code(hold.ground, "ground"), name, hold.review_on)


def _row(context: RequestContext, value: ValueStanding) -> tuple[object, ...]:
    told = event(context, value.position, when(value.occurred_at))
    return field_name(value.field, spoken()), shown(context, value.field, value.value), told


def shown(context: RequestContext, field: str, value: Shown | None) -> object:
    """A value in its state; a hidden one with the way to open it, where the reader may."""
    if isinstance(value, Gone):
        if value.masked:
            return Masked(field_name(field, spoken()), "#opening" if may_open(context) else None)
        return Lost() if value.lost else Erased()
    return value


def sentence(text: str) -> Markup:
    """A sentence of ours with its dates as people write them; it is never cut short."""
    return escape(harmless(dated(text)))


def is_hidden(value: object) -> bool:
    """Whether a value is there and not shown."""
    return isinstance(value, Gone) and value.masked is True


def may_open(context: RequestContext) -> bool:
    """Whether the reader opens hidden values with a reason."""
    return context.rights.others == "masked"


def opening(context: RequestContext, reference: str, hidden: Iterable[str]) -> OpeningControls:
    """The form that opens values of a person. `hidden`: categories of which there are hidden values."""
    reason = context.stated.reason
    return OpeningControls(
        open=person_to(context, reference, "open"),
        close=person_to(context, reference, "close"),
        hidden=tuple((name, category(name)) for name in hidden) if may_open(context) else (),
        reasons=tuple((name, t(f"reason.{name}")) for name in REASON_CODES),
        stated=t(f"reason.{reason.code}") if reason else None,
    )


def hidden_in(rows: Iterable[CategoryStanding]) -> list[str]:
    """Categories of which a page shows that there are values, and does not show them."""
    return [row.category for row in rows if any(is_hidden(value.value) for value in row.values)]


def any_shown(rows: Sequence[CategoryStanding]) -> bool:
    """Whether a page shows a value, so that it must say that this view is recorded."""
    return any(not isinstance(value.value, Gone) for row in rows for value in row.values)


def hidden_in_fields(fields: Iterable[str]) -> list[str]:
    """The categories of some fields, in the order of categories."""
    found = {PERSONAL_FIELDS[field] for field in fields if field in PERSONAL_FIELDS}
    return [name for name in CATEGORIES if name in found]
