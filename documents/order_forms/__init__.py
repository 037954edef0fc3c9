"""Orders that come in as documents, and the documents that go back. Pure: bytes in, structs out, and back.

- `received`: a document -> the orders in it, or everything that is wrong with it
- `notes_of`: what a person must look at in a document that was taken
- `known_of`: what an answer takes from the document of the order
- `answered`: what a person typed, with what the ledger knows -> a form that is whole
- `own_xml`, `form_page`, `form_text`: a form as XML, as a page and as text
- `blank`: the fields of a form, to be typed
"""

from documents.order_forms.answering import ANSWERS, answered, known_of
from documents.order_forms.catalogue import FORMS
from documents.order_forms.own_xml import own_xml
from documents.order_forms.page import form_page, form_text, notes_of
from documents.order_forms.problems import FormRefused, Problem
from documents.order_forms.receiving import Received, received
from documents.order_forms.typed import blank

__all__ = [
    "ANSWERS",
    "FORMS",
    "FormRefused",
    "Problem",
    "Received",
    "answered",
    "blank",
    "form_page",
    "form_text",
    "known_of",
    "notes_of",
    "own_xml",
    "received",
]
