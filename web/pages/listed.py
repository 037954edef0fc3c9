"""All pages and forms, in the order of the navigation."""

from web.page import AnyForm, AnyPage
from web.pages import opening, today
from web.question import AnyQuestion

PAGES: tuple[AnyPage, ...] = (*today.PAGES,)
QUESTIONS: tuple[AnyQuestion, ...] = ()
FORMS: tuple[AnyForm, ...] = (*opening.FORMS,)
