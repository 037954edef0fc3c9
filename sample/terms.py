"""Staff of the sample's provider, its recipients, and its requests for consent: fixed data.

Recipients and grounds are those of `register.toml`.
"""

from typing import NamedTuple

from sample.event import Ground
from sample.register import (
    ADDRESS_BOOK,
    ANALYTICS,
    BILLING,
    CALLS,
    CARE,
    COLLECTION,
    CREDIT,
    DELIVERY,
    DIRECTORY,
    DISPUTES,
    EMERGENCY,
    MARKETING,
    SUBSCRIPTION,
    TAX,
)


class Role(NamedTuple):
    """A function in the company, who holds it and where its work is logged."""

    staff: tuple[str, ...]
    ground: Ground
    source: str
    prefix: str


class Terms(NamedTuple):
    """The data that a recipient usually gets, and the reason."""

    recipient: str
    recipient_kind: str
    ground: Ground
    purpose: str
    method: str
    necessity_reason: str
    fields: tuple[str, ...]
    source: str
    country: str = "NL"

    def for_kind(self, customer_kind: str) -> "Terms":
        """The terms with the fields that a customer of this kind has: a company has no birthday."""
        if customer_kind != "legal-entity":
            return self
        names = {
            "name": "company_name",
            "date_of_birth": "kvk_number",
            "email": "invoice_email",
            "mobile_number": "fixed_number",
        }
        fields = dict.fromkeys(names.get(field, field) for field in self.fields)
        return self._replace(fields=tuple(fields))


class Wording(NamedTuple):
    """How consent for a purpose is asked."""

    ground: Ground
    source: str
    method: str


def _staff(first: int, count: int) -> tuple[str, ...]:
    return tuple(f"employee/{number}" for number in range(first, first + count))


HELPDESK, BILLING_CLERK, COLLECTOR = "helpdesk-agent", "billing-clerk", "collections-officer"
ENGINEER, SALES, TAX_SPECIALIST = "network-engineer", "sales-advisor", "tax-specialist"
ROLES = {
    HELPDESK: Role(_staff(11, 4), CARE, "helpdesk", "HD"),
    BILLING_CLERK: Role(_staff(21, 2), BILLING, "billing", "FA"),
    COLLECTOR: Role(_staff(31, 1), COLLECTION, "collections", "IN"),
    ENGINEER: Role(_staff(41, 1), DELIVERY, "network", "NW"),
    SALES: Role(_staff(51, 2), SUBSCRIPTION, "crm", "VK"),
    TAX_SPECIALIST: Role(_staff(61, 1), TAX, "billing", "FI"),
}
WORDINGS = {
    "newsletter": Wording(MARKETING, "crm", "checkbox"),
    "product-information": Wording(MARKETING, "crm", "checkbox"),
    "telemarketing": Wording(MARKETING, "crm", "voice-recorded"),
    "analytics-cookies": Wording(ANALYTICS, "app-backend", "cookie-banner"),
    "personalisation": Wording(ANALYTICS, "app-backend", "checkbox"),
    "contacts-access": Wording(ADDRESS_BOOK, "app-backend", "app-permission"),
    "directory-listing": Wording(DIRECTORY, "crm", "paper-form"),
}

ADDRESS = ("street", "house_number", "postcode", "city")
CALL_FIELDS = ("calling_number", "called_number", "call_started_at")
CREDIT_BUREAU = Terms(
    *("krediettoets-voorbeeld", "credit-bureau", CREDIT, "solvency-check", "pull"),
    *("new-customer", ("name", "date_of_birth", *ADDRESS), "order-portal"),
)
SHIPPING = Terms(
    *("pakketpost-vlug", "shipping", DELIVERY, "delivery-of-goods", "push"),
    *("equipment-ordered", ("name", *ADDRESS), "order-portal"),
)
CARRIER_FEED = Terms(
    *("carrier-duinlijn", "carrier", DELIVERY, "service-provision", "feed"),
    *("number-activation", ("assigned_numbers",), "network"),
)
CARRIER_CALL = Terms(
    *("carrier-duinlijn", "carrier", CALLS, "call-routing", "realtime"),
    *("call-termination", CALL_FIELDS, "network"),
)
FOREIGN_CALL = CARRIER_CALL._replace(recipient="carrier-rijnbrug", country="DE")
OLD_CARRIER_CALL = CARRIER_CALL._replace(recipient="carrier-oudekabel", country="BE")
MOBILE_PROVIDER = Terms(
    *("telecom-polderbel", "telecom-provider", DELIVERY, "service-provision", "push"),
    *("sim-activation", ("name", "sim_iccid", "mobile_number"), "network"),
)
INTERNET_PROVIDER = Terms(
    *("internet-glasweide", "internet-provider", DELIVERY, "service-provision", "push"),
    *("line-installation", ("name", *ADDRESS, "mobile_number"), "order-portal"),
)
TAX_AUTHORITY = Terms(
    *("belastingdienst", "tax-authority", TAX, "tax-information", "paper"),
    *("statutory-request", ("name", *ADDRESS, "iban"), "billing"),
)
ALARM_CENTRE = Terms(
    *("alarmcentrale-112", "emergency-services", EMERGENCY, "emergency-response", "realtime"),
    *("emergency-call", ("assigned_numbers", "name", *ADDRESS, "location_text"), "network"),
)
COLLECTION_AGENCY = Terms(
    *("incasso-laatstebrief", "collection-agency", COLLECTION, "collection", "push"),
    *("unpaid-after-notice", ("name", *ADDRESS, "email", "claim_amount", "invoice_numbers")),
    "collections",
)
BAILIFF = Terms(
    *("deurwaarder-nepveld", "bailiff", COLLECTION, "collection", "paper"),
    *("court-judgment", ("name", *ADDRESS, "claim_amount"), "collections"),
)
LAWYER = Terms(
    *("advocaat-schijnberg", "lawyer", DISPUTES, "dispute-settlement", "push"),
    *("legal-defence", ("name", *ADDRESS, "letter_text"), "collections"),
)
GROUP_COMPANY = Terms(
    *("groep-zekerbeheer", "group-company", SUBSCRIPTION, "account-management", "feed"),
    *("shared-administration", ("name", "company_name", "kvk_number"), "crm"),
)
OVERSEAS_MAILING = Terms(
    *("mailings-overzee", "processor", MARKETING, "newsletter", "push"),
    *("mailing-service", ("name", "email"), "crm", "GB"),
)
