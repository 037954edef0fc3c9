"""Requests a part at a time, by key: what a page of the console and an answer of the API have."""

from datetime import datetime

from application.answer import Answer
from application.queries.case_parts import case_part, counted
from application.queries.cases.found_requests import found_of
from application.queries.cases.request_lists import RequestFilter
from application.queries.cases.requests import RequestRow, is_listed, listed
from application.queries.parts import Part
from application.queries.period import ALWAYS
from application.queries.subjects import known_streams
from application.source import Source
from projections.folds.timetravel import NOW, Moment
from projections.reading.cases import ALL, OPEN, CaseFilter
from projections.views.requests import VIEW, Request


class RequestPage(Answer, frozen=True):
    """Some requests: the most urgent first, then those whose period stands still, then those that ended.

    `open`, `overdue`: how many there are in all; null where that is not counted: of one person, of a period,
    of the past. `next`: the key of the part that follows.
    """

    requests: list[RequestRow]
    open: int | None
    overdue: int | None
    next: str | None


def request_page(
    source: Source, criteria: RequestFilter, part: Part, moment: Moment
) -> RequestPage:
    """The requests of a part, as of a moment. Raises UnknownSubject, Misconfigured."""
    time, wanted = moment.as_of or source.now, _wanted(source, criteria, moment)

    def fitting(request: Request) -> Request | None:
        return request if _is_meant(request, criteria, time) else None

    rows, following = case_part(source, VIEW, wanted, part, moment, fitting)
    found = found_of(source, [(place.stream, request) for place, request in rows])
    shown = listed(found, time, ended=True, overdue_only=False).requests
    if moment != NOW or criteria.subject or criteria.period != ALWAYS:
        return RequestPage(shown, None, None, following)
    opened, overdue = counted(source, VIEW, criteria.right)
    return RequestPage(shown, opened, overdue, following)


def _wanted(source: Source, criteria: RequestFilter, moment: Moment) -> CaseFilter:
    """What the view finds by itself. What is answered by now may have been open at an earlier time."""
    only_open = not criteria.ended and moment == NOW
    return CaseFilter(
        stages=OPEN if only_open else ALL,
        kind=criteria.right if only_open else None,
        streams=known_streams(source, criteria.subject) if criteria.subject else None,
    )


def _is_meant(request: Request, criteria: RequestFilter, time: datetime) -> bool:
    return criteria.right in {None, request.right} and is_listed(
        request,
        time,
        ended=criteria.ended,
        overdue_only=criteria.overdue_only,
        period=criteria.period,
    )
