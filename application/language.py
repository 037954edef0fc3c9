"""The language that people read: chosen once a command, by a flag, else by a variable, else English.

Machines get what they get in any language, and so do logs.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar

from schemas.texts import LANGUAGES, Language

FLAG = "--language"
VARIABLE = "LEDGER_LANGUAGE"
_SPOKEN: ContextVar[Language | None] = ContextVar("language", default=None)


def speak(language: Language | None) -> None:
    """From now on people are spoken to in a language; None: no language was asked for."""
    _SPOKEN.set(language)


def chosen() -> Language | None:
    """The language that was asked for; None where none was."""
    return _SPOKEN.get()


def spoken(otherwise: Language = "en") -> Language:
    """The language that was asked for. `otherwise`: where none was; English but for letters."""
    return chosen() or otherwise


def language_named(text: str) -> Language | None:
    """The language of a code, None for another text."""
    return next((language for language in LANGUAGES if language == text), None)


def asked_for(arguments: Sequence[str], environment: Mapping[str, str]) -> Language | None:
    """The language in which a command line is refused, before anything of it was read.

    A text that is no language gives None here: reading the settings refuses it later.
    """
    code = environment.get(VARIABLE, "").strip()
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        name, is_joined, text = argument.partition("=")
        if name == FLAG:
            code = text if is_joined else next(iter(arguments[place + 1 :]), "")
    return language_named(code)
