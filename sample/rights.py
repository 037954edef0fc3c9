"""Chapters in which a customer asks for a right, each of a fixed length."""

from datetime import datetime, timedelta
from typing import Any

from sample import people, terms
from sample.acts import corrected
from sample.chapters import MINUTE
from sample.event import Publication, reference
from sample.life import CustomerLife
from sample.recording import digest, recorded
from sample.register import RIGHTS
from schemas import names

OFFICE = "privacy-office"
EVERYTHING = ("name", *terms.ADDRESS, "email", "iban", "service_ids", "called_number")
DISPUTED = ("name", *terms.ADDRESS)


class Request:
    """A request of a customer: each step of it is told by days since it was received."""

    def __init__(self, life: CustomerLife, right: str, channel: str, share: float) -> None:
        self._life, self._at = life, life.office(share)
        self._ref = reference(life.rng, "VZ")
        self._first: dict[str, Any] = {
            "right": right,
            "channel": channel,
            "received_on": self._at.date().isoformat(),
        }

    def received(self) -> Publication:
        """Where it begins."""
        return self.step(0, names.RIGHTS_REQUEST_RECEIVED, **self._first)

    def verified(self) -> Publication:
        """The customer has shown to be the one."""
        return self.step(1, names.IDENTITY_VERIFIED, method="portal-login")

    def answered(self, days: int, outcome: str = "granted") -> Publication:
        """Where it ends."""
        return self.step(days, names.RIGHTS_REQUEST_ANSWERED, outcome=outcome)

    def step(self, days: int, name: str, about: tuple[str, ...] = (), **facts: Any) -> Publication:
        """An act on this request."""
        facts = {"request_ref": self._ref, **facts}
        return recorded(self._life, self.day(days), RIGHTS, OFFICE, name, about, **facts)

    def day(self, days: int) -> datetime:
        """The moment this many days after its receipt."""
        return self._at + timedelta(days=days)


def access(life: CustomerLife) -> list[Publication]:
    """A report of everything, which takes longer than a month would allow."""
    request = Request(life, "access", "email", life.between(0.1, 0.25))
    report = {"sha256": digest(life.rng), "format": "pdf"}
    return [
        request.received(),
        request.verified(),
        request.step(5, names.RIGHTS_REQUEST_EXTENDED, reason="many-data"),
        request.step(12, names.ACCESS_REPORT_ISSUED, EVERYTHING, **report),
        request.answered(12),
    ]


def portability(life: CustomerLife) -> list[Publication]:
    """The data goes along to another provider."""
    request = Request(life, "portability", "portal", life.between(0.3, 0.5))
    export = {"sha256": digest(life.rng), "format": "json"}
    return [
        request.received(),
        request.verified(),
        request.step(4, names.PORTABILITY_EXPORT_ISSUED, EVERYTHING, **export),
        request.answered(4),
    ]


def erasure_refused(life: CustomerLife) -> list[Publication]:
    """Somebody asks to erase an account, and cannot show to be its owner."""
    request = Request(life, "erasure", "post", life.between(0.2, 0.5))
    return [
        request.received(),
        request.step(2, names.IDENTITY_VERIFICATION_FAILED, method="copy-of-letter"),
        request.step(9, names.RIGHTS_REQUEST_REFUSED, ground="identity-not-shown"),
    ]


def restriction(life: CustomerLife) -> list[Publication]:
    """While it is examined whether an address is right, it is not used."""
    request = Request(life, "restriction", "email", life.between(0.15, 0.3))
    facts = {"ground": "accuracy-contested"}
    limited, lifted = names.PROCESSING_RESTRICTED, names.RESTRICTION_LIFTED
    start, end = request.day(2), request.day(9)
    return [
        request.received(),
        request.verified(),
        recorded(life, start, RIGHTS, "crm", limited, DISPUTED, **facts),
        recorded(life, end, RIGHTS, "crm", lifted, DISPUTED, **facts),
        request.answered(9),
    ]


def rectification(life: CustomerLife) -> list[Publication]:
    """An address is put right, and who had received the wrong one is told."""
    request = Request(life, "rectification", "phone", life.between(0.3, 0.6))
    notification = {"recipient": terms.SHIPPING.recipient, "action": "rectified", "outcome": "done"}
    at = request.day(2)
    return [
        request.received(),
        request.verified(),
        corrected(life, at, "helpdesk", "wrong-address", people.address(life.rng)),
        recorded(
            life,
            at + 9 * MINUTE,
            RIGHTS,
            OFFICE,
            names.RECIPIENT_NOTIFIED,
            DISPUTED,
            **notification,
        ),
        request.answered(3),
    ]
