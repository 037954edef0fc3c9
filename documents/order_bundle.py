"""What an order is given, as a page that people read: the same as the bundle in JSON, in Dutch or English."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import UNSET

from application.queries.desk.data import OrderData, OrderedPerson, OrderedValues, OrderGap
from application.words import headings, phrase
from documents.markup import Html, document, element, items, table
from rulebook import provision
from schemas.personal import Value
from schemas.texts import Language, field_name

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_ABOUT = "order-data"


def bundle_page(data: OrderData, language: Language) -> bytes:
    """A complete document in UTF-8: what was looked for, what is told of each person, and what is missing."""
    return document(
        language,
        phrase(_ABOUT, "page", language, data.order_ref),
        _STYLE,
        element("header", element("h1", phrase(_ABOUT, "page", language, data.order_ref))),
        element("main", *_sections(data, language)),
    )


def _sections(data: OrderData, language: Language) -> Iterator[Html]:
    yield table(None, (), list(_head(data, language)))
    for person in data.persons:
        yield element("section", element("h2", person.subject), _records(person, language))
    if data.gaps:
        gaps = items(_gap(gap, language) for gap in data.gaps)
        yield element("section", element("h2", phrase(_ABOUT, "gaps", language)), gaps)
    yield element(
        "section", element("h2", phrase(_ABOUT, "proofs", language)), *_proofs(data, language)
    )


def _proofs(data: OrderData, language: Language) -> Iterator[Html]:
    """What an outsider needs of each entry: which one it is, its hash, and its proof as a file has it."""
    for record in (record for person in data.persons for record in person.records):
        lines: dict[str, object] = {
            "record-position": str(record.position),
            "event": f"{record.source} {record.id}",
            "leaf": record.leaf,
        }
        rows = [(phrase(_ABOUT, name, language), value) for name, value in lines.items()]
        proof = phrase(_ABOUT, "no-proof", language) if record.proof is UNSET else record.proof
        yield element("div", table(None, (), rows), element("pre", proof))


def _head(data: OrderData, language: Language) -> Iterator[tuple[str, object]]:
    entry = provision(data.provision)
    lines: dict[str, object] = {
        "recipient": data.recipient,
        "case": data.case_ref or "",
        "provision": entry.citation if entry else data.provision,
        "may-have": ", ".join(field_name(name, language) for name in data.fields),
        "from": data.since,
        "until": data.until,
        "position": str(data.position),
        "published": str(data.published),
        "salt": data.salt,
    }
    for name, value in lines.items():
        yield phrase(_ABOUT, name, language), value


def _records(person: OrderedPerson, language: Language) -> Html:
    columns = headings(_ABOUT, "at field value record-position", language)
    rows = [row for record in person.records for row in _rows(record, language)]
    return element("div", table(None, columns, rows), class_="scroll")


def _rows(record: OrderedValues, language: Language) -> Iterator[tuple[object, ...]]:
    """A row a value. Of what held before the period it says so."""
    at = record.occurred_at
    since = at if record.held_before is UNSET else phrase(_ABOUT, "held-since", language, at)
    for name, value in record.values.items():
        yield since, field_name(name, language), _shown(value), str(record.position)


def _gap(gap: OrderGap, language: Language) -> str:
    about = [gap.subject, gap.field and field_name(gap.field, language), gap.ground]
    words = [phrase(_ABOUT, gap.reason, language), *(each for each in about if each)]
    return " · ".join(words)


def _shown(value: Value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
