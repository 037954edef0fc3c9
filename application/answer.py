"""What every answer is: a frozen struct whose members are those of its JSON.

An answer holds what a machine reads: codes, numbers, times as text with their offset. Words for people are
added where it is shown. JSON Schemas of all answers are made from these types (`console/answers.py`).
"""

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """The base of all answers. A member that an answer may lack has the default `msgspec.UNSET`."""
