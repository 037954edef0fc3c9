"""The words of the pages: both languages, plain, and all of them used."""

import re
import string
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from markupsafe import Markup

from application.language import speak
from projections import ORDER_VIEWS, VIEWS
from schemas.texts import LANGUAGES, word_of
from tests.fixtures.cases import each
from web.pages.listed import PAGES
from web.rights import Part, Permission, table
from web.words import counted, grouped, t, words

WEB = Path(__file__).parents[2] / "web"
KEYS = [(section, name) for section, texts in words().items() for name in texts]
_LITERAL = re.compile(r"""["']([a-z_-]+\.[a-z_-]+)["']""")
_FORMATTED = re.compile(r"""\bf["']([a-z_.-]*\{[^"'\n]*)["']""")
_JOINED = re.compile(r"""["']([a-z_-]+\.[a-z_-]*)["'] ~""")
# A section whose names are codes: `word("query", look.why)`, `words()["nav"]`.
_WHOLE = re.compile(r"""(?:\bword\(\s*|words\(\)\[)["']([a-z_-]+)["']""")
_CALLED = re.compile(r"""\bt\(\s*["']([^"']+)["']\s*[,)]""")
_COUNTED = {"one", "many"}
# Each act has a section of its own.
_OF_ACTS = {
    f"act-{page.resource.name}.{part}"
    for page in PAGES
    if page.template == "act.html"
    for part in ("title", "does", "submit")
}


def sources() -> str:
    """Every file that may use a word."""
    files = [*WEB.rglob("*.py"), *WEB.rglob("*.html"), *WEB.rglob("*.js")]
    return "\n".join(file.read_text("utf-8") for file in files)


@each("section", words())
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


def _used(text: str) -> re.Pattern[str]:
    """What every key looks like that a source uses; a place for a value stands for any code."""
    formatted = [re.sub(r"\{[^}]*\}", "{}", one) for one in _FORMATTED.findall(text)]
    made = [
        re.escape(one).replace(r"\{\}", "[a-z0-9_-]+")
        for one in formatted
        if re.search("[a-z]", one) and "." in one
    ]
    made += [re.escape(one) + "[a-z0-9_-]+" for one in _JOINED.findall(text)]
    made += [re.escape(section) + r"\..+" for section in {*_WHOLE.findall(text), *_COUNTED}]
    made += [re.escape(one) for one in _LITERAL.findall(text)]
    return re.compile("|".join(made))


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    text, keys = sources(), {f"{section}.{name}" for section, name in KEYS}
    used = _used(text)
    assert [key for key in sorted(keys) if not used.fullmatch(key)] == []
    assert set(_CALLED.findall(text)) - keys == set()


def test_an_unused_word_would_be_found() -> None:
    used = _used("""t("page.skip"), t(f"act-{name}.title"), word("query", code), "nav." ~ name""")
    found = ("page.skip", "act-hold-place.title", "query.anything", "nav.today")
    assert all(used.fullmatch(key) for key in found)
    assert not any(used.fullmatch(key) for key in ("page.other", "act-hold-place.does", "seal.a"))


def test_every_part_and_deed_of_a_role_has_a_word() -> None:
    """The page of the staff says what each role has."""
    assert set(get_args(Part)) == set(words()["console_part"])
    assert set(get_args(Permission)) == set(words()["deed"])


def test_no_text_is_written_twice() -> None:
    """Several files hold words, and the last one would win."""
    files = [WEB / "words.toml", *(WEB / "words").glob("*.toml")]
    keys = [
        f"{section}.{name}"
        for file in files
        for section, named in tomllib.loads(file.read_text("utf-8")).items()
        for name in named
    ]
    assert sorted(keys) == sorted(set(keys))


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


def test_every_role_of_the_console_has_a_dutch_name() -> None:
    assert {role for role in table() if word_of(role, "nl") == role} == {"auditor"}


def test_every_view_has_a_name() -> None:
    assert {view.name for view in (*VIEWS, *ORDER_VIEWS)} <= set(words()["view"])
