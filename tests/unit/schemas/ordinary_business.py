"""Ordinary events, made of codes as desks write them: none of them may be withheld."""

import random
from collections.abc import Iterator

from schemas.ordinary import Place
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

MADE_UP: dict[Place, str] = {
    "reason": """
        mistake moved unpaid customer-request contract-ended duplicate wrong-person wrong-customer
        replaced over stopped many-data ended new-customer topic-recreated disk-damaged typing-error
        typo spelling spelling-error large-order retention-passed worn back curious complexity
        bankrupt agreement-ended other-fields order offsets-reused not-sent not-seen no-provision
        end defect not-approved law-changed contract impossible confirmed withdrawn accepted told
        settled nothing fine poor-risk no-change deposit-waived deposit acceptable-with-measures
        done granted partially-granted rejected denied answered in-full partly-answered not-held
        unfounded mended own-situation mine situation moved-abroad nonpayment non-payment fraud
        death deceased divorce marriage name-change system-error test-data test import-error
        migrated migration-error sent-twice wrong-amount wrong-date wrong-address late-payment
        payment-received paid-in-full paid-in-instalments written-off written_off sold-debt
        transferred false-positive no-fraud confirmed-misuse password-shared account-takeover
        sim-swap-fraud account-closed backlog high-volume number-of-requests complex-request
        third-party-data illness staff-shortage holidays summer-holidays identity-check-pending
        awaiting-information translation-needed legacy-systems archive-search rectified erased
        restricted corrected deleted updated notified informed acknowledged not-reachable
        disproportionate-effort no-answer bounced delivered undelivered inactivity no-longer-needed
        end-of-life end-of-contract switched-provider porting-out churned price-increase
        dissatisfied better-offer relocation emigration bankruptcy insolvency debt-restructuring
        text-changed new-text expired-text unclear-text checkbox-preticked minor not-of-age
        consent-expired consent-withdrawn duplicate-event sender-error clock-error wrong-subject
        wrong-amount-booked bug software-bug rollback overheating lightning broken hardware-failure
        maintenance planned-maintenance limit-reached credit-limit abuse spam-sent robocalls
        lost-phone stolen-phone stolen sim-lost at-own-request customer-wish never_started cancelled
        merged/1 new-order outsourced text-unclear misspelt insufficient-income positive negative
        approve approved declined refer manual-review overturned upheld unchanged reviewed
        login-reset residual-risk-low low medium high court kantonrechter geschillencommissie
        rechtbank arbitration mediation ombudsman small-claims email portal post phone app letter
        sms api/v2 email-link sales/fair web store shop chat whatsapp call-centre callcenter paper
        branch kiosk website mobile-app in-person geen-gehoor betaald niet-betaald verhuizing
        overlijden fout dubbel verkeerde-klant op-verzoek-van-klant faillissement wanbetaling
        einde-contract typefout naamswijziging vervallen vervangen afgewezen toegewezen gedeeltelijk
        afgehandeld opgelost
    """,
    "business": """
        helpdesk-agent helpdeskAgent fieldTechnician billing_clerk customer-care-agent
        privacy-officer security-officer data-protection-officer DPO chief-information-officer
        network-operations noc-engineer sre sales-rep account-manager key-account-manager
        store-manager shop-assistant retail-associate warehouse-operative logistics-planner
        installer splicer cable-layer site-surveyor porting-specialist number-management fraud-desk
        fraud-officer credit-controller collections-agent debt-counsellor dunning-clerk
        legal-counsel paralegal claims-handler complaints-officer quality-coach trainer
        workforce-planner hr-advisor payroll-clerk recruiter data-scientist data-steward bi-analyst
        dashboard-builder marketing-executive campaign-manager crm-specialist web-editor
        ux-researcher product-manager scrum-master tester devops-engineer release-manager dba
        backup-operator service-desk second-line third-line major-incident-manager problem-manager
        change-manager translator receptionist office-manager facility-manager auditor
        external-auditor internal-auditor tax-advisor controller treasurer accounts-payable
        accounts-receivable procurement-officer vendor-manager reseller-support wholesale-desk
        b2b-support smb-advisor vip-desk loyalty-team winback-team retention-agent churn-analyst
        survey-interviewer press-officer social-media-agent community-manager moderator chatbot
        voicebot ivr rpa-bot batch-job etl migration-team archivist mailroom scanner-operator
        print-room klantenservice monteur planner incassomedewerker winkelmedewerker
        customer-question invoice-question invoice-dispute line-fault fault-diagnosis
        speed-complaint wifi-advice modem-swap sim-replacement esim-activation roaming-question
        bundle-upgrade contract-extension cooling-off moving-house address-check credit-check
        payment-arrangement payment-reminder dunning refund chargeback direct-debit-failed
        iban-change name-change inheritance death-notification power-of-attorney guardianship-check
        identity-check age-check portal-access password-reset account-recovery login-problem
        number-porting number-change secret-number unlisted-number directory-listing
        caller-id-setting spam-complaint nuisance-calls emergency-call-followup outage-communication
        maintenance-notice engineer-visit appointment delivery-tracking return-handling
        warranty-repair quality-monitoring call-listening coaching training-sample test-data
        data-cleaning deduplication data-migration backup-restore log-analysis capacity-planning
        network-planning churn-model customer-survey nps campaign-selection newsletter offer winback
        gdpr-request access-request portability-request erasure-request objection-handling
        complaint-handling dispute-handling geschillencommissie-case audit annual-audit tax-return
        vat-check bookkeeping invoice-printing mail-merge debt-sale factoring insurance-claim
        bereavement wholesale-billing
    """,
    "ground": """
        civil-claim contract-dispute unpaid-invoices damage-claim warranty-dispute insurance-claim
        labour-dispute tax-audit annual-accounts rent-dispute accident-claim product-liability
        ip-infringement data-accuracy-contested unlawful-but-kept needed-for-claim objection-pending
        accuracy-verified objection-rejected objection-upheld compelling-grounds direct-marketing
        own-situation health-situation family-situation statutory-retention retention-duty
        fiscal-retention open-invoice running-contract warranty-period limitation-period
        legal-claims defence-of-claims excessive-requests repeated-request identity-not-shown
        third-party-rights trade-secret already-informed disproportionate-effort no-contact-details
    """,
}
"""Codes that were made up before anybody looked which words are known."""


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
