"""The words of the pages: both languages, plain, and all of them used."""

import re
import string
from pathlib import Path

import pytest
from markupsafe import Markup

from application.language import speak
from schemas.texts import LANGUAGES
from web.words import counted, grouped, t, words

WEB = Path(__file__).parents[2] / "web"
KEYS = [(section, name) for section, texts in words().items() for name in texts]
# A key whose last part is made from a value, such as `t("nav." ~ section.name)`.
_MADE = re.compile(r"""["']([a-z_]+)\.[a-z_]*["'] ~|f["']([a-z_]+)\.[a-z_]*\{""")
# A section that is taken as a whole.
_WHOLE = re.compile(r"""words\(\)\[["']([a-z_]+)["']\]""")
_COUNTED = {"one", "many"}


def sources() -> str:
    """Every file that may use a word."""
    files = [*WEB.rglob("*.py"), *WEB.rglob("*.html"), *WEB.rglob("*.js")]
    return "\n".join(file.read_text("utf-8") for file in files)


@pytest.mark.parametrize("section", words())
def test_each_text_is_in_both_languages_with_the_same_places(section: str) -> None:
    for name, texts in words()[section].items():
        assert sorted(texts) == sorted(LANGUAGES), name
        places = [
            [
                field
                for _, field, _, _ in string.Formatter().parse(texts[language])
                if field is not None
            ]
            for language in LANGUAGES
        ]
        assert places[0] == places[1], name
        assert all(text.strip() == text != "" for text in texts.values()), name


def test_no_text_holds_markup() -> None:
    """A text may stand in an attribute, so it has no mark that means something in HTML."""
    found = [
        text
        for section, name in KEYS
        for text in words()[section][name].values()
        if set('<>&"') & set(text)
    ]
    assert found == []


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    text = sources()
    made = {first or second for first, second in _MADE.findall(text)}
    made |= set(_WHOLE.findall(text))
    used = set(re.findall(r"""["']([a-z_]+\.[a-z_-]+)["']""", text))
    unused = [
        f"{section}.{name}"
        for section, name in KEYS
        if section not in made | _COUNTED and f"{section}.{name}" not in used
    ]
    assert unused == []
    called = set(re.findall(r"""\bt\(\s*["']([^"']+)["']\s*[,)]""", text))
    assert called - {f"{section}.{name}" for section, name in KEYS} == set()


def test_values_in_a_text_are_escaped_and_links_are_not() -> None:
    speak("nl")
    assert t("clock.left", "<b>") == "nog &lt;b&gt;"
    assert t("clock.left", Markup("<b>2</b>")) == "nog <b>2</b>"
    assert t("value.all", 1_234_567) == "Alle 1.234.567 tekens tonen"


def test_numbers_and_counts_follow_the_language() -> None:
    speak("nl")
    assert (grouped(1_234_567), counted("request", 1)) == ("1.234.567", "1 verzoek")
    speak("en")
    assert (grouped(1_234_567), counted("request", 1_200)) == ("1,234,567", "1,200 requests")
    assert counted("event", 2) == "2 events"  # a word of the application
    with pytest.raises(KeyError):
        t("page.none_of_that_name")
