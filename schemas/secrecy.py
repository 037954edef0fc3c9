"""Secrecy: whether a message tells of an investigation, or hints at one, that the open ledger may not know.

The message is looked at as a whole: every name and every value at any depth, whatever its shape. What
*names a secret* never enters (`schemas.secret_articles`); what only *hints* enters when its provision is
known to be without secrecy, or when it is the provider's own report. All else is withheld: an unknown
spelling is not a way in. Which words hint, which provisions are secret or clear, and what the house reports
of its own accord is data of the rulebook; this module knows how to look.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, get_args

from msgspec import Struct

from schemas.catalogue import DISCLOSED, DISCLOSING, EVENT_TYPES
from schemas.events.disclosure import RecipientKind
from schemas.provision import folded, readings
from schemas.quick_look import QuickLook
from schemas.raw_look import RawLook
from schemas.references import PERSONS, kind_of
from schemas.secret_articles import LOOK, is_article, names_article, names_power
from schemas.secret_types import SECRET_NAMES, has_secret_type, is_secret_type
from schemas.spelling import parts, plain, run
from schemas.strings import Said, said_in, unescaped

__all__ = ["HintWord", "Secrecy"]


class HintWord(Struct, frozen=True):
    """A word that hints at an investigation, in small letters.

    `whole`: it counts as a word by itself only, such as `tap`; else as a part of a longer one too, whatever
    stands between its letters. `unless`: longer words that hold it and are ordinary.
    """

    word: str
    whole: bool = False
    unless: tuple[str, ...] = ()


_KINDS: Final = frozenset(get_args(RecipientKind))
# Upkeep of the register says which parties and rules there are, not what was done about a person.
_UPKEEP: Final = frozenset(
    {"recipient", "activity", "role", "employee", "system", "measure", "notice"}
)
# Of the notice that everybody may read, nothing is secret.
_PUBLIC: Final = "nl.voipzeker.ledger.privacy-notice-published.v1"
# Members that may name the power behind an act.
_POWERS: Final = frozenset({"provision", "ground", "purpose", "necessity_reason", "reason", "role"})
# Authorities that are foreign ones in another country.
_AUTHORITIES: Final = frozenset({"court", "tax-authority", "supervisory-authority"})
# Kinds that hint in some cases, which the closer look knows.
_NEAR: Final = _AUTHORITIES | {"ciot"}
_UNDER_POWER: Final = frozenset({"6-1-c", "6-1-e"})
# What is asked for is no report of one's own.
_DEMAND: Final = re.compile(
    r"vordering|bevel|warrant|subpoena|(?<![a-z])order(?![a-z])|request|verzoek"
)
_DEMANDING: Final = ("necessity_reason", "reason")
_PARAGRAPH: Final = re.compile(r"[._:/-](?:[0-9]{1,2}[a-z]?|[a-z]|lid|par)\Z")
_MOST_PARAGRAPHS: Final = 4
_LONGEST: Final = 64


class Secrecy:
    """What tells of an investigation, and what clears it, ready to be asked of each message.

    `secret`: every spelling, lower case, of the provisions under secrecy. `clearing`: spelling of a known
    provision without secrecy, without separators -> the kinds of recipient that it clears; none: every one.
    `powers`: those of them that clear acts that are no disclosures, too. `own_reports`: purpose -> legal
    bases on which a report is the provider's own. `kinds`: kinds of recipient that investigate. `words`:
    what else hints. Without all of it nothing is withheld but the types of the confidential ledger.
    """

    def __init__(
        self,
        *,
        secret: Collection[str] = (),
        clearing: Mapping[str, Collection[str]] | None = None,
        powers: Collection[str] = (),
        own_reports: Mapping[str, Collection[str]] | None = None,
        kinds: Collection[str] = (),
        words: Collection[HintWord] = (),
    ) -> None:
        self._secret = frozenset(secret)
        self._clearing = {name: frozenset(of) for name, of in (clearing or {}).items()}
        self._powers = frozenset(powers)
        self._own_reports = {name: frozenset(of) for name, of in (own_reports or {}).items()}
        self._kinds = frozenset(kinds)
        self._words = [(run(w.word), tuple(map(run, w.unless))) for w in words if not w.whole]
        self._raw_look = RawLook(
            {*(word for word, _ in self._words), *SECRET_NAMES},
            {word.word for word in words if word.whole},
        )
        whole = "|".join(re.escape(w.word) for w in words if w.whole)
        self._whole = re.compile(rf"(?<![a-z0-9])(?:{whole})(?![a-z0-9])") if whole else None
        self._judges = bool(self._secret or words or self._kinds)
        marks = {run(word) for word in (*(w.word for w in words), *self._kinds, "barred")}
        self._look = QuickLook(marks, LOOK, self._kinds | _NEAR)

    def withholds_event(self, message: dict[str, Any]) -> bool:
        """Whether a message of a known type and the right shape is withheld: quick where nothing hints."""
        return self._judges and self._look.is_due(message) and self._withholds(message)

    def withholds(self, message: Any) -> bool:
        """Whether a JSON value is withheld, whatever its shape."""
        if isinstance(message, dict) and is_secret_type(message.get("type")):
            return True
        return self._judges and self._withholds(message)

    def withholds_bytes(self, body: bytes) -> bool:
        """Whether bytes that are no JSON, or too many to be read, are withheld: nothing clears what hints.

        Where nothing hints, memory is flat; else work and memory are linear in the bytes.
        """
        if not self._raw_look.is_due(body):
            return False
        text = plain(unescaped(body))
        if has_secret_type(text):
            return True
        return self._judges and (names_article(parts(text)) or self._hints(text))

    def _withholds(self, message: Any) -> bool:
        said = said_in(message)
        codes = "\n".join(one.text for one in said if not one.prose)
        if _type_of(message) == _PUBLIC and _subject_kind(message) == "notice":
            return False
        if names_article(parts(codes)) or any(self._names_secret(one) for one in said):
            return True
        if _is_upkeep(message):
            return False
        data = message.get("data") if isinstance(message, dict) else None
        facts = data if isinstance(data, dict) else {}
        if not (self._hints(codes) or self._told_by(message, facts)):
            return False
        return not (self._is_cleared(facts) or self._is_own_report(facts))

    def _names_secret(self, said: Said) -> bool:
        """Whether a text names a power under secrecy, or, as a provision, what nobody can read."""
        if said.prose:
            return names_article(parts(said.text), prose=True)
        if said.member not in _POWERS:
            return False
        if names_power(run(said.text)) or self._reads_as_secret(said.text):
            return True
        return said.member == "provision" and said.foreign

    def _reads_as_secret(self, text: str) -> bool:
        return len(text) <= _LONGEST and any(one in self._secret for one in readings(text))

    def _hints(self, text: str) -> bool:
        if self._whole is not None and self._whole.search(parts(text)):
            return True
        letters = run(text)
        return any(
            word in letters and _remains(word, unless, letters) for word, unless in self._words
        )

    def _told_by(self, message: Any, facts: dict[str, Any]) -> bool:
        """Whether the facts together hint, although none of them has a word that does."""
        kind, ground = _text(facts, "recipient_kind"), _text(facts, "ground")
        if _is_barred(facts) or self._is_unknown_article(ground):
            return True
        if "recipient_kind" not in facts:
            return False
        if kind not in _KINDS or kind in self._kinds:
            return kind in self._kinds or _text(facts, "legal_basis") in _UNDER_POWER
        of_person = _type_of(message) == DISCLOSED and _subject_kind(message) in PERSONS
        foreign = _text(facts, "country") not in {"", "NL"}
        return (kind == "ciot" and of_person) or (kind in _AUTHORITIES and foreign)

    def _is_unknown_article(self, ground: str) -> bool:
        return is_article(parts(plain(ground))) and self._known(ground) is None

    def _is_cleared(self, facts: dict[str, Any]) -> bool:
        """Whether the provision is known, and without secrecy for this recipient or act."""
        known = self._known(_text(facts, "provision"))
        if known is None or _is_barred(facts):
            return False
        kinds = self._clearing[known]
        if kinds:
            return _text(facts, "recipient_kind") in kinds
        return known in self._powers or "recipient_kind" in facts or "recipient" in facts

    def _known(self, spelled: str) -> str | None:
        """The spelling in `clearing` that a provision reads as, or the article that it is a paragraph of."""
        text = spelled.lower()
        for _ in range(_MOST_PARAGRAPHS):
            if text.isascii() and folded(text) in self._clearing:
                return folded(text)
            text, cut = _PARAGRAPH.subn("", text)
            if not cut:
                break
        return None

    def _is_own_report(self, facts: dict[str, Any]) -> bool:
        if "provision" in facts or _is_barred(facts):
            return False
        purpose = _text(facts, "purpose" if "purpose" in facts else "ground")
        bases = self._own_reports.get(purpose, frozenset())
        asked = any(_DEMAND.search(str(facts.get(name, "")).lower()) for name in _DEMANDING)
        return _text(facts, "legal_basis") in bases and not asked


def _remains(word: str, unless: tuple[str, ...], letters: str) -> bool:
    """Whether a word is still there without the ordinary words that hold it."""
    for longer in unless:
        letters = letters.replace(longer, " ")
    return word in letters


def _is_barred(facts: dict[str, Any]) -> bool:
    """Whether nobody may tell the person: a bar on telling is one of an investigation."""
    return "barred" in {run(plain(_text(facts, name))) for name in ("notice", "ground")}


def _text(facts: dict[str, Any], name: str) -> str:
    """A fact that is a text; empty where it is none, whatever it is."""
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _type_of(message: Any) -> Any:
    return message.get("type") if isinstance(message, dict) else None


def _subject_kind(message: Any) -> Any:
    subject = message.get("subject") if isinstance(message, dict) else None
    return kind_of(subject) if isinstance(subject, str) else None


def _is_upkeep(message: Any) -> bool:
    """An event of the register, about an entry of it."""
    name = _type_of(message)
    entry = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if entry is None or name in DISCLOSING:
        return False
    return entry.subjects <= _UPKEEP and _subject_kind(message) in _UPKEEP
