"""What every answer to every person says: the law may oblige a provider to silence.

It says so to everybody, whether there is anything that may not be told or not, so it tells nobody anything.
"""

from functools import cache

from application.answer import InBothLanguages
from application.words import phrase


class SaidToAll(InBothLanguages, frozen=True):
    """What every answer to every person says of what the law may forbid to tell (UAVG art. 41)."""


@cache
def said_to_all() -> SaidToAll:
    """The sentence, in both languages."""
    return SaidToAll(
        en=phrase("said_to_all", "sentence", "en"), nl=phrase("said_to_all", "sentence", "nl")
    )
