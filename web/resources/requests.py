"""What persons asked for and complained of, and what recipients must be told."""

from application.queries.cases import complaints as complaining
from application.queries.cases.request_lists import RequestFilter, request_file, request_list
from application.queries.cases.request_page import RequestPage, request_page
from application.queries.cases.requests import RequestFile, RequestList
from application.queries.disclosures.notifications import (
    NotificationFilter,
    NotificationPage,
    Notifications,
    notification_page,
    notification_tasks,
)
from application.queries.lookups import known_recipient
from application.queries.parts import LIMIT, Part
from application.source import Source
from web.context import RequestContext
from web.resource import Params, resource
from web.resources.periods import Key, Limit, PeriodParams, subject_named

PERSONS = 60
"""On one page of notifications: each has some recipients."""


class RequestsParams(PeriodParams, frozen=True, kw_only=True):
    """Which requests: of a person, for a right; `all`: also ended ones; `overdue`: these alone."""

    subject: str | None = None
    right: str | None = None
    all: bool = False
    overdue: bool = False
    after: Key = None
    limit: Limit = LIMIT

    @property
    def criteria(self) -> RequestFilter:
        """Which requests. Raises Misconfigured."""
        subject = subject_named(self.subject)
        return RequestFilter(subject, self.right, self.all, self.overdue, self.period)

    @property
    def part(self) -> Part:
        """Which part of them."""
        return Part(self.after, self.limit)


class CaseParams(Params, frozen=True, kw_only=True):
    """One case. `subject`: its person, where a reference has several."""

    ref: str
    subject: str | None = None


class CasesParams(PeriodParams, frozen=True, kw_only=True):
    """Which cases; `all`: also those in which nothing is left to do."""

    all: bool = False
    after: Key = None
    limit: Limit = LIMIT

    @property
    def part(self) -> Part:
        """Which part of them."""
        return Part(self.after, self.limit)


class NotificationsParams(Params, frozen=True, kw_only=True):
    """About whom, and which recipient, by id or name; `all`: also those that were told.

    `limit`: of how many persons at most.
    """

    subject: str | None = None
    recipient: str | None = None
    all: bool = False
    after: Key = None
    limit: Limit = PERSONS

    @property
    def part(self) -> Part:
        """Which part of them."""
        return Part(self.after, self.limit)

    def criteria(self, source: Source) -> NotificationFilter:
        """Which tasks. Raises UnknownSubject, Misconfigured."""
        party = known_recipient(source, self.recipient) if self.recipient else None
        return NotificationFilter(subject_named(self.subject), party, self.all)


@resource("/requests", "requests", name="request", rows="requests", timed=True)
def requests(context: RequestContext, params: RequestsParams) -> RequestPage:
    """Requests of persons, by the day when the answer is due; part by part."""
    return request_page(context.source("request"), params.criteria, params.part, context.moment)


@resource("/requests", "requests", name="request", rows="requests", timed=True)
def every_request(context: RequestContext, params: RequestsParams) -> RequestList:
    """The same, all of them."""
    return request_list(context.source("request"), params.criteria, context.moment)


@resource("/requests/{ref}", "requests", name="request", timed=True)
def request(context: RequestContext, params: CaseParams) -> RequestFile:
    """One request with every act on it."""
    source = context.source("request")
    return request_file(source, params.ref, params.subject, context.moment, context.language)


@resource("/complaints", "requests", name="complaint", rows="complaints", timed=True)
def complaints(context: RequestContext, params: CasesParams) -> complaining.ComplaintPage:
    """Complaints, by the day when an answer is due; part by part."""
    source, everything, period = context.source("complaint"), params.all, params.period
    return complaining.complaint_page(
        source, context.moment, params.part, everything=everything, period=period
    )


@resource("/complaints", "requests", name="complaint", rows="complaints", timed=True)
def every_complaint(context: RequestContext, params: CasesParams) -> complaining.ComplaintList:
    """The same, all of them."""
    source, everything, period = context.source("complaint"), params.all, params.period
    return complaining.complaint_list(source, context.moment, everything=everything, period=period)


@resource("/complaints/{ref}", "requests", name="complaint", timed=True)
def complaint(context: RequestContext, params: CaseParams) -> complaining.ComplaintFile:
    """One complaint: its clock, its outcome, the rules that it breaks, every act on it."""
    source = context.source("complaint")
    return complaining.complaint(
        source, params.ref, params.subject, context.moment, context.language
    )


@resource("/notifications", "requests", name="notify", rows="tasks", timed=True)
def notifications(context: RequestContext, params: NotificationsParams) -> NotificationPage:
    """Recipients who must be told of a correction, an erasure or a restriction; part by part, by person."""
    source = context.source("notify")
    return notification_page(source, params.criteria(source), params.part, context.moment)


@resource("/notifications", "requests", name="notify", rows="tasks", timed=True)
def every_notification(context: RequestContext, params: NotificationsParams) -> Notifications:
    """The same, all of them."""
    source = context.source("notify")
    tasks = list(notification_tasks(source, params.criteria(source), context.moment))
    return Notifications(tasks=tasks, count=len(tasks))


RESOURCES = (requests, request, complaints, complaint, notifications)
