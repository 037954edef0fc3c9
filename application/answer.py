"""What every answer is: a frozen struct whose members are those of its JSON.

An answer holds what a machine reads: codes, numbers, times as text with their offset. Words for people are
added where it is shown. JSON Schemas of all answers are made from these types (`console/answers.py`).
"""

from typing import Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from schemas.texts import Language

T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True):
    """The base of all answers. A member that an answer may lack has the default `msgspec.UNSET`."""


class InBothLanguages(Answer, frozen=True):
    """A text for people, in English and in Dutch."""

    en: str
    nl: str

    def said(self, language: Language) -> str:
        """The text in a language."""
        return self.nl if language == "nl" else self.en


class Gone(Answer, frozen=True):
    """Shown instead of a value that is not: it was erased, its key is lost, or it is not for this reader.

    `masked`: the reader may open it with a reason.
    """

    erased: Literal[True] | UnsetType = UNSET
    lost: Literal[True] | UnsetType = UNSET
    masked: Literal[True] | UnsetType = UNSET


Name = str | Gone
"""The reference of a data subject as it is shown: an erased one has none any more."""


def given(member: T | UnsetType) -> T | None:
    """A member that an answer may lack; None where it does."""
    return None if member is UNSET else member
