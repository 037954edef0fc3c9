"""How often data was given to others in all that a filter holds: what the page of a list cannot say."""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice

from msgspec.structs import replace

from application.answer import Answer
from application.queries.disclosures.known import recipients_at
from application.queries.disclosures.paged import LOOKED_AT, PageFilter, wanted_rows
from application.queries.disclosures.received import DisclosureShown, judge, shown_rows
from application.queries.registers.recipients import RecipientNames
from application.source import Shown, Source
from projections.folds.timetravel import Moment
from rulebook.calendar import day_of
from rulebook.countries import region
from schemas.formats import instant_of


class CodeCount(Answer, frozen=True):
    """How many disclosures have a code: of a kind, a country, a purpose or a legal basis."""

    code: str
    disclosures: int


class RecipientShare(Answer, frozen=True):
    """How many disclosures went to a recipient in a country. `recipient_name`: its latest of these."""

    recipient_kind: str
    recipient: str
    recipient_name: Shown | None
    country: str | None
    disclosures: int


class DisclosureTotals(Answer, frozen=True):
    """Of all disclosures of a filter: how many there are, and how many of each code, most first.

    `complete`: false where the filter holds more than are counted; these are then the latest. `first`: the
    time of the earliest that is counted, null without one.
    """

    disclosures: int
    recipients: int
    outside_eea: int
    complete: bool
    first: str | None
    kinds: list[CodeCount]
    countries: list[CodeCount]
    purposes: list[CodeCount]
    legal_bases: list[CodeCount]
    given_to: list[RecipientShare]


def disclosure_totals(source: Source, criteria: PageFilter, moment: Moment) -> DisclosureTotals:
    """The totals of a filter, wherever in its list a page stands. Its caller notes whom it is about."""
    known = recipients_at(source, moment)
    rows = wanted_rows(source, criteria, moment, known)
    fits = judge(criteria, known)
    counted = (pair for pair in islice(rows, LOOKED_AT) if fits(pair[0]))
    names = RecipientNames(source, known)
    totals = totals_of(shown_rows(source, counted, names, named=False))
    return replace(totals, complete=next(rows, None) is None)


def totals_of(rows: Iterable[DisclosureShown]) -> DisclosureTotals:
    """The totals of disclosures that are at hand, in any order of time."""
    listed = list(rows)
    latest = {row.recipient: row.recipient_name for row in sorted(listed, key=_time)}
    given_to = Counter((row.recipient_kind, row.recipient, row.country) for row in listed)
    return DisclosureTotals(
        disclosures=len(listed),
        recipients=len(latest),
        outside_eea=sum(_is_outside(row) for row in listed),
        complete=True,
        first=min(map(_time, listed), default=None),
        kinds=_shares(listed, lambda row: row.recipient_kind),
        countries=_shares(listed, lambda row: row.country),
        purposes=_shares(listed, lambda row: row.purpose),
        legal_bases=_shares(listed, lambda row: row.legal_basis),
        given_to=[
            RecipientShare(kind, recipient, latest[recipient], country, number)
            for (kind, recipient, country), number in given_to.most_common()
        ],
    )


def _time(row: DisclosureShown) -> str:
    return row.occurred_at


def _is_outside(row: DisclosureShown) -> bool:
    time = instant_of(row.occurred_at)
    assert time is not None
    return row.country is not None and region(row.country, day_of(time)) != "eea"


def _shares(
    rows: Iterable[DisclosureShown], code: Callable[[DisclosureShown], str | None]
) -> list[CodeCount]:
    counts = Counter(text for row in rows if (text := code(row)))
    return [CodeCount(text, number) for text, number in counts.most_common()]
