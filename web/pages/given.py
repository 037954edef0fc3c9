"""Disclosures in a table and as a flow: what went to whom, why, and on which ground."""

from collections import Counter
from collections.abc import Sequence

import rulebook
from application.language import spoken
from application.queries.disclosures.received import DisclosureShown
from application.queries.disclosures.totals import DisclosureTotals, RecipientShare
from application.register_words import RegisterWords
from schemas.texts import country_name, field_name
from web.context import RequestContext
from web.flow import Flow, Stream, flow
from web.linking import event, person, to
from web.moments import when
from web.names import cited
from web.pages.values import category
from web.parts import Table, columns, lines
from web.pieces import Derived, Id, Link
from web.rendering import code
from web.words import t

MOST = 10
"""So many recipients have a band of their own; the others are one band."""


def table(context: RequestContext, rows: Sequence[DisclosureShown], *, named: bool) -> Table:
    """The disclosures, in their order. `named`: whether each says whom it is about."""
    names = ("when", *(("about",) if named else ()), "to", "what", "why")
    cells = tuple(_row(context, row, named=named) for row in rows)
    headings = columns(*(t(f"given.{name}") for name in names))
    return Table(t("given.caption"), headings, cells, "given")


def _row(context: RequestContext, row: DisclosureShown, *, named: bool) -> tuple[object, ...]:
    about = (_about(context, row),) if named else ()
    fields = ", ".join(field_name(field, spoken()) for field in row.fields)
    ground = legal_basis(row.legal_basis) if row.legal_basis else None
    return (
        event(context, row.position, when(row.occurred_at)),
        *about,
        lines(
            recipient(context, row),
            RegisterWords(spoken()).recipient_kind(row.recipient_kind),
            country(row),
        ),
        lines(", ".join(category(name) for name in row.categories), fields or None),
        lines(
            code(row.purpose, "purpose") or None,
            provision(row.provision) if row.provision else ground,
            Id(row.case_ref) if row.case_ref else None,
        ),
    )


def _about(context: RequestContext, row: DisclosureShown) -> object:
    """Whom a disclosure is about; a feed is about many."""
    if row.record_count is not None and row.subject is None:
        return t("given.many", row.record_count)
    derived = t("given.derived") if row.membership == "derived" else None
    return lines(person(context, row.subject), derived)


def _name(row: DisclosureShown | RecipientShare) -> str:
    """The name of the recipient at the time; its id where it was not registered.

    Where the name is a value that is not shown, it is said what the recipient is.
    """
    if isinstance(row.recipient_name, str):
        return row.recipient_name
    if row.recipient_name is None:
        return row.recipient
    return RegisterWords(spoken()).recipient_kind(row.recipient_kind)


def recipient(context: RequestContext, row: DisclosureShown) -> object:
    """The recipient by its name of the time, which leads to all that it received."""
    name: object = Id(row.recipient) if row.recipient_name is None else _name(row)
    if not context.has("disclosures"):
        return name
    return Link(to(context, "disclosures", recipient=row.recipient), name)


def country(row: DisclosureShown) -> object:
    """Where data went; from the recipient's entry where the event does not say it."""
    name = _country(row.country)
    return Derived(name, str(t("given.register"))) if row.country_derived else name


def legal_basis(word: str) -> str:
    """A legal basis in words."""
    return RegisterWords(spoken()).code("legal_basis", word)


def provision(spelled: str) -> str:
    """A provision as it is cited."""
    entry = rulebook.provision(spelled)
    return cited(entry.citation) if entry else spelled


def flow_of(context: RequestContext, totals: DisclosureTotals) -> Flow | None:
    """What flows from kinds of recipients to recipients to countries; None where nothing was given."""
    words = RegisterWords(spoken())
    sums = Counter[str]()
    for row in totals.given_to:
        sums[row.recipient] += row.disclosures
    largest = {name for name, _ in sums.most_common(MOST)}
    streams = Counter[tuple[tuple[str, ...], str]]()
    for row in totals.given_to:
        shown = row.recipient if row.recipient in largest else ""
        name = _name(row) if shown else str(t("given.others"))
        ends = (words.recipient_kind(row.recipient_kind), name, _country(row.country))
        streams[ends, shown] += row.disclosures
    if not streams:
        return None
    headings = tuple(t(f"given.{name}") for name in ("kind", "to", "country", "number"))
    return flow(
        t("given.flow"),
        headings,
        [
            Stream(ends, number, _leads(context, recipient))
            for (ends, recipient), number in streams.items()
        ],
    )


def _country(code: str | None) -> str:
    return country_name(code, spoken()) if code else str(t("given.unknown_country"))


def _leads(context: RequestContext, target: str) -> str:
    """Where a band leads: to what the recipient got."""
    if not context.has("disclosures"):
        return "#given"
    return to(context, "disclosures", recipient=target or None)
