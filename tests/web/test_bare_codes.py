"""No page shows a code of a closed list where a word belongs, in neither language.

The console is walked from its navigation along its links, a few addresses of each kind of page. What stands
as a code (`<code>`, a name for machines) and what a form sends are not read; every other text is.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

import rulebook
from projections.reading.views import recipients_by_id, register_entries
from schemas.catalogue import EVENT_TYPES
from schemas.members import Shape, members_of
from schemas.texts import Language, texts, word_of
from tests.web.console import Client, Consoled
from web.pages.listed import PAGES

OF_A_KIND = 3
_UNREAD = frozenset({"code", "script", "style", "textarea"})
_VOID = frozenset(
    {"br", "circle", "hr", "img", "input", "line", "link", "meta", "path", "rect", "wbr"}
)
_ENDS = frozenset({"a", "caption", "dd", "dt", "h1", "h2", "h3", "li", "option", "p", "td", "th"})
# Codes that are words of a language, too, or stand within a title that is one.
_WORDS = {
    "en": frozenset({"e-mail"}),
    "nl": frozenset({"app", "contact", "helpdesk", "in", "post", "website"}),
}


class Shown(HTMLParser):
    """What a page says, and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "a" and (named.get("href") or "").startswith("/"):
            self.links.append(str(named["href"]))
        if tag not in _VOID:
            machine = "machine" in (named.get("class") or "").split()
            self._open.append((tag, machine or tag in _UNREAD))
        self.text.append("\n" if tag in _ENDS | {"br"} else "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        self.text.append("\n" if tag in _ENDS else "")

    def handle_data(self, data: str) -> None:
        if not any(unread for _, unread in self._open):
            self.text.append(data)


def choices(shape: Shape) -> Iterator[str]:
    yield from shape.choices
    if shape.item:
        yield from choices(shape.item)
    for member in shape.members:
        yield from choices(member.shape)


def known(console: Consoled) -> frozenset[str]:
    """Codes of the contract, of the rulebook and of the register."""
    listed = {
        code
        for entry in EVENT_TYPES.values()
        for member in members_of(entry.data)
        for code in choices(member.shape)
    }
    with console.site() as site:
        session = site.session("reader")
        named = {entry.activity for entry in register_entries(session) if entry.declared}
        named |= {id for id, row in recipients_by_id(session).items() if row.versions}
    provisions = {entry.id for entry in rulebook.PROVISIONS}
    claims = {*rulebook.NOTICE_CLAIMS, *(entry.purpose for entry in rulebook.PURPOSES)}
    return frozenset(listed | named | provisions | claims | set(texts()))


def bare(text: str, codes: frozenset[str], language: Language) -> Iterator[str]:
    """Codes in a text that are no words of its language."""
    for found in re.finditer(r"(?<![\w./@:-])[a-z0-9]+(?:[-_.][a-z0-9]+)*(?![\w/@:-])", text):
        code = found.group()
        compound = bool(re.search("[-_.]", code))
        translated = language == "nl" and word_of(code, "nl") != code
        if code in codes and (compound or translated) and code not in _WORDS[language]:
            yield f"{code}: …{text[max(0, found.start() - 30) : found.end() + 20]}…"


def kind_of(path: str) -> str | None:
    """The page of an address; None for what is none."""
    bare_path = re.split("[?#]", path)[0]
    for page in PAGES:
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", page.path), bare_path):
            return page.path
    return None


def walked(client: Client, begin: list[str]) -> Iterator[tuple[str, str]]:
    """Pages with what they say: a few of each kind."""
    seen: Counter[str] = Counter()
    done: set[str] = set()
    waiting = list(begin)
    while waiting:
        path = waiting.pop(0)
        kind = kind_of(path)
        # Another language, another moment or a file is the same page once more.
        again = re.search("[?&](language|format|as-of|recorded-by)=", path)
        if kind is None or again or path in done or seen[kind] >= OF_A_KIND:
            continue
        done.add(path)
        page = client.http.get(path)
        if page.status_code != 200:
            continue
        seen[kind] += 1
        shown = Shown()
        shown.feed(page.text)
        waiting += shown.links
        yield path, "".join(shown.text)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_show_words_and_no_codes(sampled: Consoled, language: Language) -> None:
    client = sampled.as_("privacy-officer")
    client.http.cookies.set("language", language)
    codes = known(sampled)
    person = client.api("/disclosures")["disclosures"][0]["subject"]
    lists = [f"/{name}?all=true" for name in ("requests", "complaints", "incidents")]
    begin = [*(page.path for page in PAGES if "{" not in page.path), *lists]
    begin += [f"/persons/{person}", f"/acts/withdraw-consent?subject={person}"]
    pages = dict(walked(client, begin))
    assert len({kind_of(path) for path in pages}) > 45, (
        "the walk comes by nearly every kind of page"
    )
    found = {
        path: codes_in
        for path, text in pages.items()
        if (codes_in := [*bare(text, codes, language)])
    }
    assert found == {}
