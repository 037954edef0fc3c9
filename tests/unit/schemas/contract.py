"""The contract's table of event types, as upstream teams read it: name, then the facts that must be there."""

_TABLE = """
order-placed order_ref services large_order
data-confirmed categories
customer-merged into_customer
customer-deceased reported_by
representative-recorded representative_ref capacity
representative-ended representative_ref capacity
contract-concluded contract_ref
contract-changed contract_ref
contract-ended contract_ref
contract-taken-over contract_ref from_customer to_customer
service-activated service contract_ref
service-extended service contract_ref
service-blocked service contract_ref
service-unblocked service contract_ref
service-deactivated service contract_ref
equipment-shipped order_ref recipient
invoice-sent channel reference
service-message-sent channel reference
portal-account-opened
portal-account-closed
privacy-notice-published version sha256 effective_from claims
privacy-notice-provided version channel article
consent-refused purpose text_version
consent-renewed purpose text_version
consent-invalidated purpose reason
cookie-preference-recorded functional analytical gpc text_version
marketing-objection-recorded channel
marketing-message-sent channel campaign purpose
app-permission-granted permission app_version
app-permission-denied permission app_version
app-permission-revoked permission app_version
contact-list-uploaded count
contact-list-purged count
caller-id-blocking-changed blocked
directory-listing-changed listed purposes
emergency-call-disclosed recipient fields caller_id_blocked
malicious-call-data-disclosed recipient fields request_ref
bulk-feed-delivered record_count merkle_root valid_for
number-porting-requested direction recipient porting_ref
number-porting-performed direction recipient porting_ref
number-porting-cancelled direction recipient porting_ref
disclosure-notice-requested disclosure_id
disclosure-notice-given disclosure_id channel
disclosure-notice-withheld disclosure_id ground
recipient-notified recipient action outcome
transfer-agreement-recorded countries
transfer-agreement-ended
credit-check-requested reason
credit-check-result-received outcome automated
automated-decision-made decision logic_ref
human-review-completed outcome
payment-default-recorded invoice_ref
collection-notice-sent invoice_ref deadline
collection-closed invoice_ref outcome
misuse-suspected case_ref data_kinds
customer-warned case_ref channel
misuse-resolved case_ref outcome
fraud-signal-recorded case_ref
dispute-opened case_ref forum
dispute-closed case_ref forum
legal-hold-placed hold_ref categories ground review_on
legal-hold-reviewed hold_ref categories ground review_on
legal-hold-released hold_ref categories ground review_on
role-defined role categories
role-granted role
role-revoked role
vog-presented profile issued_on
employment-started
employment-ended
access-review-completed scope
internal-report-produced report aggregation
rights-request-received request_ref right channel received_on
identity-verified request_ref
identity-verification-failed request_ref
rights-request-extended request_ref reason
rights-request-refused request_ref ground
rights-request-answered request_ref outcome
access-report-issued request_ref sha256 format
portability-export-issued request_ref sha256 format
processing-restricted categories ground
restriction-lifted categories ground
objection-raised activity_objected ground
objection-upheld activity_objected ground
objection-overruled activity_objected ground
breach-detected breach_ref detected_at regime
breach-assessed breach_ref risk
authority-notified breach_ref regime phase
subjects-notified breach_ref
breach-closed
complaint-received complaint_ref via
complaint-answered complaint_ref via
supervisory-inquiry-received inquiry_ref
supervisory-inquiry-answered inquiry_ref
court-petition-received case_ref
system-registered
security-measure-adopted
security-measure-retired
dpia-linked
codes-declared codes

"""

REQUIRED_BEYOND_THE_CORE: dict[str, list[str]] = {
    name: facts for name, *facts in (line.split() for line in _TABLE.strip().splitlines())
}

_KINDS = {
    "notice": "privacy-notice-published",
    "customer": "order-placed contract-concluded contract-changed contract-ended contract-taken-over"
    " service-activated service-extended service-blocked service-unblocked service-deactivated"
    " equipment-shipped",
    "recipient": "bulk-feed-delivered",
    "role": "role-defined",
    "employee": "role-granted role-revoked vog-presented employment-started employment-ended",
    "breach": "breach-detected breach-assessed authority-notified breach-closed",
    "system": "system-registered",
    "measure": "security-measure-adopted security-measure-retired",
    "activity": "dpia-linked",
}

KINDS_BEYOND_THE_CORE: dict[str, set[str]] = {
    name: {f"{kind}/1"} for kind, names in _KINDS.items() for name in names.split()
}
"""Types that have one kind of subject; the others are about any person, but for those below."""

ANY_SUBJECT = [
    "event-annulled",
    "access-review-completed",
    "internal-report-produced",
    "codes-declared",
    "supervisory-inquiry-received",
    "supervisory-inquiry-answered",
    "court-petition-received",
]
