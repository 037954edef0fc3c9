"""What the page about forms of orders repeats: the forms, their fields, and the categories of data."""

from collections.abc import Iterator

from documents.order_forms.catalogue import CATEGORIES, FORMS, GROUPS, Field, Section
from documents.order_forms.page import WORDS
from documents.order_forms.problems import TEXTS
from tests.architecture.reference import table


def forms() -> str:
    """Every form, with its sections and fields."""
    return "\n\n".join(_form(code) for code in FORMS)


def _form(code: str) -> str:
    form = FORMS[code]
    annex = f", annex {form.annex}" if form.annex else ""
    rows = (row for section in form.sections for row in _rows(section))
    head = ["section", "field", "must it be there", "what it holds", "meaning"]
    return f"### `{code}`: {form.en}{annex}\n\n{table(head, rows)}"


def _rows(section: Section) -> Iterator[list[str]]:
    many = ", may stand there several times" if section.many else ""
    optional = ", may be left out" if section.optional else ""
    for place, field in enumerate(section.fields):
        title = f"`{section.letter}` {section.en}{optional}{many}" if place == 0 else ""
        yield [
            title,
            f"`{field.name}`",
            "required" if field.required else "",
            _holds(field),
            field.en,
        ]


def _holds(field: Field) -> str:
    values = ", ".join(f"`{value}`" for value in field.values)
    kind = {"yes": "`true` or `false`", "category": "a [category](#categories-of-data)"}
    held = values or kind.get(field.kind, field.kind)
    return f"{'several of: ' if field.values else 'several: '}{held}" if field.many else held


def categories() -> str:
    """Every category that an order may name, and the fields of it that the ledger holds."""
    rows = []
    for group in GROUPS:
        rows.append([f"`{group}`", WORDS[group]["en"], "those of all below"])
        rows += [
            [f"`{one.id}`", one.en, ", ".join(f"`{field}`" for field in one.fields) or "none"]
            for one in CATEGORIES[group]
        ]
    return table(["category", "what it is", "personal fields"], iter(rows))


def problems() -> str:
    """Everything that a document is refused for, in the words that are told."""
    rows = ([f"`{code}`", texts["en"]] for code, texts in TEXTS.items() if code != "more-sections")
    return table(["code", "message"], rows)
