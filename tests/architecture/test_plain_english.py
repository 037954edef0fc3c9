"""Words that hide who does what are in no document, help text or message.

A sentence names its actor, its verb and its object. Each word here has stood where a reader had to guess one.
"""

import re

import pytest

from tests.architecture.documents import ROOT
from tests.architecture.messages import messages
from tests.architecture.reference import every_text
from tests.architecture.test_documents import tracked

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
_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)\n]*\)", re.S)
_EXCUSED = {"tests/data/README.md"}  # of another project


def hidden(text: str) -> list[str]:
    """Each refused word of a text with what to write instead; code and addresses are no words of ours."""
    words = " ".join(_CODE.sub("` `", text).split())
    return [
        f"…{words[max(0, found.start() - 40) : found.end() + 40]}…: {REFUSED[found[0].lower()]}"
        for found in _WORDS.finditer(words)
    ]


@pytest.mark.parametrize("page", sorted({*tracked("*.md")} - _EXCUSED))
def test_a_document_names_who_does_what(page: str) -> None:
    assert hidden((ROOT / page).read_text("utf-8")) == []


def test_help_names_who_does_what() -> None:
    texts = list(every_text())
    assert len(texts) > 300
    assert [found for text in texts for found in hidden(text)] == []


def test_a_message_names_who_does_what() -> None:
    assert [found for text in sorted(messages()) for found in hidden(text)] == []


def test_a_hidden_actor_is_found() -> None:
    assert hidden("Whoever\nreads it, and nobody else, keeps one\nthat is `whoever`.")[2:] == [
        f"…hoever reads it, and nobody else, keeps one that is ` `.…: {REFUSED['one that']}"
    ]
    assert hidden("`nobody` is a user; see [here](whoever.md)") == []
