"""Words that hide who does what are in no document, help text or message.

A sentence names its actor, its verb and its object. Each word here has stood where a reader had to guess
one, and so has each form of a riddle.
"""

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.architecture.documents import ROOT
from tests.architecture.messages import messages
from tests.architecture.reference import every_text
from tests.architecture.test_documents import tracked
from tests.fixtures.cases import each

# What is refused, and what to write instead.
REFUSED = {
    "whoever": "name the actor: a reader who, a user who, the holder of",
    "whomever": "name the actor",
    "nobody": "say who does not: no other role, no reader, only the owner",
    "one that": "repeat the noun: a list that",
    "ones that": "repeat the noun",
    "who stands still": "name the actor: a process that stops",
}
_WORDS = re.compile(rf"\b(?:{'|'.join(map(re.escape, REFUSED))})\b", re.I)
_IS = "may|can|could|has|had|is|was|are|were|made|makes|holds|owns|knows|got|gave|reads|runs"
# Forms of riddles, and what to write instead.
RIDDLES = {
    rf"\b(?:by|from|to|for|against|than|only|even) who (?:{_IS})\b": "name the person: a source that may",
    rf"(?:^|[.;] )Who (?:{_IS}|cannot|asks|wants|came)\b[^?|:]*?\.(?:\s|$)": "name the person: a user who",
    r"\bwhat (?:\w+ ){0,3}(?:comes|came|come) (?:to|of)\b": "say the outcome, or the sum",
    r"\b(?:an)?other one's\b|\bnone such\b": "repeat the noun",
    r"\b[Ss]o (?:it is|is it|was it) (?:for|with)\b": "say what also holds",
    r"\bOf (?:them|it) (?:those|that)\b": "repeat the noun: open requests whose",
    r"\bgoes by itself\b|\b(?:is|are) (?:held against|passed over)\b": "say who compares, skips, erases",
}
# Docstrings of these folders begin with a verb or a noun. Of the others it is not checked yet.
PLAIN = ("archive", "consumers", "host", "ledger", "projections", "rulebook", "sample", "schemas")
NAMELESS = re.compile(
    r"The same (?:of|from|as|with|for|by|until|but|where)\b|Who\b|Whom\b|What\b|Why what\b"
    r"|Those (?:of|that|which)\b|Of (?:each|a|the|some|every|all|what)\b"
)
_RIDDLES = {re.compile(form): instead for form, instead in RIDDLES.items()}
_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)\n]*\)", re.S)
_EXCUSED = {"tests/data/README.md"}  # of another project


def hidden(text: str) -> list[str]:
    """Each refused word of a text with what to write instead; code and addresses are no words of ours."""
    words = " ".join(_CODE.sub("` `", text).split())
    found = [(match, REFUSED[match[0].lower()]) for match in _WORDS.finditer(words)]
    found += [(match, say) for form, say in _RIDDLES.items() for match in form.finditer(words)]
    return [
        f"…{words[max(0, match.start() - 40) : match.end() + 40]}…: {say}" for match, say in found
    ]


def english(value: object, name: str = "") -> Iterator[str]:
    """Each English text of a data file: under `en`, or under a name whose Dutch stands beside it."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "en" or f"{key}_nl" in value:
                yield from _texts(part)
            else:
                yield from english(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from english(part, name)


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part


@each("page", sorted({*tracked("*.md")} - _EXCUSED))
def test_a_document_names_who_does_what(page: str) -> None:
    assert hidden((ROOT / page).read_text("utf-8")) == []


def test_help_names_who_does_what() -> None:
    texts = list(every_text())
    assert len(texts) > 300
    assert [found for text in texts for found in hidden(text)] == []


def test_a_message_names_who_does_what() -> None:
    assert [found for text in sorted(messages()) for found in hidden(text)] == []


@each(
    "page", tracked("application/*.toml", "documents/*.toml", "rulebook/*.toml", "schemas/*.toml")
)
def test_a_data_file_names_who_does_what(page: str) -> None:
    texts = english(tomllib.loads((ROOT / page).read_text("utf-8")))
    assert [found for text in texts for found in hidden(text)] == []


def docstrings(folder: str) -> Iterator[tuple[str, str]]:
    """Each docstring of a folder, with its file."""
    defined = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for path in tracked(f"{folder}/**.py"):
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, defined) and (text := ast.get_docstring(node)):
                yield path, " ".join(text.split())


@pytest.mark.parametrize("folder", PLAIN)
def test_a_docstring_names_its_thing(folder: str) -> None:
    texts = list(docstrings(folder))
    assert len(texts) > 100
    found = [(path, text[:100]) for path, text in texts if NAMELESS.match(text)]
    # Docstrings of events are part of the published schema, and those of errors are what users read.
    excused = ("schemas/events/", "ledger/errors.py")
    assert [one for one in found if not one[0].startswith(excused)] == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Of each thing what its latest act says.", False),
        ("The same of those that are rows.", False),
        ("What is remembered.", False),
        ("Who only records needs none.", False),
        ("The same day of a later month.", True),
        ("For each item, its latest act.", True),
    ],
)
def test_a_docstring_without_a_thing_is_found(text: str, *, named: bool) -> None:
    assert bool(NAMELESS.match(text)) != named


def test_english_of_data_files_is_found() -> None:
    data = {"a": {"en": "Nobody", "nl": "Niemand"}, "rule": [{"title": "None", "title_nl": "Geen"}]}
    assert list(english(data)) == ["Nobody", "None"]


@pytest.mark.parametrize(
    "riddle",
    [
        "It counts from who may give it.",
        "It waits. Who runs already waits, and says why.",
        "It says what came of it.",
        "It is another one's double.",
        "Keys are sealed, and so it is with values.",
        "Of them those whose period has passed.",
        "A mark is passed over.",
    ],
)
def test_a_riddle_is_found(riddle: str) -> None:
    assert hidden(riddle)


def test_a_question_is_no_riddle() -> None:
    assert hidden("Who may say it? The table says who may. Who is trusted: the owner.") == []


def test_a_hidden_actor_is_found() -> None:
    assert hidden("Whoever\nreads it, and nobody else, keeps one\nthat is `whoever`.")[2:] == [
        f"…hoever reads it, and nobody else, keeps one that is ` `.…: {REFUSED['one that']}"
    ]
    assert hidden("`nobody` is a user; see [here](whoever.md)") == []
