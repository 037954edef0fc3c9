"""What every answer is: a frozen struct whose members are those of its JSON.

An answer holds what a machine reads: codes, numbers, times as text with their offset. Words for people are
added where it is shown. JSON Schemas of all answers are made from these types (`console/answers.py`).
"""

from typing import Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

T = TypeVar("T")


class Answer(msgspec.Struct, frozen=True):
    """The base of all answers. A member that an answer may lack has the default `msgspec.UNSET`."""


class Gone(Answer, frozen=True):
    """What stands in the place of a value that cannot be opened: it was erased, or its key is lost."""

    erased: Literal[True] | UnsetType = UNSET
    lost: Literal[True] | UnsetType = UNSET


Name = str | Gone
"""The reference of a data subject as it is shown: an erased one has none any more."""


def given(member: T | UnsetType) -> T | None:
    """A member that an answer may lack; None where it does."""
    return None if member is UNSET else member
