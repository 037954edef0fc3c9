"""Lookups: a name must exist; else the error says that it does not, and which names look like it.

Every spelling that the program prints itself names the same thing: an id, its words in both languages, a
title, a citation. An error never repeats what was typed: it may be a person's name.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import rulebook
from application.register_words import RegisterWords
from application.words import spellings
from ledger.errors import Misconfigured
from schemas import EventType, texts

Names = Mapping[str, str]
"""Spelling, folded -> the code that it names."""
_SEPARATORS = re.compile(r"[\s._:/,;()\-]+")
_MOST_NEAR = 3
# Whole names may differ more than single words: a wrong word would bring in many names.
_LIKENESS = 0.6
_LIKENESS_OF_WORDS = 0.8
_LISTED_AT_MOST = 30
# How the rulebook's words are said in the languages that answers have.
_WORDS = {language: RegisterWords(language) for language in texts.LANGUAGES}


class NotKnown(Misconfigured):
    """A text names nothing. The message says what is near, or where all names are listed."""


def folded(text: str) -> str:
    """A spelling without capitals and separators."""
    return _SEPARATORS.sub(" ", text.casefold()).strip()


def names_of(spelled: Iterable[tuple[str, Iterable[str | None]]]) -> Names:
    """Names from codes and their other spellings. A code comes first; a word of two codes names neither."""
    rows = [(code, [text for text in more if text]) for code, more in spelled]
    own = {folded(code): code for code, _ in rows}
    words: dict[str, set[str]] = {}
    for code, more in rows:
        for text in more:
            words.setdefault(folded(text), set()).add(code)
    return {
        text: next(iter(meanings)) for text, meanings in words.items() if len(meanings) == 1
    } | own


def codes(listed: Iterable[str]) -> Names:
    """A closed list of codes, with the words that tables and documents have for them."""
    return names_of((code, _words_of(code)) for code in listed)


def _words_of(code: str) -> Iterable[str | None]:
    kind = rulebook.RECIPIENT_KINDS.get(code)
    titles = (kind.title, kind.title_nl) if kind else ()
    return *spellings(code), *titles


def rules(entries: Iterable[rulebook.Rule]) -> Names:
    """Rules of findings by id and title."""
    return names_of((entry.id, (entry.title, entry.title_nl)) for entry in entries)


def fields(listed: Iterable[str]) -> Names:
    """Fields of personal data by their names in both languages."""
    return names_of(
        (field, (texts.field_name(field, language) for language in texts.LANGUAGES))
        for field in listed
    )


def event_types(entries: Iterable[EventType]) -> Names:
    """Types of events by name and by full name, which is another one for each version."""
    types = list(entries)
    names = names_of((entry.name, ()) for entry in types)
    return {**names, **{folded(entry.type): entry.type for entry in types}}


def provisions() -> Names:
    """Provisions by id, alias, citation in both languages, and title."""
    return names_of(
        (
            entry.id,
            (
                *entry.aliases,
                *(words.cited(entry.citation) for words in _WORDS.values()),
                entry.title,
            ),
        )
        for entry in rulebook.PROVISIONS
    )


def named(text: str, names: Names, see: str = "") -> str:
    """The code that a text names. Raises NotKnown, with what is near, when it names none.

    `see`: the command that lists what there is; without it the message holds a short list itself.
    """
    code = names.get(folded(text))
    if code is None:
        raise unknown(text, names, see)
    return code


def unknown(text: str, names: Names, see: str = "") -> NotKnown:
    """The error of a text that names nothing."""
    choices = sorted(set(names.values()))
    is_listed = not see and len(choices) <= _LISTED_AT_MOST
    why = f"expected one of {', '.join(choices)}" if is_listed else "nothing is known by this name"
    listed = f"; see `{see}`" if see else ""
    return NotKnown(f"{why}{listed}{alike(text, names)}")


def plain(listed: Iterable[str]) -> Names:
    """Names that have one spelling."""
    return names_of((name, ()) for name in listed)


def alike(text: str, names: Names) -> str:
    """What to add to the error of a text that names nothing: `; did you mean a or b?`, or nothing."""
    near = nearest(text, names)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def nearest(text: str, names: Names) -> list[str]:
    """Codes whose spellings are most like a text, the likest first; then those that begin with it.

    Last come those of which one word is like it: `incaso` is near `incasso-west`.
    """
    spelling = folded(text)
    words: dict[str, list[str]] = {}
    for name in names:
        for word in name.split():
            words.setdefault(word, []).append(name)
    likely = get_close_matches(spelling, names, n=2 * _MOST_NEAR, cutoff=_LIKENESS)
    begun = sorted(name for name in names if len(spelling) > 1 and name.startswith(spelling))
    within = get_close_matches(spelling, words, n=_MOST_NEAR, cutoff=_LIKENESS_OF_WORDS)
    matches = (*likely, *begun, *(name for word in within for name in words[word]))
    return list(dict.fromkeys(names[name] for name in matches))[:_MOST_NEAR]
