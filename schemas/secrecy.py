"""Secrecy: which messages the open ledger may not know, by a table over their explicit words.

Three looks, in this order, each of which a person can repeat with the page that is generated from the table:

1. A *citation* of an article of the law of investigation (`schemas.citations`), or a *secret code*
   (`schemas.secret_codes`), in any code or reference.
2. The *table*: the first of its rows that fits type, recipient kind, provision, purpose and legal basis.
3. Where that row says so, every code that says why must be one that is *declared* ordinary.

Personal values are sealed by themselves and are not looked at. References are opaque but for these two. A
message that is not an event of the contract is looked at as bytes (`Secrecy.withholds_bytes`). This module
knows how to look; rows, codes and provisions are data of the rulebook, the register and the house.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import fields, replace

from schemas import names
from schemas.catalogue import EVENT_TYPES
from schemas.citations import CITATION, cites
from schemas.clearance import Clearance
from schemas.envelope import ATTRIBUTES
from schemas.memory import Memory
from schemas.personal import PERSONAL_FIELDS
from schemas.provision import folded, readings
from schemas.secret_codes import SecretCodes
from schemas.secret_types import SECRET_NAMES, is_secret_type
from schemas.tc_string import is_tc_string
from schemas.withholding import Why

Provisions = Literal["none", "names-recipient", "open", "open-law", "feed", "secret", "unknown"]
"""How a provision stands: not there; known without secrecy, for this kind of recipient or another one; an
unlisted article of a law that is open to this kind; a feed that everybody knows of; secret; unknown."""

_OPEN: Final = frozenset({"names-recipient", "open", "feed"})

Verdict = Literal["ordinary", "own-report", "secret"]
Judged = Literal["any", "declared", "role-or-purpose"]
"""Which codes that say why may enter: any; declared ones; an access, when its role or its purpose is
declared."""

SAYING_WHY: Final = ("purpose", "necessity_reason", "reason", "ground")
"""Members that say why something was done."""
_OF_ACCESS: Final = ("role", "purpose")
CODED: Final = (*SAYING_WHY, "role")
"""Members whose codes are declared ordinary or not."""

_PUBLIC_NOTICE: Final = names.type_of(names.PRIVACY_NOTICE_PUBLISHED)
_FEED: Final = names.type_of(names.BULK_FEED_DELIVERED)
_VERSION: Final = re.compile(r"\.v[0-9]{1,6}\Z")
# `gdpr-art-15` and `gdpr-15` are one.
_ARTICLE_WORD: Final = re.compile(r"(?<=[._:/-])art(?:ikel|icle)?[._:/-](?=[0-9])")
_NO_KIND, _UNKNOWN_KIND = frozenset({"none"}), frozenset({"unknown"})
_ESCAPE: Final = re.compile(rb"\\{1,16}u([0-9a-fA-F]{4})")
# Control characters do not stand in a text, but for a slip or two: with more it is UTF-16, or a program made
# it.
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0e-\x1f]")
_MOST_SLIPS: Final = 3
_STANDARD: Final = str.maketrans("-_", "+/")


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table. A column that a row leaves empty fits everything.

    `types`: short names; `kinds`: of recipient, or `investigating`, `public`, `unknown`, `none` for groups.
    `codes`: which codes that say why may enter.
    """

    id: str
    why: str
    verdict: Verdict
    codes: Judged = "any"
    types: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    provisions: frozenset[Provisions] = frozenset()
    purposes: frozenset[str] = frozenset()
    legal_bases: frozenset[str] = frozenset()
    notices: frozenset[str] = frozenset()
    member: str = ""


class SecrecyRules(Struct, frozen=True):
    """The secret and the ordinary codes and provisions.

    By default only the types of the confidential ledger are secret.

    `kinds`: kind of recipient -> its groups. `secret`: provisions under secrecy, folded. `feeds`: kind ->
    provisions, folded, of a feed to it that everybody knows of. `ordinary`: codes that are declared so.
    `hidden`: codes that are declared secret.
    """

    rows: tuple[Row, ...] = ()
    kinds: Mapping[str, frozenset[str]] = {}
    secret: frozenset[str] = frozenset()
    clearance: Clearance = Clearance()
    feeds: Mapping[str, frozenset[str]] = {}
    ordinary: frozenset[str] = frozenset()
    hidden: SecretCodes = SecretCodes()


class Secrecy:
    """The rules, ready to be asked of each message.

    `admitted`: what `schemas.recognition` remembers of messages that these rules let in.
    """

    def __init__(self, rules: SecrecyRules | None = None) -> None:
        self.rules: Final = rules or SecrecyRules()
        self.admitted = Memory()
        self._ordinary = frozenset(map(folded, self.rules.ordinary))
        self._kinds = {folded(kind): groups for kind, groups in self.rules.kinds.items()}
        self._rows: dict[str, tuple[Row, ...]] = {}
        self._raw = _raw_marks(self.rules)
        self._declaring: tuple[frozenset[str], SecretCodes, Secrecy] | None = None

    def declaring(self, codes: frozenset[str], hidden: SecretCodes | None = None) -> "Secrecy":
        """The rules with further codes declared ordinary, and `hidden` declared secret.

        For the same codes as last time it returns the same object, which remembers the messages that it
        admitted.
        """
        hidden = hidden or self.rules.hidden
        if codes <= self.rules.ordinary and hidden == self.rules.hidden:
            return self
        if self._declaring is None or self._declaring[:2] != (codes, hidden):
            rules = replace(self.rules, ordinary=self.rules.ordinary | codes, hidden=hidden)
            self._declaring = codes, hidden, Secrecy(rules)
        return self._declaring[2]

    def why(self, message: Any) -> Why | None:
        """Why a JSON value of any shape is withheld; None where it is not."""
        event = _with_facts(message) if isinstance(message, dict) else {}
        name, data = event.get("type"), event.get("data")
        if is_secret_type(name):
            return Why("/type", "confidential-type")
        if not self.rules.rows:
            return None
        if not isinstance(name, str) or not isinstance(data, dict):
            return self._unreadable(message)
        if name == _PUBLIC_NOTICE:
            data = {member: value for member, value in data.items() if member != "claims"}
            event = event | {"data": data}
        return self._named(event) or self._by_table(event)

    def _unreadable(self, message: Any) -> Why | None:
        said = "\n".join(_texts(message))
        raw = said.encode(errors="replace").lower()
        found = self._raw.search(raw) or self.rules.hidden.are_in(said)
        return Why("", "unreadable") if found else None

    def withholds(self, message: Any) -> bool:
        """Whether a JSON value is withheld, whatever its shape."""
        return self.why(message) is not None

    def withholds_texts(self, texts: Collection[str]) -> bool:
        """Whether ids and references name a secret: of a message whose rest was judged before."""
        return bool(self.rules.rows) and (cites("\n".join(texts)) or any(map(self._hides, texts)))

    def withholds_bytes(self, body: bytes) -> bool:
        """Whether bytes that cannot be read as an event are withheld: they name a confidential type, an act
        with an authority, a kind of recipient that investigates, an article, or a secret code. Nothing clears
        these, since nothing can be read.

        Bytes that are no text in UTF-8 cannot be judged, so they are withheld.
        """
        if self.rules.rows and not _is_text(body):
            return True
        if b"\\" in body:
            body = _ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode(errors="replace"), body)
        if b"\0" in body:
            body = body.replace(b"\0", b"")
        if self._raw.search(body.lower()):
            return True
        # A huge message is not decoded unless there are secret codes to look for in it.
        return bool(self.rules.hidden.hashes) and self._hides(body.decode(errors="replace"))

    def _hides(self, text: str) -> bool:
        return self.rules.hidden.are_in(text)

    def is_declared(self, code: str) -> bool:
        """Whether a code is declared ordinary, or names an article of law that is known to be open."""
        code = _ARTICLE_WORD.sub("", code)
        return folded(code) in self._ordinary or self.rules.clearance.is_article(code)

    def undeclared(self, facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Member and code of each reason in the facts of an event that is not declared ordinary."""
        for member in CODED:
            for code in _texts(facts.get(member)):
                if not self.is_declared(code):
                    yield member, code

    def _named(self, event: dict[str, Any]) -> Why | None:
        """Why a code or a reference alone is secret."""
        if self.rules.hidden.hashes and any(map(self._hides, _texts(event))):
            return Why(next(_places(event, self._hides), ""), "secret-code")
        if self._standing_of(event) in _OPEN:
            # The table judges it: some open provisions have the look of a citation.
            event = event | {"data": event["data"] | {"provision": None}}
        everything = "\n".join(_texts(event))
        if cites(everything):
            return Why(next(_places(event, cites), ""), "cites")
        return None

    def _by_table(self, event: dict[str, Any]) -> Why | None:
        row, data = self._row_of(event), event["data"]
        if row.verdict == "secret":
            return Why(f"/data/{row.member}" if row.member in data else "", row.id)
        if row.codes == "any":
            return None
        of_access = row.codes == "role-or-purpose"
        if of_access and self._is_known_access(data):
            return None
        undeclared = (name for name, _ in self.undeclared(data) if of_access or name != "role")
        member = next(undeclared, None)
        return Why(f"/data/{member}", "undeclared") if member else None

    def _is_known_access(self, data: dict[str, Any]) -> bool:
        said = (code for name in _OF_ACCESS for code in _texts(data.get(name)))
        return any(map(self.is_declared, said))

    def _row_of(self, event: dict[str, Any]) -> Row:
        """The first row that fits. A version of a type that is not known yet is judged like a known one."""
        name, data = event["type"], event["data"]
        short = _VERSION.sub("", name.removeprefix(names.PREFIX))
        rows = self._rows.get(short)
        if rows is None:
            known = name in EVENT_TYPES or f"{names.PREFIX}{short}.v1" in EVENT_TYPES
            rows = _rows_for(short if known else "unknown", self.rules.rows)
            if known:
                self._rows[short] = rows
        groups, provision = self._groups_of(data), self._standing_of(event)
        return next(row for row in rows if _fits(row, data, groups, provision))

    def _groups_of(self, data: dict[str, Any]) -> frozenset[str]:
        kind = data.get("recipient_kind")
        if kind is None:
            return _NO_KIND
        known = self._kinds.get(folded(kind)) if isinstance(kind, str) else None
        return _UNKNOWN_KIND if known is None else known

    def _feeds_to(self, event: dict[str, Any]) -> Collection[str]:
        """Provisions of feeds to a recipient that is named by its kind, or of this kind."""
        kind, subject = event["data"].get("recipient_kind"), event.get("subject")
        named = subject.removeprefix("recipient/") if isinstance(subject, str) else ""
        return self.rules.feeds.get(named if kind is None else str(kind), ())

    def _standing_of(self, event: dict[str, Any]) -> Provisions:
        name, data = event["type"], event["data"]
        stated, kind = data.get("provision"), data.get("recipient_kind")
        if next(_texts(stated), None) is None:
            return "none"
        if not isinstance(stated, str):
            return "unknown"
        kind = kind if isinstance(kind, str) else None
        if name == _FEED and folded(stated) in self._feeds_to(event):
            return "feed"
        if any(map(self.rules.secret.__contains__, readings(stated))):
            return "secret"
        return self._open_for(stated, kind, data.get("country"))

    def _open_for(self, stated: str, kind: str | None, country: object) -> Provisions:
        clearance = self.rules.clearance
        if clearance.is_known(stated):
            abroad = country if isinstance(country, str) else ""
            return "names-recipient" if clearance.clears(stated, kind, abroad) else "open"
        return "open-law" if kind and clearance.is_mistake(stated, kind) else "unknown"


def _fits(row: Row, data: dict[str, Any], groups: frozenset[str], provision: Provisions) -> bool:
    return (
        (not row.kinds or not row.kinds.isdisjoint(groups))
        and (not row.provisions or provision in row.provisions)
        and (not row.purposes or _is_one_of(data.get("purpose"), row.purposes))
        and (not row.legal_bases or _is_one_of(data.get("legal_basis"), row.legal_bases))
        and (not row.notices or _is_one_of(data.get("notice"), row.notices))
    )


def _is_one_of(value: object, codes: Collection[str]) -> bool:
    # A list or an object cannot be looked up in a set; such a message is refused later, with its pointer.
    return isinstance(value, str) and value in codes


def _rows_for(short: str, rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows that may fit a type. The last row of a table fits everything."""
    return tuple(row for row in rows if not row.types or short in row.types)


def _with_facts(event: dict[str, Any]) -> dict[str, Any]:
    """An event whose facts are in base64, in either alphabet, with them in clear, where they can be read.

    It is refused anyway, but its sender may be told so where its facts are ordinary.
    """
    encoded = event.get("data_base64")
    if event.get("data") is not None or not isinstance(encoded, str):
        return event
    padded = encoded.translate(_STANDARD) + "=" * (-len(encoded) % 4)
    try:
        facts = msgspec.json.decode(b64decode(padded, validate=True) or b"{}")
    except (ValueError, msgspec.DecodeError):
        return event
    return event | {"data": facts, "data_base64": None}


def _texts(value: Any) -> Iterator[str]:
    """Every text of a JSON value at any depth, names of members too; of personal values those of
    unknown fields.
    """
    level: list[Any] = [value]
    while level:
        item = level.pop()
        if item.__class__ is str:
            yield item
        elif item.__class__ is dict:
            yield from item
            for name, below in item.items():
                level += _below(name, below)
        elif item.__class__ is list:
            level += item


def _below(name: str, value: Any) -> Iterable[Any]:
    """The values to look at in a member."""
    if name == "personal" and value.__class__ is dict:
        return [text for field, text in value.items() if field not in PERSONAL_FIELDS]
    return (
        () if name == "tc_string" and value.__class__ is str and is_tc_string(value) else (value,)
    )


def _places(event: dict[str, Any], test: Callable[[str], bool]) -> Iterator[str]:
    """Pointers of what a test is true for: they end at the parent of a member that the contract has not."""
    entry = EVENT_TYPES.get(event["type"])
    known = {field.name for field in fields(entry.data)} if entry else set()
    for name, value in event.items():
        if name != "data" and any(map(test, _texts(value))):
            yield f"/{name}" if name in ATTRIBUTES else ""
    for name, value in event["data"].items():
        if any(map(test, (name, *_texts({name: value})))):
            yield f"/data/{name}" if name in known else "/data"


def _is_text(body: bytes) -> bool:
    """Whether bytes are a text in UTF-8 but for a slip or two; control characters are slips."""
    slips = 0
    for _ in _CONTROL.finditer(body):
        slips += 1
        if slips > _MOST_SLIPS:
            return False
    if not body.isascii():
        slips += len(body) - len(body.decode(errors="ignore").encode())
    return slips <= _MOST_SLIPS


def _raw_marks(rules: SecrecyRules) -> re.Pattern[bytes]:
    """The marks of secrecy in bytes that cannot be read as an event, in small letters.

    A pattern that disregards capitals takes four times as long.
    """
    marks = [*SECRET_NAMES]
    if rules.rows:
        marks += sorted({type for row in rules.rows if _guards(row) for type in row.types})
        kinds = sorted(kind for kind, groups in rules.kinds.items() if "investigating" in groups)
        marks += [f"(?<![a-z])(?:{'|'.join(kinds)})(?![a-z])", CITATION]
    return re.compile("|".join(marks).lower().encode())


def _guards(row: Row) -> bool:
    return row.verdict == "secret" or row.codes != "any"
