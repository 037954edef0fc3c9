"""A filled in form for people: as a page and as lines of text, in Dutch or English. Pure."""

import tomllib
from pathlib import Path

from documents.letter import Document, Letter, Section
from documents.order_forms import catalogue
from documents.order_forms.catalogue import CATEGORIES, GROUPS
from documents.order_forms.filled import Filled, Part, numbered
from documents.order_forms.receiving import Received
from documents.report_page import report_page
from documents.report_text import report_text
from documents.text import shown
from schemas.texts import Language

WORDS: dict[str, dict[Language, str]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text("utf-8")
)


def form_page(filled: Filled, language: Language) -> bytes:
    """A complete page in UTF-8; nothing is loaded."""
    return report_page(form_document(filled, language))


def form_text(filled: Filled, language: Language) -> bytes:
    """The same as lines of text."""
    return report_text(form_document(filled, language))


def form_document(filled: Filled, language: Language) -> Document:
    """The form in words."""
    form, letter = filled.form, Letter(language)
    law = WORDS["annex"][language].format(form.annex) if form.annex else WORDS["national"][language]
    # The authority signs these itself: what we make of them is a draft.
    drafted = filled.code in {"confirmation", "extension"}
    return Document(
        language=language,
        title=form.title(language),
        law=law,
        facts=(),
        intro=(WORDS["draft"][language],) if drafted else (),
        sections=tuple(_section(filled, *one, letter) for one in numbered(filled)),
        footer="",
    )


def _section(filled: Filled, number: int, part: Part, letter: Letter) -> Section:
    section = filled.form.by_letter[part.letter]
    rows = []
    for field in section.fields:
        values = part.all(field.name)
        if values:
            told = "; ".join(_told(field, value, letter) for value in values)
            rows.append((field.title(letter.language), told))
    title = f"{part.letter}. {section.title(letter.language)}"
    return Section(f"{title} ({number})" if number else title, rows=tuple(rows))


def _told(field: catalogue.Field, value: str, letter: Letter) -> str:
    """A value in words: the text of a choice, a day as a person writes it."""
    if field.kind in {"choice", "yes"}:
        return WORDS[value][letter.language]
    if field.kind == "category":
        return category_title(value, letter.language)
    told = letter.told(value) if field.kind in {"day", "instant"} else value
    return " ".join(shown(line) for line in told.splitlines())


def notes_of(read: Received, language: Language) -> list[str]:
    """What a person must look at in a document that was taken as an order: first what is wrong with it."""
    lines = [one.say(language) for one in (*read.wrong, *read.more)]
    if read.unheld:
        named = "; ".join(category_title(name, language) for name in read.unheld)
        lines.append(WORDS["unheld"][language].format(named))
    if read.preserve_until:
        day = Letter(language).date(read.preserve_until.isoformat())
        lines.append(WORDS["preserve-until"][language].format(day))
    return lines


def category_title(name: str, language: Language) -> str:
    """A category of data, or all of a group, in words."""
    return WORDS[name][language] if name in GROUPS else CATEGORIES[name][0].title(language)
