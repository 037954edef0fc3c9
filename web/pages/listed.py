"""All pages and forms, in the order of the navigation."""

from web.page import AnyForm, AnyPage
from web.pages import opening, proof, today

PAGES: tuple[AnyPage, ...] = (*today.PAGES, *proof.PAGES)
FORMS: tuple[AnyForm, ...] = (*opening.FORMS, *proof.FORMS)
