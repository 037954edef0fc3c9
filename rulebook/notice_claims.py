"""The possible statements of a privacy notice, as data: claims, the words of their values, and the present
policy.

Owns `house/notice_claims.toml`. `notice_checks` has the rules about the statements.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import load
from rulebook.provisions import provision
from rulebook.recipients import RECIPIENT_KINDS
from schemas.formats import CODE
from schemas.personal import CATEGORIES

_Vocabulary = Literal[
    "listed",
    "code",
    "category",
    "legal-basis",
    "period",
    "provision",
    "recipient-kind",
]
_PERIOD = re.compile(r"(?P<of>[a-z]+)=P(?P<count>[1-9][0-9]{0,3})(?P<unit>[DMY])\Z")
_CODE = re.compile(CODE)
_BASIS = re.compile(r"6-1-[a-f]\Z")
_MONTHS = 12


def _period(text: str) -> str | None:
    """`traffic=P6M`: a period of a category, whole years as years, as retention rules have it."""
    match = _PERIOD.match(text)
    if match is None or match["of"] not in CATEGORIES:
        return None
    years, months = divmod(int(match["count"]), _MONTHS)
    return f"{match['of']}=P{years}Y" if match["unit"] == "M" and not months else text


def _provision(text: str) -> str | None:
    """The id of a provision in any spelling; an unknown text stays what it is."""
    entry = provision(text)
    return entry.id if entry else _matching(_CODE)(text)


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.match(text) else None


def _among(values: Iterable[str]) -> Callable[[str], str | None]:
    vocabulary = frozenset(values)
    return lambda text: text if text in vocabulary else None


_READERS: Mapping[str, Callable[[str], str | None]] = {
    "code": _matching(_CODE),
    "category": _among(CATEGORIES),
    "legal-basis": _matching(_BASIS),
    "period": _period,
    "provision": _provision,
    "recipient-kind": _among(RECIPIENT_KINDS),
}


class Statement(Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A statement of a clause of a notice. `claim`: an entry's id. `value`: codes, separated by commas."""

    clause: str
    claim: str
    value: str


class InPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the house's present policy says something, and what."""

    clause: str
    value: str


class ClaimTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A value as it is published, what is understood of it, and what is not."""

    value: str
    understood: tuple[str, ...]
    unread: tuple[str, ...] = ()


class NoticeClaim(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a notice can state.

    `takes`: the vocabulary of its values; `listed`: those of `values`. `kept_by`: rules whose open findings
    break the promise. `policy`: what the house's present policy says of it; none: nothing.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z]+(?:-[a-z]+)*\Z")]
    clause: str
    title: str
    title_nl: str
    takes: _Vocabulary
    tests: Annotated[tuple[ClaimTest, ...], Meta(min_length=1)]
    values: tuple[str, ...] = ()
    kept_by: tuple[str, ...] = ()
    policy: tuple[InPolicy, ...] = ()

    def read(self, value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The values that a statement makes, and those of its parts that say nothing known."""
        reader = _among(self.values) if self.takes == "listed" else _READERS[self.takes]
        parts = [part for part in (text.strip() for text in value.split(",")) if part]
        readings = [(part, reader(part)) for part in parts]
        understood = tuple(reading for _, reading in readings if reading is not None)
        return understood, tuple(part for part, reading in readings if reading is None)


NOTICE_CLAIMS: Mapping[str, NoticeClaim] = {
    entry.id: entry for entry in load("house", "notice_claim", NoticeClaim)
}


def house_statements() -> tuple[Statement, ...]:
    """The statements of the house's present policy, in the order of its clauses."""
    stated = (
        Statement(statement.clause, claim.id, statement.value)
        for claim in NOTICE_CLAIMS.values()
        for statement in claim.policy
    )
    return tuple(
        sorted(
            stated, key=lambda statement: [int(number) for number in statement.clause.split(".")]
        )
    )
