"""Facts that the open ledger may not know, as the data by which admission judges.

Owns `house/withheld.toml`, the table, and `house/ordinary_codes.toml`; provisions, purposes and kinds of
recipient come from their own files.
"""

from functools import cache

from msgspec import Struct

from rulebook.loading import load
from rulebook.provisions import PROVISIONS, Provision, secret_provisions
from rulebook.purposes import PURPOSES
from rulebook.recipients import RECIPIENT_KINDS
from rulebook.requests import REFUSALS
from rulebook.retention import RETENTION_RULES
from schemas.catalogue import EVENT_TYPES
from schemas.clearance import Clearance
from schemas.provision import folded
from schemas.secrecy import Row, Secrecy, SecrecyRules


class OrdinaryCodes(Struct, frozen=True, forbid_unknown_fields=True):
    """Codes that are ordinary, parted by white space."""

    title: str
    codes: str


WITHHELD: tuple[Row, ...] = load("house", "row", Row, file="withheld")
ORDINARY_CODES: tuple[OrdinaryCodes, ...] = load(
    "house", "codes", OrdinaryCodes, file="ordinary_codes"
)


@cache
def ordinary_codes() -> frozenset[str]:
    """The codes that the rulebook declares ordinary."""
    purposes = {code for entry in PURPOSES for code in (entry.purpose, *entry.aliases)}
    reports = {purpose for row in WITHHELD for purpose in row.purposes}
    rules = {*REFUSALS, *(entry.id for entry in RETENTION_RULES)}
    listed = {code for entry in ORDINARY_CODES for code in entry.codes.split()}
    told = {entry.name for entry in EVENT_TYPES.values()}
    return frozenset(purposes | reports | rules | listed | told)


@cache
def secrecy() -> Secrecy:
    """The rulebook's secrecy, for `schemas.AdmissionRules`; made once a process, since it remembers what was
    harmless.
    """
    spelled = {name: entry.authorities for entry in _CLEAR for name in _spellings(entry)}
    return Secrecy(
        SecrecyRules(
            rows=WITHHELD,
            kinds={kind: _groups_of(kind) for kind in RECIPIENT_KINDS},
            secret=frozenset(map(folded, secret_provisions())),
            clearance=Clearance(spelled, _open_laws()),
            feeds={kind: _feeds_to(kind) for kind in RECIPIENT_KINDS},
            ordinary=ordinary_codes(),
        )
    )


def _groups_of(kind: str) -> frozenset[str]:
    rule = RECIPIENT_KINDS[kind]
    groups = {"investigating": rule.investigates, "public": rule.public}
    return frozenset({kind, *(group for group, holds in groups.items() if holds)})


def _feeds_to(kind: str) -> frozenset[str]:
    """The spellings of the provisions under which a kind of recipient gets a feed that is no secret."""
    entries = (entry for entry in PROVISIONS if kind in entry.feeds)
    return frozenset(name for entry in entries for name in _spellings(entry))


_COURT = "court"
# A provision that bars telling the person clears nothing, even one without secrecy.
_CLEAR = tuple(
    entry for entry in PROVISIONS if entry.secrecy != "mandatory" and entry.notice != "barred"
)


def _open_laws() -> dict[str, set[str]]:
    """Laws of which every known article is without secrecy -> the kinds of recipient that these name.

    No court, since an unknown article may be one of a criminal court.
    """
    laws: dict[str, list[Provision]] = {}
    for entry in PROVISIONS:
        laws.setdefault(".".join(entry.id.split(".")[:2]), []).append(entry)
    return {
        law: {kind for entry in provisions for kind in entry.authorities} - {_COURT}
        for law, provisions in laws.items()
        if all(entry.secrecy == "none" and entry.authorities for entry in provisions)
    }


def _spellings(entry: Provision) -> set[str]:
    return {folded(name) for name in (entry.id, *entry.aliases)}
