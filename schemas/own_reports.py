"""Whether an act is the provider's own: nobody demanded it, on a purpose that the house lists as such."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

__all__ = ["OwnReports", "asks"]

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
_ASKED_BY_NOBODY: Final = frozenset({"purpose", "ground", "activity", "recipient", "legal_basis"})


class OwnReports:
    """`bases`: purpose -> legal bases on which a report is the provider's own. `never`: kinds of recipient
    to whom it reports nothing of its own accord.
    """

    def __init__(self, bases: Mapping[str, Collection[str]], never: Collection[str]) -> None:
        self._bases = {purpose: frozenset(of) for purpose, of in bases.items()}
        self._never = frozenset(never)

    def is_one(self, facts: dict[str, Any]) -> bool:
        """Whether the facts of an event, of any shape, are those of an own report."""
        told = {name: one for name, one in facts.items() if isinstance(one, str)}
        if "provision" in facts or told.get("recipient_kind") in self._never:
            return False
        purpose = told.get("purpose" if "purpose" in facts else "ground", "")
        bases = self._bases.get(purpose, frozenset())
        return told.get("legal_basis") in bases and not _is_demanded(facts)


def _is_demanded(facts: dict[str, Any]) -> bool:
    """Whether an act says that somebody asked for it."""
    told = (str(value).lower() for name, value in facts.items() if name not in _ASKED_BY_NOBODY)
    reasons = (str(facts.get(name, "")).lower() for name in _REASONS)
    parties = (str(facts.get(name, "")).lower() for name in _TO)
    return (
        any(map(_DEMAND.search, told))
        or any(map(asks, reasons))
        or any(map(_NEVER_TO.search, parties))
    )


def asks(text: str) -> bool:
    """Whether a text in small letters says that something was asked for."""
    return _ASKED.search(text) is not None
