"""All pages, forms and questions, in the order of the navigation."""

from web.page import AnyForm, AnyPage
from web.pages import (
    disclosures,
    events,
    opening,
    person_acts,
    person_choices,
    person_others,
    person_questions,
    persons,
    proof,
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
    *proof.PAGES,
)
FORMS: tuple[AnyForm, ...] = (*opening.FORMS, *person_questions.FORMS, *proof.FORMS)
QUESTIONS: tuple[AnyQuestion, ...] = (*person_questions.QUESTIONS,)
