"""All pages and forms, in the order of the navigation."""

from web.page import AnyForm, AnyPage
from web.pages import (
    approvals,
    complaints,
    decisions,
    disclosures,
    events,
    findings,
    hold_acts,
    holds,
    incident_acts,
    incidents,
    notification_acts,
    notifications,
    opening,
    person_acts,
    person_choices,
    person_others,
    person_questions,
    persons,
    proof,
    register,
    request_acts,
    requests,
    retention,
    today,
)
from web.question import AnyQuestion

PAGES: tuple[AnyPage, ...] = (
    *today.PAGES,
    *person_questions.PAGES,
    *persons.PAGES,
    *person_acts.PAGES,
    *person_choices.PAGES,
    *person_others.PAGES,
    *events.PAGES,
    *disclosures.PAGES,
    *register.PAGES,
    *findings.PAGES,
    *requests.PAGES,
    *request_acts.PAGES,
    *complaints.PAGES,
    *notifications.PAGES,
    *notification_acts.PAGES,
    *incidents.PAGES,
    *incident_acts.PAGES,
    *holds.PAGES,
    *hold_acts.PAGES,
    *approvals.PAGES,
    *retention.PAGES,
    *decisions.PAGES,
    *proof.PAGES,
)
QUESTIONS: tuple[AnyQuestion, ...] = (
    *person_questions.QUESTIONS,
)
FORMS: tuple[AnyForm, ...] = (
    *opening.FORMS,
    *person_questions.FORMS,
    *request_acts.FORMS,
    *notification_acts.FORMS,
    *incident_acts.FORMS,
    *hold_acts.FORMS,
    *decisions.FORMS,
    *proof.FORMS,
)
