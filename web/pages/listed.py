"""All pages and forms, in the order of the navigation."""

from web.page import AnyForm, AnyPage
from web.pages import opening, operations, staff, today

PAGES: tuple[AnyPage, ...] = (*today.PAGES, *staff.PAGES, *operations.PAGES)
FORMS: tuple[AnyForm, ...] = (*opening.FORMS, *operations.FORMS)
