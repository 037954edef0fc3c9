"""What a person of the portal sees of their data: what is held and why, who received it, what happened."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from application.language import spoken
from application.queries.reports.own import (
    OwnCategory,
    OwnContract,
    OwnData,
    OwnDisclosures,
    OwnHistory,
    OwnLine,
    OwnPurpose,
)
from application.queries.reports.processing import SourceOfData
from application.queries.reports.recipients import Received
from application.queries.reports.retention import RetentionOfCategory
from documents.letter import Letter
from documents.report_sections import (
    days_told,
    kept_by,
    kept_for,
    kept_until,
    name_told,
    value_told,
)
from rulebook.portal import portal_act
from schemas import CATEGORIES, PERSONAL_FIELDS
from schemas.formats import instant_of
from schemas.texts import field_name, query_name, word_of
from web.context import RequestContext
from web.linking import to
from web.moments import day
from web.page import Page
from web.pages.common import cap
from web.pages.values import category, sentence
from web.parts import Definitions, Table, columns, lines
from web.pieces import Figure, Tag
from web.portal import HOME
from web.rendering import code
from web.resource import NoParams
from web.resources.own import HistoryParams, own_data, own_disclosures, own_history
from web.timeline import by_month
from web.words import counted, t

SHOWN, LATEST = 100, 60
"""So many disclosures, and so many acts, stand on a page, the latest; the file has all of them."""


_FIELDS = tuple(PERSONAL_FIELDS)


class Held(Struct, frozen=True):
    """A category as the page shows it. `correct`: where its values can be corrected, if they can."""

    name: str
    title: str
    values: Table | None
    told: Definitions
    restricted: bool
    correct: str | None


def _data(_visit: RequestContext, _params: NoParams, answer: OwnData) -> Mapping[str, object]:
    held = {row.category for row in answer.data} | {row.category for row in answer.categories}
    names = sorted(held, key=CATEGORIES.index)
    said = t("my-data.said", len(answer.data), counted("my-kind", len(names)))
    erased = [category(name) for name in answer.erased_categories]
    return {
        "said": said if answer.data else t("my-data.nothing"),
        "groups": [_held(answer, name) for name in names],
        "erased": t("my-data.erased", ", ".join(erased)) if erased else None,
        "contracts": _contracts(answer.contracts),
    }


def _held(answer: OwnData, name: str) -> Held:
    letter = Letter(spoken())
    rows = tuple(
        (
            cap(field_name(row.field, spoken())),
            value_told(letter, row.value, row.field),
            day(row.since),
        )
        for row in sorted(answer.data, key=lambda row: _FIELDS.index(row.field))
        if row.category == name
    )
    title = category(name)
    headings = columns(*(t(f"my-data.{word}") for word in ("field", "value", "since")))
    known = next((row for row in answer.categories if row.category == name), None)
    return Held(
        name=name,
        title=title,
        values=Table(title, headings, rows, repeats=True) if rows else None,
        told=Definitions(tuple(_told(letter, known)) if known else ()),
        restricted=name in answer.restricted_categories,
        correct=f"{HOME}/correct/{name}" if portal_act("correction", name) and rows else None,
    )


def _told(letter: Letter, known: OwnCategory) -> Iterator[tuple[object, object]]:
    """What for and on which ground, from whom, and until when."""
    yield t("my-data.why"), lines(*(_purpose(letter, row) for row in known.purposes))
    yield t("my-data.from"), lines(*dict.fromkeys(_source(letter, row) for row in known.sources))
    for row in known.retention:
        yield t("my-data.until"), cap(kept_until(letter, row))
        yield t("my-data.until_why"), _kept(letter, row)


def _purpose(letter: Letter, row: OwnPurpose) -> str:
    words = letter.words
    what = ", ".join(words.codes("purpose", row.purposes)) or words.activity(row.activity, row.name)
    basis = basis_told(letter, row.legal_basis, row.provision)
    return str(t("my-data.purpose", cap(what), basis)) if basis else cap(what)


def basis_told(letter: Letter, legal_basis: str | None, provision: str | None) -> str:
    """What allows a use: in plain words, with the article."""
    article = letter.words.provision(provision)
    if legal_basis is None:
        return article
    why = str(t(f"my-basis.{legal_basis}"))
    return str(t("my-basis.cited", why, article)) if article else why


def _source(letter: Letter, row: SourceOfData) -> str:
    third = row.from_name or row.from_recipient
    origin = letter.say("origin", row.origin)
    return cap(f"{origin}: {third}" if third else origin)


def _kept(letter: Letter, row: RetentionOfCategory) -> object:
    return lines(kept_by(letter, row), *(kept_for(letter, ground) for ground in row.grounds))


def _contracts(some: Iterable[OwnContract]) -> Table | None:
    rows = tuple((one.contract_ref, t(f"my-contract.{one.status}"), day(one.since)) for one in some)
    headings = columns(*(t(f"my-contract.{word}") for word in ("contract", "status", "since")))
    return Table(t("my-contract.title"), headings, rows, repeats=True) if rows else None


def _received(
    _visit: RequestContext, _params: NoParams, answer: OwnDisclosures
) -> Mapping[str, object]:
    letter = Letter(spoken())
    rows = answer.disclosures
    who = {row.recipient for row in rows}
    headings = columns(*(t(f"my-received.{word}") for word in ("when", "who", "what", "why")))
    shown = tuple(_disclosure(letter, row) for row in [*reversed(rows)][:SHOWN])
    said = t("my-received.said", Figure(len(rows), "#given"), counted("recipient", len(who)))
    return {
        "said": said if rows else t("my-received.nothing"),
        "given": Table(t("my-received.caption"), headings, shown, "given") if rows else None,
        "fewer": t("my-received.fewer", SHOWN) if len(rows) > SHOWN else None,
    }


def _disclosure(letter: Letter, row: Received) -> tuple[object, ...]:
    words = letter.words
    name = letter.say("word", "private") if row.recipient is None else name_told(row)
    fields = ", ".join(field_name(field, spoken()) for field in row.fields or ())
    return (
        days_told(letter, row),
        lines(name, words.recipient_kind(row.kind), words.country(row.country)),
        cap(fields or ", ".join(code(one, "category") for one in row.categories)),
        lines(
            cap(words.code("purpose", row.purpose)),
            basis_told(letter, row.legal_basis, row.provision),
            t("my-received.derived") if row.membership == "derived" else None,
        ),
    )


class Told(Struct, frozen=True):
    """Something that happened, for the list by month."""

    occurred: datetime
    text: object
    lane: str


def _history(
    context: RequestContext, params: HistoryParams, answer: OwnHistory
) -> Mapping[str, object]:
    latest = answer.acts[-LATEST:]
    # What happened at the same instant as the first that is shown would be on no page.
    first = latest[0].occurred_at if latest else None
    shown = [row for row in answer.acts if first is not None and row.occurred_at >= first]
    rest = len(answer.acts) - len(shown)
    return {
        "said": t("my-history.said", counted("my-act", len(answer.acts)))
        if answer.acts
        else t("my-history.nothing"),
        "months": by_month(_line(row) for row in shown),
        "more": to(context, "my", "history", before=first) if rest else None,
        "newest": to(context, "my", "history") if params.before else None,
    }


def _line(row: OwnLine) -> Told:
    occurred = instant_of(row.occurred_at)
    assert occurred is not None
    text = sentence(_to_you(row.text)) if row.text is not None else _look(row)
    taken_back = Tag(t("my-history.annulled"), "due") if row.annulled else None
    return Told(occurred, lines(text, taken_back), row.lane)


def _to_you(text: str) -> str:
    """A sentence of the record, said to the person whom it is about."""
    return text.replace(word_of("subject", spoken()), str(t("my-history.you")))


def _look(row: OwnLine) -> object:
    """That somebody looked, in which role, how often and what for; not who."""
    asked = [
        query_name(name, spoken()) if row.where == "ledger" else code(name, "purpose")
        for name in row.purposes
    ]
    told = code(row.role, "role"), counted("time", row.count), ", ".join(map(str, asked))
    if row.everyone:
        return t("my-history.looked_all", *told)
    seen = ", ".join(code(one, "category") for one in row.categories)
    return t("my-history.looked", *told, seen) if seen else t("my-history.looked_none", *told)


DATA = Page(HOME, "my-data", own_data, "my_data.html", _data, entry=True)
RECEIVED = Page(
    f"{HOME}/received", "my-received", own_disclosures, "my_received.html", _received, entry=True
)
HISTORY = Page(
    f"{HOME}/history", "my-history", own_history, "my_history.html", _history, entry=True
)
