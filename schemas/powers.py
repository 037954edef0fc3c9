"""Power over earlier events: the types that have it, the facts that it covers, and the claim of one event.

Pure. The table is data of the rulebook. An event claims power when it ends or changes what an earlier
one said. Whose that was decides whether it may, so a claim says by what the earlier one is found.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct

CATEGORIES = "categories"
_WHOLE = ("",)


class Power(Struct, frozen=True, forbid_unknown_fields=True):
    """The power of some types to end or change events of other sources about one subject.

    `opens`: short names of the types that say something, `acts`: of those that end or change it. `by`: the
    fact that ties them, `categories` for each that they list; empty: all of one subject belong together.
    `guarded`: to say it again changes it. `commanded`: the privacy office acts only where it is sure to be
    the office. `listed`: every event of it gives power or takes it, so it counts only from sources that the
    house lists for it. `office`: its acts count from commands of the office alone, also where nothing was
    opened. `brought`: its types that count only by command, or from a file that this ledger's people brought.
    """

    id: str
    why: str
    opens: tuple[str, ...]
    acts: tuple[str, ...] = ()
    by: str = ""
    guarded: bool = False
    commanded: bool = False
    listed: bool = False
    office: bool = False
    brought: tuple[str, ...] = ()


Powers = Mapping[str, Power]
"""Full type -> the power that an event of it claims, or is subject to."""


class Sender(Struct, frozen=True):
    """The rights of one source: short names of types, kinds of subject, places. Empty: any."""

    types: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    through: frozenset[str] = frozenset()


Senders = Mapping[str, Sender]
"""By source what it may send."""


class Speakers(Struct, frozen=True):
    """The sources of one ledger, and what each may say.

    `office`: the sources of the privacy office. `senders`: the sources that may send at all, each with its
    rights; None: everybody. `house`: the house's own table, by which power is given, strict or not. `place`:
    where the messages at hand came from.
    """

    office: frozenset[str] = frozenset()
    powers: Powers = {}
    senders: Senders | None = None
    place: str = ""
    house: Senders = {}


class Claim(Struct, frozen=True):
    """One event's claim. `refs`: the values that tie it. `acts`: False when it says something, maybe again.

    `for_office`: the privacy office surely says it. `office`: the sources of the office. `house`: the house's
    table of senders. `counts`: False when it is recorded and gives no power.
    """

    power: Power
    refs: tuple[str, ...]
    acts: bool
    for_office: bool
    office: frozenset[str]
    house: Senders = {}
    counts: bool = True


def refs_in(power: Power, facts: Mapping[str, Any], categories: Sequence[str]) -> tuple[str, ...]:
    """The values that tie an event of a power's types to others of its subject."""
    if not power.by:
        return _WHOLE
    if power.by == CATEGORIES:
        return tuple(categories)
    return (str(facts.get(power.by, "")),)


def without_right(
    source: str, claim: Claim, others: Collection[tuple[str, tuple[str, ...], bool]]
) -> bool:
    """Whether a claim is about what another source said.

    `others`: earlier statements about the same subject and power: source, refs, and whether it was surely the
    privacy office. With nothing said before there is nothing to end: the claim waits.
    """
    if claim.for_office or not (claim.acts or claim.power.guarded):
        return False
    return any(
        # The name of the office can be forged: an unsure claim may not end a statement that is surely its
        # own.
        said_by != source or (surely and source in claim.office)
        for said_by, refs, surely in others
        if not set(refs).isdisjoint(claim.refs)
    )
