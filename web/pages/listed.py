"""All pages and forms, in the order of the navigation."""

from web.page import AnyForm, AnyPage
from web.pages import opening, operations, proof, staff, today
from web.question import AnyQuestion

PAGES: tuple[AnyPage, ...] = (
    *today.PAGES,
    *staff.PAGES,
    *operations.PAGES,
    *proof.PAGES,
)
QUESTIONS: tuple[AnyQuestion, ...] = ()
FORMS: tuple[AnyForm, ...] = (
    *opening.FORMS,
    *operations.FORMS,
    *proof.FORMS,
)
