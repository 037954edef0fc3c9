"""Whether a provision is known, and whether it clears an event's hint at secrecy."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from schemas.provision import folded

_PARAGRAPH: Final = re.compile(r"[._:/-](?:[0-9]{1,2}[a-z]?|[a-z]|lid|par)\Z")
_MOST_PARAGRAPHS: Final = 4
_LAW: Final = re.compile(r"[a-z]{2,8}[._:/-][a-z]{1,16}(?=[._:/-])")
_HOME: Final = "NL"
# A law of the country says nothing about the authorities of a different country.
_NATIONAL: Final = "nl"


class Clearance:
    """Known provisions without secrecy, and the kinds of recipient that each of them names.

    `provisions`: spelling without separators -> the kinds of recipient that it clears. `laws`: law, such as
    `nl.awr` -> kinds for which an unlisted article is only a mistake: all known ones are open.
    """

    def __init__(
        self,
        provisions: Mapping[str, Collection[str]] | None = None,
        laws: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._kinds = {name: frozenset(of) for name, of in (provisions or {}).items()}
        self._laws = {folded(name): frozenset(of) for name, of in (laws or {}).items()}

    def is_known(self, spelled: str) -> bool:
        """Whether a provision reads as one without secrecy, or as a paragraph of one."""
        return self._reading(spelled) is not None

    def is_article(self, text: str) -> bool:
        """Whether a code names such a provision by its article, not by a short name that is a word."""
        return self.is_known(text) and not text.isalpha()

    def is_mistake(self, spelled: str, kind: str) -> bool:
        """Whether it is an unknown article of a law whose articles are all open to this kind."""
        law = _LAW.match(spelled.lower())
        return law is not None and kind in self._laws.get(folded(law[0]), ())

    def clears(self, spelled: str, kind: str | None, country: str) -> bool:
        """Whether it names the kind of recipient, or some kind where no recipient is named (None).

        A duty towards the person names none, and clears nothing. `country`: empty where nothing says so.
        """
        reading = self._reading(spelled)
        kinds = self._kinds[reading] if reading is not None else frozenset[str]()
        abroad = country not in {"", _HOME} and spelled.lower().startswith(_NATIONAL)
        return bool(kinds) and not abroad and (kind is None or kind in kinds)

    def _reading(self, spelled: str) -> str | None:
        """The spelling that a provision reads as, or the article that it is a paragraph of."""
        text = spelled.lower()
        for _ in range(_MOST_PARAGRAPHS):
            if text.isascii() and folded(text) in self._kinds:
                return folded(text)
            text, cut = _PARAGRAPH.subn("", text)
            if not cut:
                break
        return None
