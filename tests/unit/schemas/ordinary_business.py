"""Ordinary events, made of codes as desks write them: none of them may be withheld."""

import random
from collections.abc import Iterator

from tests.unit.schemas.making import FOREIGN, Message, changed, example

ROLES = (
    *("helpdesk", "helpdesk-agent", "support-engineer", "billing-clerk", "finance", "dpo", "hr"),
    *("privacy-officer", "network-engineer", "noc-operator", "sales-advisor", "team-lead", "admin"),
    *(
        "field-technician",
        "collections-officer",
        "credit-analyst",
        "fraud-analyst",
        "customer-care",
    ),
    *("retention-specialist", "marketing-manager", "tax-specialist", "data-engineer", "auditor"),
    *("complaints-handler", "warehouse-clerk", "order-desk", "service_desk", "second-line", "crm"),
    *("reception", "product-owner", "tester", "porting-desk", "security-officer", "webcare"),
    *("monteur", "klantenservice", "boekhouding", "Role-7", "legal-counsel", "backoffice/2"),
)
PURPOSES = (
    *("customer-question", "invoice-question", "ticket", "support", "address-change", "complaint"),
    *("number-porting", "outage-report", "line-repair", "offer", "call-specification", "refund"),
    *("payment-default", "payment-plan", "identity-check", "contract-renewal", "order-handling"),
    *("credit-check", "fraud-prevention", "usage-question", "cancellation", "moving", "sim-swap"),
    *("password-reset", "access-request", "rights-request", "erasure-request", "quality-check"),
    *("training", "audit", "data-quality", "backup-restore", "migration", "incident-response"),
    *("breach-handling", "debt-collection", "dispute-handling", "statutory-request", "statistics"),
    *("equipment-return", "delivery-problem", "installation", "direct-debit", "winback-calls"),
    *("churn-analysis", "customer-survey", "newsletter", "vat-return", "bookkeeping", "callback"),
    *("klantvraag", "storing", "factuurvraag", "nummerbehoud", "opzegging", "test", "support/4711"),
)
ACTIVITIES = tuple(code for code in PURPOSES if "/" not in code)
GROUNDS = (
    *("claim", "civil-claim", "dispute", "litigation", "pending-litigation", "legal-claim"),
    *("tax-audit", "tax-inspection", "insurance-claim", "warranty-claim", "complaint-procedure"),
    *(
        "court-case",
        "court-order",
        "contract-dispute",
        "unpaid-invoice",
        "liability",
        "arbitration",
    ),
    *("dispute-D-12", "claim-2026-7", "labour-dispute", "bankruptcy", "accident", "debt-recovery"),
)
REFUSALS = (
    *("manifestly-unfounded", "excessive", "identity-not-shown", "identity-not-verified"),
    *("rights-of-others", "third-party-rights", "legal-obligation", "repeated", "legal-hold"),
)
COURTS = (
    *("dispute-settlement", "civil-claim", "court-summons", "debt-collection", "legal-defence"),
    *("lawsuit", "contract-dispute", "court-judgment", "collection", "legal-claim", "hearing"),
)
TYPES = (
    *("customer-registred", "costumer-registered", "personal-data-colected", "order-shipped"),
    *("invoice-paid", "customer-exploded", "consent-renewd", "something-else", "foo", "unknown"),
    *("customer-deleted", "subscription-paused", "ticket-opened", "order-mislaid", "no-such-type"),
)


def ordinary(count: int, seed: int) -> Iterator[Message]:
    """So many events of all types, with codes of ordinary business in the members that are looked at."""
    rng = random.Random(seed)
    for number in range(count):
        name = rng.choice(FOREIGN).name if number % 2 else rng.choice(TOLD)
        made = changed(example(name), id=f"o{number}", data__activity=rng.choice(ACTIVITIES))
        if name == "personal-data-accessed":
            chosen = {"data__role": rng.choice(ROLES), "data__purpose": rng.choice(PURPOSES)}
            made = changed(made, **chosen, data__case_ref=f"HD-{rng.randrange(10**6)}")
        elif name.startswith("legal-hold") or name == "disclosure-notice-withheld":
            made = changed(made, data__ground=rng.choice(GROUNDS))
        elif name == "rights-request-refused":
            made = changed(made, data__ground=rng.choice(REFUSALS))
        elif name == "personal-data-disclosed":
            kind = rng.choice(("court", "carrier", "lawyer", "shipping", "processor", "bailiff"))
            why = COURTS if kind == "court" else PURPOSES
            made = changed(made, data__recipient_kind=kind, data__legal_basis="6-1-f")
            made = changed(
                made, data__purpose=rng.choice(why), data__necessity_reason=rng.choice(why)
            )
            made["data"].pop("provision", None)
        yield made


TOLD = (
    *("personal-data-accessed", "personal-data-disclosed", "legal-hold-placed"),
    *("legal-hold-released", "disclosure-notice-withheld", "rights-request-refused"),
)
