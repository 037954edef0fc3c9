"""Templates: nothing inline, nothing unescaped, nothing missing; files of a page stay small."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from application.answer import Gone
from application.language import speak
from schemas.texts import LANGUAGES, Language
from tests.web.gallery import HOSTILE, NAMES, page
from web.frame import Frame
from web.harmless import harmless
from web.moments import clock_field, dated, day, day_text, moment_text, when, when_text
from web.rendering import STATIC, environment, static
from web.words import t

TEMPLATES = Path(STATIC).parent / "templates"
_INLINE = re.compile(
    r"<style|style\s*=|<[^>]*\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)|\|safe\b|autoescape",
    re.I,
)
LIMIT_KB = 60
"""Of CSS and JavaScript on one page, without the seals, which load when a page has some."""


@pytest.mark.parametrize("path", [*TEMPLATES.rglob("*.html")], ids=lambda path: path.name)
def test_no_template_has_code_or_style_of_its_own(path: Path) -> None:
    assert _INLINE.findall(path.read_text("utf-8")) == []


def test_the_look_finds_what_it_looks_for() -> None:
    for text in ("<p style='x'>", "<a onclick=x>", "<script>", "<STYLE>", "{{ x|safe }}"):
        assert _INLINE.search(text), text
    assert not _INLINE.search('<script src="/static/console.js" defer></script>')


def test_styles_and_scripts_load_nothing() -> None:
    for path in STATIC.rglob("*"):
        if path.suffix in {".css", ".js"}:
            text = path.read_text("utf-8")
            assert not re.search(
                r"https?://(?!www\.w3\.org)|@import|url\(|eval\(|innerHTML", text
            ), path.name


def test_a_page_stays_small() -> None:
    shared = ("console.css", "console.js", "timeline.js")
    assert sum((STATIC / name).stat().st_size for name in shared) < LIMIT_KB * 1024
    # 1,000 acts of one person, laid out on a page with its list of two months.
    whole = len(page("person", "nl").encode()) + sum(
        (STATIC / name).stat().st_size for name in shared
    )
    assert whole < 100 * 1024


def test_the_address_of_a_file_changes_with_its_content() -> None:
    assert re.fullmatch(r"/static/console\.css\?v=[0-9a-f]{16}", static("console.css"))
    assert static("console.css").split("=")[1] != static("console.js").split("=")[1]


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ no_such_name }}").render()


class _Read(HTMLParser):
    """What a browser makes of markup: the tags in their order, and the text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


_PLACES = [
    environment().from_string(source)
    for source in (
        "<p>{{ value }}</p>",
        "<p title='{{ value }}'></p>",
        '<p title="{{ value }}"></p>',
    )
]
_CELL = environment().from_string("<p>{{ value|cell }}</p>")


@given(st.text(max_size=300))
def test_any_text_stays_text(text: str) -> None:
    speak("en")
    for template in _PLACES:
        assert _Read(template.render(value=text)).tags == ["p"]
    assert set(_Read(_CELL.render(value=text)).tags) <= {"p", "details", "summary", "span"}


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_commands_what_stands_beside_it(value: str) -> None:
    made = harmless(value)
    assert not {"\N{RIGHT-TO-LEFT OVERRIDE}", "\N{ZERO WIDTH SPACE}", "\N{SOFT HYPHEN}"} & set(made)
    assert len(re.findall("[\u0300-\u036f]", made)) <= 4
    assert made.count("\N{FIRST STRONG ISOLATE}") == made.count("\N{POP DIRECTIONAL ISOLATE}")


def test_ordinary_texts_are_as_they_were() -> None:
    for text in (
        "Zoë Müller-Žižek",
        "Nguyễn Thị Ánh",
        "line\nline",
        "é",
        "e\u0301",
        "中文",
        "İstanbul",
    ):
        assert harmless(text) == text
    assert harmless("שלום") == "\N{FIRST STRONG ISOLATE}שלום\N{POP DIRECTIONAL ISOLATE}"


def test_dates_are_written_as_people_write_them() -> None:
    instant = datetime(2026, 3, 12, 13, 5, tzinfo=UTC)
    speak("nl")
    assert when(instant) == '<time datetime="2026-03-12T13:05:00Z">12 maart 2026, 14.05</time>'
    assert day(date(2026, 3, 12)) == '<time datetime="2026-03-12">12 maart 2026</time>'
    # The day here is not always the day in UTC.
    assert day_text("2026-03-31T22:30:00.000000Z") == "1 april 2026"
    speak("en")
    assert when_text("2026-08-01T10:00:00.000000Z") == "1 August 2026, 12:00"
    assert moment_text("yesterday") == "yesterday"
    # As the field of a form sends it: a clock here.
    assert moment_text("2026-03-12T14:05") == "12 March 2026, 14:05"
    assert clock_field("2026-03-12T14:05") == "2026-03-12T14:05"
    assert dated("Found at 2026-03-12T13:05:00.123456Z, due 2026-04-01.") == (
        "Found at 12 March 2026, 14:05, due 1 April 2026."
    )
    assert dated("Hold H-2026-03-12 on 2026-03-12x") == "Hold H-2026-03-12 on 2026-03-12x"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "none"),
        ("", "none"),
        (True, "yes"),
        (1234, "1,234"),
        (["a", "b"], "a, b"),
        (Gone(erased=True), "— erased"),
        (Gone(lost=True), "lost"),
        (Gone(masked=True), "••••••hidden"),
        (date(2026, 3, 12), "12 March 2026"),
    ],
)
def test_a_cell_says_what_there_is(value: object, said: str) -> None:
    speak("en")
    made = environment().from_string("{{ value|cell }}").render(value=value)
    assert _Read(made).text.removeprefix("\N{EN DASH}") == said


def test_a_masked_value_tells_nothing_of_its_length() -> None:
    speak("nl")
    source = '{% from "components/values.html" import masked %}{{ masked(it) }}'
    assert (
        environment().from_string(source).render(it={"what": "adres", "ask": None}).count("•") == 6
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_id_is_one_and_every_reference_leads_there(name: str, language: Language) -> None:
    text = page(name, language)
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    pointing = re.findall(r'(?:\sfor|aria-describedby|aria-labelledby)="([^"]+)"', text)
    assert {one for names in pointing for one in names.split()} <= set(ids)


def test_links_carry_the_moment_and_filters_stay_in_the_address() -> None:
    frame = Frame(
        "nl", "/requests", (("right", "access"), ("as-of", "2026-03-12"), ("after", "k&1"))
    )
    assert frame.to("/persons/customer/1") == "/persons/customer/1?as-of=2026-03-12"
    assert (
        frame.here(after=None, language="en")
        == "/requests?right=access&as-of=2026-03-12&language=en"
    )
    assert frame.now() == "/requests?right=access&after=k%261"
    assert frame.exported("csv").endswith("&format=csv")
    assert frame.here(as_of="2026-01-01").count("as-of") == 1


def test_commands_in_a_text_stand_out_and_values_stay_text() -> None:
    speak("en")
    template = environment().from_string("{{ text|commands }}")
    made = template.render(text=t("moment.occurred", "`<b>`"))
    assert made == "As of <code>&lt;b&gt;</code>"
    assert template.render(text=t("value.yes")) == "yes"
