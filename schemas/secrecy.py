"""Secrecy: whether a message tells of an investigation, or hints at one, that the open ledger may not know.

The message is looked at as a whole: every name and every value at any depth, of any shape
(`schemas.strings`). In this order:

1. What *names a secret* never enters: an article under secrecy, a bar on telling (`schemas.secret_articles`).
2. *Upkeep of the register* may name who investigates and what for, and nothing that belongs to a single case.
3. What *hints* by a word or a kind of recipient (`schemas.hints`), or *leaves open* what it tells since a
   code or a provision is unknown (`schemas.unclear`), enters when its provision is known to be without
   secrecy, or when it is the provider's own report. All else is withheld: an unknown spelling is no way in.

Which words hint or are ordinary, which provisions are secret or clear, and what the house reports of its own
accord is data of the rulebook; this module knows how to look.
"""

import html
import re
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import unquote

from msgspec import Struct

from schemas import names
from schemas.catalogue import CONFIDENTIAL_TYPES, DISCLOSED, DISCLOSING, EVENT_TYPES, FEED
from schemas.clearance import Clearance
from schemas.hints import Hints, HintWord
from schemas.memory import Memory
from schemas.own_reports import OwnReports
from schemas.quick_look import Marks, QuickLook
from schemas.raw_look import RawLook, is_text
from schemas.references import PERSONS, kind_of
from schemas.secret_articles import LOOK, names_article, names_article_in, names_power
from schemas.secret_types import SECRET_NAMES, has_secret_type, is_secret_type
from schemas.spelling import lines, parts, plain, run
from schemas.strings import NAMING, TYPES, MessageTexts, spelled_out, told_in, unescaped
from schemas.unclear import TELLING_NAMES, UPKEEP, Unclear

# Of the notice that everybody may read, nothing is secret.
_PUBLIC: Final = names.type_of(names.PRIVACY_NOTICE_PUBLISHED)
# Members that may name the power behind an act.
_POWERS: Final = ("provision", "ground", "purpose", "necessity_reason", "reason", "role")
# Authorities that are foreign ones in another country; of the first two those of the EEA hear civil cases.
_CIVIL: Final = frozenset({"court", "supervisory-authority"})
_AUTHORITIES: Final = _CIVIL | {"tax-authority"}
# Kinds that hint in some cases, which the closer look knows.
_NEAR: Final = _AUTHORITIES | {"ciot"}
# They investigate for a client who pays.
_PRIVATE: Final = frozenset({"investigation-agency"})
# `tapOrder`, `RECHTERCommissaris`; and `FIUmelding`, where the small letters begin a word of their own.
_HUMPS: Final = (
    re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"),
    re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{3})(?=[a-z]{3})"),
)
# A text that went through two programs may be escaped twice.
_ENCODINGS: Final = 2
_PARAGRAPH: Final = re.compile(r"(?:[._:/-](?:[0-9]{1,2}|[a-z]))?")
_DUTIES: Final = frozenset({"6-1-c", "6-1-e"})
# The person may not be told: such a bar always belongs to an investigation.
_BARRED: Final = re.compile(r"^barred$", re.MULTILINE)


class SecrecyRules(Struct, frozen=True):
    """What tells of an investigation, and what clears it. By default nothing does.

    `secret`: every spelling, lower case, of the provisions under secrecy. `clearance`: those without it.
    `own_reports`: purpose -> legal bases on which a report is the provider's own. `kinds`: kinds of recipient
    that investigate. `never_own`: those to whom the provider reports nothing of its own accord. `words`: what
    else hints. `unclear`: what says too little. `feeds`: kind of recipient -> secret provisions of a feed
    to it that everybody knows of. `neighbours`: countries whose courts hear civil cases as ours do.
    """

    secret: frozenset[str] = frozenset()
    clearance: Clearance = Clearance()
    own_reports: Mapping[str, Collection[str]] = {}
    kinds: frozenset[str] = frozenset()
    never_own: frozenset[str] = frozenset()
    words: tuple[HintWord, ...] = ()
    unclear: Unclear | None = None
    feeds: Mapping[str, frozenset[str]] = {}
    neighbours: frozenset[str] = frozenset()


NO_RULES: Final = SecrecyRules()


class Secrecy:
    """The rules, ready to be asked of each message.

    Without any rule nothing is withheld but the types of the confidential ledger. `admitted`: what
    `schemas.recognition` remembers of messages that these rules let in.
    """

    def __init__(self, rules: SecrecyRules = NO_RULES) -> None:
        self.admitted = Memory()
        self._names_provision = _beginning_with(rules.secret)
        self._clearance = rules.clearance
        self._kinds = rules.kinds
        self._hints = Hints(rules.words)
        self._own_reports = OwnReports(rules.own_reports, rules.never_own, self._hints)
        self._unclear = rules.unclear
        self._feeds = {kind: _beginning_with(names) for kind, names in rules.feeds.items()}
        self._home = frozenset({"", "NL", *rules.neighbours})
        self._judges = bool(rules.secret or rules.words or rules.kinds)
        self._raw_look = _raw_look(rules.words)
        self._look = QuickLook(_marks(rules, self._hints), self._kinds | _NEAR)

    def withholds_event(self, message: dict[str, Any]) -> bool:
        """Whether a message of a known type and the right shape is withheld: quick where nothing hints."""
        if message["type"] in CONFIDENTIAL_TYPES:
            return True
        return self.looks_closer(message) and self._withholds(message)

    def looks_closer(self, message: dict[str, Any]) -> bool:
        """Whether a message of an open type and the right shape is looked at as a whole."""
        if not self._judges:
            return False
        unclear = self._unclear is not None and self._unclear.is_due(message)
        return unclear or self._look.is_due(message)

    def hints_in(self, texts: list[str], personal: dict[str, Any], facts: dict[str, Any]) -> bool:
        """Whether that is so because of what varies: see `QuickLook.hints_in`."""
        return self._judges and self._look.hints_in(texts, personal, facts)

    def withholds(self, message: Any) -> bool:
        """Whether a JSON value is withheld, whatever its shape."""
        if isinstance(message, dict) and is_secret_type(message.get("type")):
            return True
        return self._judges and self._withholds(message)

    def withholds_bytes(self, body: bytes) -> bool:
        """Whether bytes that are no JSON, or too many to be read, are withheld: nothing clears what hints.

        Bytes that are no text in UTF-8 cannot be judged, so they are withheld; so is an event that tells what
        was done for an authority.
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
            names_article(parts(text)) or bool(self._hints.found(text)) or _is_telling(run(text))
        )

    def _withholds(self, message: Any) -> bool:
        """Whether a JSON value is, by the three steps that stand at the top."""
        if _type_of(message) == _PUBLIC and _subject_kind(message) == "notice":
            message = _without_claims(message)
        texts = self._without_feed(message, told_in(message))
        return self._is_secret(texts) or self._may_tell(message, texts)

    def _is_secret(self, texts: MessageTexts) -> bool:
        """Whether a message is of a secret type, names a secret provision, or tells of a case."""
        if any(map(is_secret_type, texts.of(*TYPES))):
            return True
        codes, prose, values = _plain_text(texts.but(())), lines(texts.prose), lines(texts.values)
        return self._names_secret(texts, codes, prose, values) or self._hints.tell_of_a_case(
            prose, values
        )

    def _may_tell(self, message: Any, texts: MessageTexts) -> bool:
        """Whether a message hints at an investigation or leaves open what it tells, and is not cleared."""
        unclear = self._unclear is not None and self._unclear.is_open(message, texts)
        if _is_upkeep(message):
            return unclear or self._upkeep_hints(texts)
        facts = _facts_of(message)
        hints = self._hints.found(_plain_text(texts.but(()))) | self._split_hints(message, facts)
        kinds = self._kinds.intersection(texts.of("recipient_kind"))
        if not (unclear or hints or kinds or self._told_by(message, facts)):
            return False
        return not self._is_open(facts, kinds, {word for word in hints if not word.common})

    def _upkeep_hints(self, texts: MessageTexts) -> bool:
        """The register says which parties there are: a name hints only where it is that of a case."""
        names, others = lines(texts.of(*NAMING)), _plain_text(texts.but(NAMING))
        return self._hints.are_of_a_case(names) or bool(self._hints.found(others))

    def _split_hints(self, message: Any, facts: dict[str, Any]) -> set[HintWord]:
        """Hints whose letters are spread over members that follow each other."""
        members = facts or (message if isinstance(message, dict) else {})
        return self._hints.split(run(plain(spelled_out(members))))

    def _names_secret(self, texts: MessageTexts, codes: str, prose: str, values: str) -> bool:
        """Whether a text names a power under secrecy, a bar, or, as a provision, letters outside of ASCII."""
        powers = lines(texts.of(*_POWERS))
        return (
            names_article(parts(codes))
            or names_article_in(parts(prose), parts(values))
            or names_power(run(powers))
            or self._names_provision.search(powers) is not None
            or _BARRED.search(run(lines(texts.of("notice", "ground")))) is not None
            or not "".join(texts.of("provision")).isascii()
        )

    def _without_feed(self, message: Any, texts: MessageTexts) -> MessageTexts:
        """The texts without the provision of a known feed: that provision names no person."""
        if _type_of(message) != FEED:
            return texts
        subject, data = message.get("subject"), message.get("data")
        feed = (
            self._feeds.get(subject.removeprefix("recipient/"))
            if isinstance(subject, str)
            else None
        )
        provision = _text(data, "provision") if isinstance(data, dict) else ""
        match = feed.match(provision.lower()) if feed else None
        rest = provision[match.end() :] if match else provision
        if match is None or texts.of("provision") != [provision] or not _PARAGRAPH.fullmatch(rest):
            return texts
        return texts._replace(members={**texts.members, "provision": {}})

    def _told_by(self, message: Any, facts: dict[str, Any]) -> bool:
        """Whether the facts together hint, although none of them has a word that does."""
        kind, country = _text(facts, "recipient_kind"), _text(facts, "country")
        if kind == "ciot":
            return _type_of(message) == DISCLOSED and _subject_kind(message) in PERSONS
        if kind not in _AUTHORITIES or country in {"", "NL"}:
            return False
        civil = kind in _CIVIL and country in self._home
        return not civil or _text(facts, "legal_basis") in _DUTIES or "provision" in facts

    def _is_open(
        self, facts: dict[str, Any], kinds: Collection[str], hints: Collection[HintWord]
    ) -> bool:
        """Whether a known provision explains who receives, or it is an own report.

        `kinds`: of those who investigate, wherever they are named. `hints`: words that no tax office says of
        itself: they are explained only where somebody who investigates is named.
        """
        kind = _text(facts, "recipient_kind") if "recipient_kind" in facts else None
        if not {kind}.issuperset(kinds):
            return False
        if self._own_reports.is_one(facts):
            known_to_whom = kind in self._kinds or not hints
            return known_to_whom and self._own_reports.says_no_more(facts, hints)
        provision = _text(facts, "provision")
        if not self._clearance.clears(provision, kind, _text(facts, "country")):
            return False
        public = self._kinds - _PRIVATE
        names_investigators = kind is None and self._clearance.investigators(provision, public)
        return names_investigators or kind in self._kinds or not hints


def _plain_text(texts: Collection[str]) -> str:
    """Plain texts, one a line; and what escapes of URLs or pages in them stand for, and `tapOrder` parted."""
    plain_text = lines(texts)
    parted = [hump.sub("-", text) for hump in _HUMPS for text in texts if hump.search(text)]
    if parted:
        plain_text = f"{plain_text}\n{lines(parted)}"
    decoded = plain_text
    for _ in range(_ENCODINGS):
        if "%" in decoded:
            decoded = _again(unquote(decoded))
        if "&" in decoded:
            decoded = _again(html.unescape(decoded))
    if decoded != plain_text:
        plain_text = f"{plain_text}\n{decoded}"
    return plain_text


def _again(text: str) -> str:
    return lines(text.split("\n"))


def _beginning_with(provisions: Collection[str]) -> re.Pattern[str]:
    """A pattern for a line that is one of the provisions, or a part of one, with any separators."""
    between = "[._:/-]{0,3}"
    names = {between.join(re.escape(letter) for letter in run(name)) for name in provisions}
    if not names:
        return re.compile("(?!)")
    return re.compile(rf"^(?:{'|'.join(sorted(names))})(?=[._:/-]|$)", re.MULTILINE)


def _is_telling(letters: str) -> bool:
    return any(name in letters for name in TELLING_NAMES)


def _text(facts: dict[str, Any], name: str) -> str:
    """A fact that is a text; empty where it is absent or anything else."""
    value = facts.get(name)
    return value if isinstance(value, str) else ""


def _without_claims(message: dict[str, Any]) -> dict[str, Any]:
    """A notice without what it promises: its claims speak of the police because everybody may read them."""
    data = message.get("data")
    if not isinstance(data, dict):
        return message
    return {
        **message,
        "data": {name: content for name, content in data.items() if name != "claims"},
    }


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
    return entry.subjects <= UPKEEP and _subject_kind(message) in UPKEEP


def _marks(rules: SecrecyRules, hints: Hints) -> Marks:
    """What the texts of a message show that hints."""
    parts_of_words = (word.word for word in rules.words if not word.whole)
    return Marks(
        {run(mark) for mark in (*parts_of_words, *rules.kinds, "barred")},
        LOOK,
        {run(word.word) for word in rules.words if word.whole},
        lambda texts: hints.stand_in(_plain_text(texts)),
        hints.long,
    )


def _raw_look(words: Collection[HintWord]) -> RawLook:
    """The look at bytes that cannot be read: for parts of words, and for whole ones."""
    parts_of_words = (run(word.word) for word in words if not word.whole)
    whole_words = {word.word for word in words if word.whole}
    return RawLook({*parts_of_words, *SECRET_NAMES, *TELLING_NAMES}, whole_words)


def _facts_of(message: Any) -> dict[str, Any]:
    """The data of an event; empty where a value is no event, or has none."""
    data = message.get("data") if isinstance(message, dict) else None
    return data if isinstance(data, dict) else {}
