"""All pages and forms, in the order of the navigation."""

from web.page import AnyForm, AnyPage
from web.pages import opening, proof, today
from web.question import AnyQuestion

PAGES: tuple[AnyPage, ...] = (
    *today.PAGES,
    *proof.PAGES,
)
QUESTIONS: tuple[AnyQuestion, ...] = ()
FORMS: tuple[AnyForm, ...] = (
    *opening.FORMS,
    *proof.FORMS,
)
