"""What persons asked for and complained of, and what recipients must be told."""

from application.queries.cases import complaints as complaining
from application.queries.cases.request_lists import RequestFilter, request_file, request_list
from application.queries.cases.requests import RequestFile, RequestList
from application.queries.disclosures.notifications import (
    NotificationFilter,
    Notifications,
    notification_tasks,
)
from application.queries.lookups import known_recipient
from web.resource import Params, resource
from web.resources.periods import PeriodParams, subject_named
from web.visit import Visit


class RequestsParams(PeriodParams, frozen=True, kw_only=True):
    """Which requests: of a person, for a right; `all`: also ended ones; `overdue`: these alone.

    `after`: the key after which a page goes on; an answer has all of them.
    """

    subject: str | None = None
    right: str | None = None
    all: bool = False
    overdue: bool = False
    after: str | None = None


class CaseParams(Params, frozen=True, kw_only=True):
    """One case. `subject`: its person, where a reference has several."""

    ref: str
    subject: str | None = None


class CasesParams(PeriodParams, frozen=True, kw_only=True):
    """Which cases; `all`: also those in which nothing is left to do.

    `after`: the key after which a page goes on; an answer has all of them.
    """

    all: bool = False
    after: str | None = None


class NotificationsParams(Params, frozen=True, kw_only=True):
    """About whom, and which recipient, by id or name; `all`: also those that were told.

    `after`: the key after which a page goes on; an answer has all of them.
    """

    subject: str | None = None
    recipient: str | None = None
    all: bool = False
    after: str | None = None


@resource("/requests", "requests", name="request", rows="requests", timed=True)
def requests(visit: Visit, params: RequestsParams) -> RequestList:
    """Requests of persons, by the day when the answer is due."""
    subject = subject_named(params.subject)
    criteria = RequestFilter(subject, params.right, params.all, params.overdue, params.period)
    return request_list(visit.source("request"), criteria, visit.moment)


@resource("/requests/{ref}", "requests", name="request", timed=True)
def request(visit: Visit, params: CaseParams) -> RequestFile:
    """One request with every act on it."""
    source = visit.source("request")
    return request_file(source, params.ref, params.subject, visit.moment, visit.language)


@resource("/complaints", "requests", name="complaint", rows="complaints", timed=True)
def complaints(visit: Visit, params: CasesParams) -> complaining.ComplaintList:
    """Complaints, by the day when an answer is due."""
    source = visit.source("complaint")
    return complaining.complaint_list(
        source, visit.moment, everything=params.all, period=params.period
    )


@resource("/complaints/{ref}", "requests", name="complaint", timed=True)
def complaint(visit: Visit, params: CaseParams) -> complaining.ComplaintFile:
    """One complaint: its clock, its outcome, the rules that it breaks, every act on it."""
    source = visit.source("complaint")
    return complaining.complaint(source, params.ref, params.subject, visit.moment, visit.language)


@resource("/notifications", "requests", name="notify", rows="tasks", timed=True)
def notifications(visit: Visit, params: NotificationsParams) -> Notifications:
    """Recipients who must be told of a correction, an erasure or a restriction, person by person."""
    source, subject = visit.source("notify"), subject_named(params.subject)
    party = known_recipient(source, params.recipient) if params.recipient else None
    criteria = NotificationFilter(subject, party, params.all)
    tasks = list(notification_tasks(source, criteria, visit.moment))
    return Notifications(tasks=tasks, count=len(tasks))


RESOURCES = (requests, request, complaints, complaint, notifications)
