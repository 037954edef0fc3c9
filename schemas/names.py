"""The names of all event types. Code says `names.CONSENT_GIVEN`, so that a wrong name is an error.

Each name stands here once; `schemas/events/` says what its events hold. A message and an entry have the
full type, with prefix and version (`type_of`).
"""

from typing import Final

PREFIX: Final = "nl.voipzeker.ledger."

# schemas/events/customer.py
CUSTOMER_REGISTERED: Final = "customer-registered"
PERSONAL_DATA_COLLECTED: Final = "personal-data-collected"
DATA_CONFIRMED: Final = "data-confirmed"
PERSONAL_DATA_CORRECTED: Final = "personal-data-corrected"
PERSONAL_DATA_REMOVED: Final = "personal-data-removed"
CONTACT_PERSON_ADDED: Final = "contact-person-added"
CONTACT_PERSON_REMOVED: Final = "contact-person-removed"
CUSTOMER_MERGED: Final = "customer-merged"
CUSTOMER_DECEASED: Final = "customer-deceased"
REPRESENTATIVE_RECORDED: Final = "representative-recorded"
REPRESENTATIVE_ENDED: Final = "representative-ended"
ACCOUNT_DEACTIVATED: Final = "account-deactivated"
ACCOUNT_REACTIVATED: Final = "account-reactivated"

# schemas/events/contract.py
ORDER_PLACED: Final = "order-placed"
CONTRACT_CONCLUDED: Final = "contract-concluded"
CONTRACT_CHANGED: Final = "contract-changed"
CONTRACT_ENDED: Final = "contract-ended"
CONTRACT_TAKEN_OVER: Final = "contract-taken-over"
SERVICE_ACTIVATED: Final = "service-activated"
SERVICE_EXTENDED: Final = "service-extended"
SERVICE_BLOCKED: Final = "service-blocked"
SERVICE_UNBLOCKED: Final = "service-unblocked"
SERVICE_DEACTIVATED: Final = "service-deactivated"
EQUIPMENT_SHIPPED: Final = "equipment-shipped"
INVOICE_SENT: Final = "invoice-sent"
SERVICE_MESSAGE_SENT: Final = "service-message-sent"
PORTAL_ACCOUNT_OPENED: Final = "portal-account-opened"
PORTAL_ACCOUNT_CLOSED: Final = "portal-account-closed"
PRIVACY_NOTICE_PUBLISHED: Final = "privacy-notice-published"
PRIVACY_NOTICE_PROVIDED: Final = "privacy-notice-provided"

# schemas/events/consent.py
CONSENT_GIVEN: Final = "consent-given"
CONSENT_WITHDRAWN: Final = "consent-withdrawn"
CONSENT_REFUSED: Final = "consent-refused"
CONSENT_RENEWED: Final = "consent-renewed"
CONSENT_INVALIDATED: Final = "consent-invalidated"

# schemas/events/preferences.py
COOKIE_PREFERENCE_RECORDED: Final = "cookie-preference-recorded"
MARKETING_OBJECTION_RECORDED: Final = "marketing-objection-recorded"
MARKETING_MESSAGE_SENT: Final = "marketing-message-sent"
APP_PERMISSION_GRANTED: Final = "app-permission-granted"
APP_PERMISSION_DENIED: Final = "app-permission-denied"
APP_PERMISSION_REVOKED: Final = "app-permission-revoked"
CONTACT_LIST_UPLOADED: Final = "contact-list-uploaded"
CONTACT_LIST_PURGED: Final = "contact-list-purged"
CALLER_ID_BLOCKING_CHANGED: Final = "caller-id-blocking-changed"
DIRECTORY_LISTING_CHANGED: Final = "directory-listing-changed"

# schemas/events/disclosure.py
RECIPIENT_REGISTERED: Final = "recipient-registered"
RECIPIENT_CHANGED: Final = "recipient-changed"
RECIPIENT_ENDED: Final = "recipient-ended"
PERSONAL_DATA_DISCLOSED: Final = "personal-data-disclosed"

# schemas/events/delivery.py
EMERGENCY_CALL_DISCLOSED: Final = "emergency-call-disclosed"
MALICIOUS_CALL_DATA_DISCLOSED: Final = "malicious-call-data-disclosed"
BULK_FEED_DELIVERED: Final = "bulk-feed-delivered"
NUMBER_PORTING_REQUESTED: Final = "number-porting-requested"
NUMBER_PORTING_PERFORMED: Final = "number-porting-performed"
NUMBER_PORTING_CANCELLED: Final = "number-porting-cancelled"
DISCLOSURE_NOTICE_REQUESTED: Final = "disclosure-notice-requested"
DISCLOSURE_NOTICE_GIVEN: Final = "disclosure-notice-given"
DISCLOSURE_NOTICE_WITHHELD: Final = "disclosure-notice-withheld"
RECIPIENT_NOTIFIED: Final = "recipient-notified"
TRANSFER_AGREEMENT_RECORDED: Final = "transfer-agreement-recorded"
TRANSFER_AGREEMENT_ENDED: Final = "transfer-agreement-ended"

# schemas/events/credit.py
CREDIT_CHECK_REQUESTED: Final = "credit-check-requested"
CREDIT_CHECK_RESULT_RECEIVED: Final = "credit-check-result-received"
AUTOMATED_DECISION_MADE: Final = "automated-decision-made"
HUMAN_REVIEW_COMPLETED: Final = "human-review-completed"
PAYMENT_DEFAULT_RECORDED: Final = "payment-default-recorded"
COLLECTION_NOTICE_SENT: Final = "collection-notice-sent"
COLLECTION_CLOSED: Final = "collection-closed"
MISUSE_SUSPECTED: Final = "misuse-suspected"
CUSTOMER_WARNED: Final = "customer-warned"
MISUSE_RESOLVED: Final = "misuse-resolved"
FRAUD_SIGNAL_RECORDED: Final = "fraud-signal-recorded"
DISPUTE_OPENED: Final = "dispute-opened"
DISPUTE_CLOSED: Final = "dispute-closed"
LEGAL_HOLD_PLACED: Final = "legal-hold-placed"
LEGAL_HOLD_REVIEWED: Final = "legal-hold-reviewed"
LEGAL_HOLD_RELEASED: Final = "legal-hold-released"

# schemas/events/access.py
PERSONAL_DATA_ACCESSED: Final = "personal-data-accessed"
ROLE_DEFINED: Final = "role-defined"
ROLE_GRANTED: Final = "role-granted"
ROLE_REVOKED: Final = "role-revoked"
VOG_PRESENTED: Final = "vog-presented"
EMPLOYMENT_STARTED: Final = "employment-started"
EMPLOYMENT_ENDED: Final = "employment-ended"
ACCESS_REVIEW_COMPLETED: Final = "access-review-completed"
INTERNAL_REPORT_PRODUCED: Final = "internal-report-produced"

# schemas/events/rights.py
RIGHTS_REQUEST_RECEIVED: Final = "rights-request-received"
IDENTITY_VERIFIED: Final = "identity-verified"
IDENTITY_VERIFICATION_FAILED: Final = "identity-verification-failed"
RIGHTS_REQUEST_EXTENDED: Final = "rights-request-extended"
RIGHTS_REQUEST_REFUSED: Final = "rights-request-refused"
RIGHTS_REQUEST_ANSWERED: Final = "rights-request-answered"
ACCESS_REPORT_ISSUED: Final = "access-report-issued"
PORTABILITY_EXPORT_ISSUED: Final = "portability-export-issued"
ERASURE_DECIDED: Final = "erasure-decided"
PERSONAL_DATA_ERASED: Final = "personal-data-erased"
PROCESSING_RESTRICTED: Final = "processing-restricted"
RESTRICTION_LIFTED: Final = "restriction-lifted"
OBJECTION_RAISED: Final = "objection-raised"
OBJECTION_UPHELD: Final = "objection-upheld"
OBJECTION_OVERRULED: Final = "objection-overruled"

# schemas/events/incidents.py
BREACH_DETECTED: Final = "breach-detected"
BREACH_ASSESSED: Final = "breach-assessed"
AUTHORITY_NOTIFIED: Final = "authority-notified"
SUBJECTS_NOTIFIED: Final = "subjects-notified"
BREACH_CLOSED: Final = "breach-closed"
COMPLAINT_RECEIVED: Final = "complaint-received"
COMPLAINT_ANSWERED: Final = "complaint-answered"
SUPERVISORY_INQUIRY_RECEIVED: Final = "supervisory-inquiry-received"
SUPERVISORY_INQUIRY_ANSWERED: Final = "supervisory-inquiry-answered"
COURT_PETITION_RECEIVED: Final = "court-petition-received"

# schemas/events/register.py
PROCESSING_ACTIVITY_DECLARED: Final = "processing-activity-declared"
PROCESSING_ACTIVITY_CHANGED: Final = "processing-activity-changed"
PROCESSING_ACTIVITY_RETIRED: Final = "processing-activity-retired"
SYSTEM_REGISTERED: Final = "system-registered"
SECURITY_MEASURE_ADOPTED: Final = "security-measure-adopted"
SECURITY_MEASURE_RETIRED: Final = "security-measure-retired"
DPIA_LINKED: Final = "dpia-linked"
CODES_DECLARED: Final = "codes-declared"

# schemas/events/itself.py
EVENT_ANNULLED: Final = "event-annulled"
ERASURE_REAPPLIED: Final = "erasure-reapplied"
VALUES_RESEALED: Final = "values-resealed"
LEDGER_READ: Final = "ledger-read"
ACT_APPROVED: Final = "act-approved"
INTAKE_GAP_RECORDED: Final = "intake-gap-recorded"
PREFIX_PRUNED: Final = "prefix-pruned"

# schemas/events/orders.py: the confidential ledger only
ORDER_RECEIVED: Final = "order-received"
ORDER_AUTHENTICATED: Final = "order-authenticated"
AUTHORISATION_RECORDED: Final = "authorisation-recorded"
ORDER_VALIDATED: Final = "order-validated"
ORDER_NARROWED: Final = "order-narrowed"
ORDER_OBJECTED: Final = "order-objected"
ORDER_REJECTED: Final = "order-rejected"
ORDER_EXECUTED: Final = "order-executed"
ORDER_CONFIRMED: Final = "order-confirmed"
ORDER_WITHDRAWN: Final = "order-withdrawn"
SECRECY_IMPOSED: Final = "secrecy-imposed"
SECRECY_REVIEWED: Final = "secrecy-reviewed"
SECRECY_LIFTED: Final = "secrecy-lifted"
PRESERVATION_IMPOSED: Final = "preservation-imposed"
PRESERVATION_EXTENDED: Final = "preservation-extended"
PRESERVATION_RELEASED: Final = "preservation-released"
PRESERVATION_SNAPSHOT_TAKEN: Final = "preservation-snapshot-taken"
DATA_PRESERVED: Final = "data-preserved"
RESTRICTION_APPLIED: Final = "restriction-applied"
INTERCEPTION_PROVIDED: Final = "interception-provided"
INTERCEPTION_ENDED: Final = "interception-ended"
DISCLOSURE_HANDED_OVER: Final = "disclosure-handed-over"
SECRET_CODES_DECLARED: Final = "secret-codes-declared"  # noqa: S105


def type_of(name: str, version: int = 1) -> str:
    """The full type of an event, as CloudEvents carry it and the ledger stores it."""
    return f"{PREFIX}{name}.v{version}"
