"""Secrecy: whether a message tells of an investigation, or hints at one, that the open ledger may not know.

The message is looked at as a whole: every name and every value at any depth, whatever its shape. What
*names a secret* never enters (`schemas.secret_articles`); what *hints*, or *leaves open* what it tells
(`schemas.unclear`), enters when its provision is known to be without secrecy, or when it is the provider's
own report. All else is withheld: an unknown spelling is not a way in. Which words hint, which provisions
are secret or clear, and what the house reports of its own accord is data of the rulebook; this module
knows how to look.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from msgspec import Struct

from schemas.catalogue import DISCLOSED, DISCLOSING, EVENT_TYPES
from schemas.clearance import Clearance
from schemas.provision import readings
from schemas.quick_look import QuickLook
from schemas.raw_look import RawLook, by_itself, is_text
from schemas.references import PERSONS, kind_of
from schemas.secret_articles import LOOK, is_article, names_article, names_power
from schemas.secret_types import SECRET_NAMES, has_secret_type, is_secret_type
from schemas.spelling import looks, parts, plain, run
from schemas.strings import Said, said_in, unescaped
from schemas.unclear import TELLING_NAMES, Unclear

__all__ = ["HintWord", "Secrecy"]


class HintWord(Struct, frozen=True):
    """A word that hints at an investigation, in small letters.

    `whole`: it counts as a word by itself only, such as `tap`; else as a part of a longer one too, whatever
    stands between its letters. `unless`: longer words that hold it and are ordinary. `common`: tax
    offices and supervisory authorities say it of themselves, so that a provision for them clears it.
    """

    word: str
    whole: bool = False
    unless: tuple[str, ...] = ()
    common: bool = False


# Upkeep of the register says which parties and rules there are, not what was done about a person.
_UPKEEP: Final = frozenset({"recipient", "activity", "role", "system", "measure", "notice"})
# Members in which that upkeep names its entries and what they are; all others it has in common with acts.
_NAMING: Final = frozenset(
    {
        *("subject", "name", "kind", "role", "recipient_kinds", "purpose", "purposes", "owner"),
        *("agreement_ref", "security_measures"),
    }
)
# Of the notice that everybody may read, nothing is secret.
_PUBLIC: Final = "nl.voipzeker.ledger.privacy-notice-published.v1"
# Members that may name the power behind an act.
_POWERS: Final = frozenset({"provision", "ground", "purpose", "necessity_reason", "reason", "role"})
# Authorities that are foreign ones in another country.
_AUTHORITIES: Final = frozenset({"court", "tax-authority", "supervisory-authority"})
# Kinds that hint in some cases, which the closer look knows.
_NEAR: Final = _AUTHORITIES | {"ciot"}
# What is asked for is no report of one's own.
_DEMAND: Final = re.compile(
    r"vorder|bevel|machtig|warrant|subpoena|demanded|ordered|instruct|rechtshulp|rogatoire|aivd|mivd"
    r"|geheim|secre|confidential|(?<![a-z])taps?(?![a-z])"
)
# As a reason these say so, too; elsewhere they are words of the trade.
_ASKED: Final = re.compile(
    r"(?<!customer-)(?<!victim-)(?:request|verzoek)|(?<![a-z])order(?![a-z]|-fraud)"
)
_REASONS: Final = ("necessity_reason", "reason")
# What a report is for, to whom it goes and under which activity says nothing of who asked.
_ASKED_BY_NOBODY: Final = frozenset({"purpose", "ground", "activity", "recipient", "legal_basis"})
_LONGEST: Final = 64


class Secrecy:
    """What tells of an investigation, and what clears it, ready to be asked of each message.

    `secret`: every spelling, lower case, of the provisions under secrecy. `clearance`: those without it.
    `own_reports`: purpose -> legal bases on which a report is the provider's own. `kinds`: kinds of recipient
    that investigate. `never_own`: those to whom the provider reports nothing of its own accord. `words`: what
    else hints. `unclear`: what says too little. Without all of it nothing is withheld but the types of the
    confidential ledger.
    """

    def __init__(
        self,
        *,
        secret: Collection[str] = (),
        clearance: Clearance | None = None,
        own_reports: Mapping[str, Collection[str]] | None = None,
        kinds: Collection[str] = (),
        never_own: Collection[str] = (),
        words: Collection[HintWord] = (),
        unclear: Unclear | None = None,
    ) -> None:
        self._secret = frozenset(secret)
        self._clearance = clearance or Clearance()
        self._own_reports = {name: frozenset(of) for name, of in (own_reports or {}).items()}
        self._kinds = frozenset(kinds)
        self._never_own = frozenset(never_own)
        self._unclear = unclear
        parts_of = [(run(w.word), map(run, w.unless)) for w in words if not w.whole]
        self._words = [(looks(word), tuple(map(looks, unless))) for word, unless in parts_of]
        self._common = frozenset(looks(run(word.word)) for word in words if word.common)
        self._raw_look = RawLook(
            {*(run(word.word) for word in words if not word.whole), *SECRET_NAMES, *TELLING_NAMES},
            {word.word for word in words if word.whole},
        )
        whole = "|".join(by_itself(re.escape(w.word)) for w in words if w.whole)
        self._whole = re.compile(whole) if whole else None
        self._judges = bool(self._secret or words or self._kinds)
        marks = {run(word) for word in (*(w.word for w in words), *self._kinds, "barred")}
        self._look = QuickLook(marks, LOOK, self._kinds | _NEAR)

    def withholds_event(self, message: dict[str, Any]) -> bool:
        """Whether a message of a known type and the right shape is withheld: quick where nothing hints."""
        if not self._judges:
            return False
        unclear = self._unclear is not None and self._unclear.is_due(message)
        return (unclear or self._look.is_due(message)) and self._withholds(message)

    def withholds(self, message: Any) -> bool:
        """Whether a JSON value is withheld, whatever its shape."""
        if isinstance(message, dict) and is_secret_type(message.get("type")):
            return True
        return self._judges and self._withholds(message)

    def withholds_bytes(self, body: bytes) -> bool:
        """Whether bytes that are no JSON, or too many to be read, are withheld: nothing clears what hints.

        What is no text in UTF-8 nobody can judge, nor an event that tells what was done for an authority.
        Where nothing hints, memory is flat; else work and memory are linear in the bytes.
        """
        if not self._raw_look.is_due(body):
            return False
        if self._judges and not is_text(body):
            return True
        text = plain(unescaped(body))
        if has_secret_type(text):
            return True
        return self._judges and (
            names_article(parts(text)) or self._hints(text) or _is_telling(run(text))
        )

    def _withholds(self, message: Any) -> bool:
        if _type_of(message) == _PUBLIC and _subject_kind(message) == "notice":
            return False
        said = said_in(message)
        codes = "\n".join(one.text for one in said if not one.prose)
        if names_article(parts(codes)) or any(self._names_secret(one) for one in said):
            return True
        if _is_upkeep(message):
            told = "\n".join(one.text for one in said if one.member not in _NAMING)
            return self._hints(told)
        data = message.get("data") if isinstance(message, dict) else None
        facts = data if isinstance(data, dict) else {}
        if any(map(_is_bar, said)):
            return True
        unclear = self._unclear is not None and self._unclear.is_open(message)
        if not (unclear or self._hints(codes) or self._told_by(message, facts)):
            return False
        return not (self._is_cleared(facts, codes) or self._is_own_report(facts, codes))

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

    def _hints(self, text: str, *, beyond_common: bool = False) -> bool:
        """`beyond_common`: by a word that no tax office or supervisory authority says of itself."""
        if self._whole is not None and self._whole.search(parts(text)):
            return True
        letters = looks(run(text))
        return any(
            word in letters and _remains(word, unless, letters)
            for word, unless in self._words
            if not (beyond_common and word in self._common)
        )

    def _told_by(self, message: Any, facts: dict[str, Any]) -> bool:
        """Whether the facts together hint, although none of them has a word that does."""
        if self._is_unknown_article(_text(facts, "ground")):
            return True
        kind = _text(facts, "recipient_kind")
        if kind in self._kinds:
            return True
        of_person = _type_of(message) == DISCLOSED and _subject_kind(message) in PERSONS
        foreign = _text(facts, "country") not in {"", "NL"}
        return (kind == "ciot" and of_person) or (kind in _AUTHORITIES and foreign)

    def _is_unknown_article(self, ground: str) -> bool:
        return is_article(parts(plain(ground))) and not self._clearance.is_known(ground)

    def _is_cleared(self, facts: dict[str, Any], codes: str) -> bool:
        """Whether the provision is known, without secrecy, and one of this recipient or of some authority.

        Words of an investigation are cleared only where somebody who investigates is named.
        """
        kind = _text(facts, "recipient_kind") if "recipient_kind" in facts else None
        provision, country = _text(facts, "provision"), _text(facts, "country")
        if not self._clearance.clears(provision, kind, country):
            return False
        investigates = kind in self._kinds or (
            kind is None and self._clearance.investigators(provision, self._kinds)
        )
        return investigates or not self._hints(codes, beyond_common=True)

    def _is_own_report(self, facts: dict[str, Any], codes: str) -> bool:
        kind = _text(facts, "recipient_kind")
        if "provision" in facts or kind in self._never_own:
            return False
        if kind not in self._kinds and self._hints(codes, beyond_common=True):
            return False
        purpose = _text(facts, "purpose" if "purpose" in facts else "ground")
        bases = self._own_reports.get(purpose, frozenset())
        return _text(facts, "legal_basis") in bases and not _is_demanded(facts)


def _remains(word: str, unless: tuple[str, ...], letters: str) -> bool:
    """Whether a word is still there without the ordinary words that hold it."""
    for longer in unless:
        letters = letters.replace(longer, " ")
    return word in letters


def _is_telling(letters: str) -> bool:
    return any(name in letters for name in TELLING_NAMES)


def _is_demanded(facts: dict[str, Any]) -> bool:
    """Whether an act says that somebody asked for it."""
    told = (str(value).lower() for name, value in facts.items() if name not in _ASKED_BY_NOBODY)
    reasons = (str(facts.get(name, "")).lower() for name in _REASONS)
    return any(map(_DEMAND.search, told)) or any(map(_ASKED.search, reasons))


def _is_bar(said: Said) -> bool:
    """Whether nobody may tell the person: a bar on telling is one of an investigation."""
    return said.member in {"notice", "ground"} and run(said.text) == "barred"


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
