"""`ledger request list` and `show` from the views: which requests, and one of them."""

from msgspec import Struct

from application.queries.cases.found_requests import NoSuchCase, find, found_of, known_requests
from application.queries.cases.requests import (
    RequestFile,
    RequestList,
    decisions_on,
    listed,
    shown,
)
from application.queries.naming import Naming
from application.queries.period import ALWAYS, Period
from application.queries.subjects import known_streams
from application.source import Source
from projections.folds.timetravel import Moment
from schemas.texts import Language


class RequestFilter(Struct, frozen=True):
    """Which requests: of a person, for a right; also ended ones, or overdue ones alone.

    Of those received in a period at most so many, the most urgent.
    """

    subject: str | None = None
    right: str | None = None
    ended: bool = False
    overdue_only: bool = False
    period: Period = ALWAYS
    limit: int | None = None


def request_list(source: Source, criteria: RequestFilter, moment: Moment) -> RequestList:
    """Requests as of a moment, by the day when the answer is due. Raises UnknownSubject."""
    streams = known_streams(source, criteria.subject) if criteria.subject else None
    # A request that is answered by now may have been open at an earlier time.
    unanswered = not criteria.ended and moment.as_of is None
    rows = known_requests(source, moment, streams=streams, unanswered=unanswered)
    rows = [row for row in rows if criteria.right in {None, row[1].right}]
    return listed(
        found_of(source, rows),
        moment.as_of or source.now,
        ended=criteria.ended,
        overdue_only=criteria.overdue_only,
        period=criteria.period,
        limit=criteria.limit,
    )


def request_file(
    source: Source, ref: str, subject: str | None, moment: Moment, language: Language
) -> RequestFile:
    """One request with every act on it. Raises NotAllowed when there is none by then, or several."""
    case = find(source, ref, subject, moment)
    office = source.privacy_office
    decisions = decisions_on(source.session, source.opener, case, moment, office)
    naming = Naming(source, language)
    answer = shown(case, moment.as_of or source.now, language, decisions, naming)
    if answer is None:
        raise NoSuchCase(f"request {ref} had not been received by then")
    return answer
