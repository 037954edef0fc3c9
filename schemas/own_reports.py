"""Whether an act is the provider's own: no party demanded it, and the house lists its purpose as such."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from schemas.hints import Hints, HintWord
from schemas.spelling import lines, plain

# What is asked for is no report of one's own.
_DEMAND: Final = re.compile(
    r"vorder|bevel|machtig|warrant|subpoena|demanded|ordered|instruct|rechtshulp|rogatoire|aivd|mivd"
    r"|geheim|secre|confidential|(?<![a-z])taps?(?![a-z])"
)
# As a reason these say so, too; elsewhere they are words of the trade.
_ASKED: Final = re.compile(
    r"(?<!customer-)(?<!victim-)(?:request|verzoek)|(?<![a-z])order(?![a-z]|-fraud)"
    r"|asked|gevraagd|required|verplicht|demand|compel"
)
# To these a provider reports nothing of its own accord, whatever kind they are said to be.
_NEVER_TO: Final = re.compile(
    r"aivd|mivd|intelligen|inlichting|secret-?service|(?<![a-z])nsa(?![a-z])"
)
_TO: Final = ("recipient", "activity")
_REASONS: Final = ("necessity_reason", "reason")
# What a report is for, to whom it goes and under which activity says nothing of who asked.
_OF_ITSELF: Final = ("purpose", "ground", "activity", "recipient_kind")
_ASKED_BY_NOBODY: Final = frozenset({"purpose", "ground", "activity", "recipient", "legal_basis"})
# Words that any company may say of what it looks into: `fraud-investigation` is a reason of one's own.
_LOOKED_INTO: Final = frozenset({"investigat", "onderzoek", "fraud"})


class OwnReports:
    """`bases`: purpose -> legal bases on which a report is the provider's own. `never`: kinds of recipient
    to whom it reports nothing of its own accord. `hints`: looks for words of an investigation.
    """

    def __init__(
        self, bases: Mapping[str, Collection[str]], never: Collection[str], hints: Hints
    ) -> None:
        self._bases = {purpose: frozenset(of) for purpose, of in bases.items()}
        self._never = frozenset(never)
        self._hints = hints

    def is_one(self, facts: dict[str, Any]) -> bool:
        """Whether the facts of an event, of any shape, are those of an own report."""
        texts = {name: value for name, value in facts.items() if isinstance(value, str)}
        if "provision" in facts or texts.get("recipient_kind") in self._never:
            return False
        purpose = texts.get("purpose" if "purpose" in facts else "ground", "")
        bases = self._bases.get(purpose, frozenset())
        return texts.get("legal_basis") in bases and not _is_demanded(facts)

    def says_no_more(self, facts: dict[str, Any], hints: Collection[HintWord]) -> bool:
        """Whether an own report names who gets it, and nothing that they do, or that they asked for.

        `hints`: the words that were found in the whole message.
        """
        itself, reasons = self._hints_in(facts, _OF_ITSELF), self._hints_in(facts, _REASONS)
        return (
            all(word.word in _LOOKED_INTO for word in reasons)
            and all(word.party and not word.case for word in {*hints} - itself)
            and not self._is_asked_for(facts)
        )

    def _hints_in(self, facts: dict[str, Any], names: Collection[str]) -> set[HintWord]:
        return self._hints.found(
            lines([text for n in names if isinstance(text := facts.get(n), str)])
        )

    def _is_asked_for(self, facts: dict[str, Any]) -> bool:
        """Whether a fact says that an investigating party asked: `police-request-9`."""
        return any(
            _ASKED.search(text) and self._hints.found(text)
            for name, value in facts.items()
            if isinstance(value, str) and name not in _OF_ITSELF and name != "recipient"
            for text in (plain(value),)
        )


def _is_demanded(facts: dict[str, Any]) -> bool:
    """Whether an act says that a party demanded it."""
    values = (str(value).lower() for name, value in facts.items() if name not in _ASKED_BY_NOBODY)
    reasons = (str(facts.get(name, "")).lower() for name in _REASONS)
    parties = (str(facts.get(name, "")).lower() for name in _TO)
    return (
        any(map(_DEMAND.search, values))
        or any(map(_ASKED.search, reasons))
        or any(map(_NEVER_TO.search, parties))
    )
