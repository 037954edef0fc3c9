"""Persons that the tests of pages look at: of every kind that a page must get right."""

from tests.fixtures.console import (
    accessed,
    collected,
    consented,
    disclosed,
    message,
    registered,
    withdrawn,
)
from tests.web.console import Client, Consoled

WHO = "customer/77001"
"""With data of a category that the help desk covers, and of payment, which it does not."""
OTHER = "visitor/77002"
"""Of whom there is nothing but data that the help desk does not cover."""
GONE = "customer/77003"
"""Who was erased."""
HOSTILE = "customer/77004"
CONTACT = f"{WHO}/contact/1"
NEVER = "customer/77999"
"""Whom the ledger does not know."""

IBAN, EMAIL = "NL91ABNA0417164300", "persoon77001@example.nl"
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
BIDI = "abc\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe"
LONG = "W" * 4000

_PAYMENT = {"categories": ["payment"], "personal": {"iban": IBAN}}
_CONTACT = {"categories": ["contact"], "personal": {"email": EMAIL}}
_CORRECTED = {"fields": ["iban"], "requested_by": "subject", "reason": "typing-error"}
_OUTSIDER = {"activity": "subscription-management", "legal_basis": "6-1-b"}


def record_persons(console: Consoled) -> None:
    """Record them all, and erase the one."""
    console.record(
        registered(WHO),
        collected(WHO, **_CONTACT),
        collected(WHO, time="2024-04-01T10:00:00+02:00", **_PAYMENT),
        message("personal-data-corrected", WHO, **_CORRECTED, **_PAYMENT),
        disclosed(WHO, categories=["contact"], fields=["email"]),
        disclosed(WHO, categories=["payment"], fields=["iban"]),
        disclosed(WHO, categories=["contact", "payment"], fields=["email", "iban"]),
        accessed(WHO, categories=["payment"]),
        consented(WHO),
        withdrawn(WHO, time="2024-06-01T10:00:00+02:00"),
        _hold("H-1", "dispute", ["contact", "payment"]),
        _hold("H-2", "undisclosed", ["contact"]),
        message("processing-restricted", WHO, categories=["contact"], ground="accuracy-contested"),
        message("contact-person-added", CONTACT, customer=WHO, **_OUTSIDER, **_CONTACT),
        collected(OTHER, **_PAYMENT),
        registered(GONE),
        collected(GONE, categories=["contact"], personal={"email": "gone@example.nl"}),
        registered(HOSTILE),
        collected(
            HOSTILE,
            categories=["identity", "contact", "address"],
            personal={"name": MARKUP, "city": BIDI, "street": LONG},
        ),
    )
    with console.site() as site:
        site.eraser().erase(GONE, [], "request")


def _hold(ref: str, ground: str, categories: list[str]) -> dict[str, object]:
    facts = {"hold_ref": ref, "ground": ground, "categories": categories}
    return message("legal-hold-placed", WHO, **facts, review_on="2027-05-24")


def agent(console: Consoled) -> Client:
    """Somebody of the help desk: the register says that they see identity, address, contact and service."""
    return console.as_("helpdesk-agent", "employee/11", judged=True)


def page(reference: str, *more: str) -> str:
    """The address of a page about a person."""
    parts = reference.split("/")
    who = f"contact/{parts[1]}~{parts[3]}" if len(parts) > 2 else reference
    return "/".join(("/persons", who, *more))
