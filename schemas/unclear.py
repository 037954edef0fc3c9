"""What an event must say clearly, since it could tell of an investigation.

Grounds, in which role and why somebody looked, why an authority received, and under which provision.
There a word that nobody knows is not taken for an ordinary one, nor is a provision that nobody knows.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from schemas.catalogue import DISCLOSED, DISCLOSING, EVENT_TYPES
from schemas.clearance import Clearance
from schemas.event_type import PREFIX
from schemas.ordinary import Ordinary, Place
from schemas.strings import said_in

__all__ = ["TELLING_NAMES", "Unclear", "texts_in"]

_ACCESSED: Final = f"{PREFIX}personal-data-accessed.v1"
_NOTICE: Final = f"{PREFIX}disclosure-notice-withheld.v1"
_HOLDS: Final = frozenset(
    f"{PREFIX}legal-hold-{done}.v1" for done in ("placed", "reviewed", "released")
)
_REFUSED: Final = f"{PREFIX}rights-request-refused.v1"
# Types that tell what was done for an authority, or not done because of one.
_TELLING: Final = frozenset({*DISCLOSING, *_HOLDS, _ACCESSED, _NOTICE, _REFUSED})
_NOTHING: Final[Mapping[str, Any]] = {}
# Type -> members that are codes of ordinary words; of disclosures only those to authorities.
_ASKED: Final[Mapping[str, tuple[tuple[str, Place], ...]]] = {
    **dict.fromkeys((*_HOLDS, _NOTICE, _REFUSED), (("ground", "ground"),)),
    _ACCESSED: (("role", "business"), ("purpose", "business")),
    DISCLOSED: (("purpose", "authority"), ("necessity_reason", "authority")),
}

TELLING_NAMES: Final = tuple(sorted(EVENT_TYPES[name].name.replace("-", "") for name in _TELLING))
"""The letters of their names: bytes that hold one and cannot be read cannot be judged."""


class Unclear:
    """Looks whether an event leaves open what it tells. `authorities`: kinds of recipient that are some."""

    def __init__(
        self, ordinary: Ordinary, clearance: Clearance, authorities: Collection[str]
    ) -> None:
        self._ordinary = ordinary
        self._clearance = clearance
        self._authorities = frozenset(authorities)

    def is_due(self, message: dict[str, Any]) -> bool:
        """Whether a message of a known type and the right shape is unclear."""
        name: str = message["type"]
        return name in _TELLING and self._leaves_open(name, message["data"])

    def is_open(self, message: Any) -> bool:
        """Whether a JSON value of any shape is unclear, a list of events or an event in a wrapper too."""
        name = message.get("type") if isinstance(message, dict) else None
        if isinstance(name, str) and not self._ordinary.is_type(name):
            return True
        known = isinstance(name, str) and name in EVENT_TYPES
        return any(self._is_open(one, known) for one in _objects(message))

    def _is_open(self, one: dict[str, Any], known: bool) -> bool:
        """Whether an object is, as an event or as the facts of one. `known`: so is the type of the whole."""
        if not all(self._ordinary.is_kind(kind) for kind in texts_in(one.get("recipient_kind"))):
            return True
        if not (known or self._are_codes("ground", one.get("ground"))):
            return True
        name = one.get("type")
        if not isinstance(name, str):
            return False
        unheard = "specversion" in one and not self._ordinary.is_type(name)
        return unheard or self._leaves_open(name, one.get("data"), one)

    def _leaves_open(self, name: str, facts: Any, event: Mapping[str, Any] = _NOTHING) -> bool:
        if name not in _TELLING:
            return False
        if not isinstance(facts, dict):
            return bool(texts_in(facts)) or "data_base64" in event
        kind = facts.get("recipient_kind")
        if name == DISCLOSED and not (isinstance(kind, str) and kind in self._authorities):
            return False
        if not all(self._are_codes(place, facts.get(fact)) for fact, place in _ASKED.get(name, ())):
            return True
        return not all(self._is_provision(one, kind) for one in texts_in(facts.get("provision")))

    def _is_provision(self, text: str, kind: Any) -> bool:
        return self._clearance.is_known(text) or self._clearance.is_mistake(text, kind)

    def _are_codes(self, place: Place, value: Any) -> bool:
        """Whether all texts of a member are ordinary. A ground may be an article that is known to be open."""
        return all(
            self._ordinary.is_code(place, text)
            or (place == "ground" and self._clearance.is_article(text))
            for text in texts_in(value)
        )


def texts_in(value: Any) -> list[str]:
    """The texts of a member, which is one text where its shape is right."""
    if isinstance(value, str):
        return [value]
    return [one.raw for one in said_in(value)] if isinstance(value, list | dict) else []


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """All objects of a JSON value, but for personal values; each is looked at once, without recursion."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += [below for name, below in one.items() if name != "personal"]
        elif isinstance(one, list):
            waiting += one
