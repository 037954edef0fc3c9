"""The words of the pages in English and Dutch, by section and name. They are data: `words.toml`, `words/`."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from application.language import spoken
from application.words import counted as counted_elsewhere
from schemas.texts import Language
from web.harmless import harmless, shortened


@cache
def words() -> dict[str, dict[str, dict[Language, str]]]:
    """Every text: section -> name -> language -> text with `{}` for each value."""
    here = Path(__file__).parent
    texts: dict[str, dict[str, dict[Language, str]]] = {}
    for file in (here / "words.toml", *sorted((here / "words").glob("*.toml"))):
        for section, named in tomllib.loads(file.read_text("utf-8")).items():
            texts.setdefault(section, {}).update(named)
    return texts


def t(key: str, *values: object) -> Markup:
    """A text of the pages in the language that is spoken, such as `t("page.skip")`.

    Where the text has `[event|events]`, the number before it chooses.
    A value that is markup, such as a link, stays markup; every other one is escaped. Raises KeyError when
    the file has no such text.
    """
    section, _, name = key.partition(".")
    text = _numbered(words()[section][name][spoken()], values)
    return escape(text).format(*(piece(value) for value in values))


_FORMS = re.compile(r"\[([^][|]*)\|([^][|]*)\]")


def _numbered(text: str, values: Sequence[object]) -> str:
    """A text with one of two forms where it has `[one|many]`: by the number of the `{}` before it."""

    def chosen(found: re.Match[str]) -> str:
        value = values[text.count("{}", 0, found.start()) - 1]
        return found[1] if getattr(value, "number", value) == 1 else found[2]

    return _FORMS.sub(chosen, text)


def word(key: str) -> Markup:
    """A code in words, such as `word(f"query.{name}")`; the code where the section has none for it."""
    section, _, code = key.partition(".")
    texts = words()[section].get(code)
    return escape(texts[spoken()] if texts else harmless(code))


def piece(value: object) -> object:
    """A value as it may stand in a text: a text made harmless, a number with its thousands apart."""
    if isinstance(value, int) and not isinstance(value, bool):
        return grouped(value)
    if isinstance(value, str) and not isinstance(value, Markup):
        return harmless(shortened(value))
    return value


def title_of(reference: str) -> str:
    """A person as a heading: the kind in words and the id."""
    kind, *rest = reference.split("/")
    if len(rest) > 1:
        return str(t("kind.contact", rest[2], rest[0]))
    return str(t(f"kind.{kind}", rest[0]))


def counted(name: str, number: int) -> Markup:
    """How many of something: `1 request`, `1,234 requests`. Raises KeyError for what no file names."""
    form = "one" if number == 1 else "many"
    texts = words()[form].get(name)
    if texts is None:
        return escape(counted_elsewhere(name, number))
    return escape(texts[spoken()]).format(grouped(number))


def grouped(number: int) -> str:
    """A number with its thousands apart: `1.234` in Dutch, `1,234` in English."""
    text = f"{number:,}"
    return text.replace(",", ".") if spoken() == "nl" else text
