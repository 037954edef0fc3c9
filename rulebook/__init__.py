"""Law and house policy as data, with citations, and the pure functions that evaluate it.

Two layers, `law` and `house`, which are never mixed: an explanation shows both. Every entry carries its own
tests. Nothing here reads a clock: a date is an argument.
"""

from rulebook.clauses import CLAUSES, Clause
from rulebook.company import COMPANY_DATES, FOUNDED
from rulebook.countries import ANYBODY, COUNTRIES, Party, region
from rulebook.deadlines import DEADLINES, Deadline, deadline, due_date, extended
from rulebook.erasure import (
    ERASURE_RULES,
    Cause,
    ErasureDecision,
    ErasureFacts,
    ErasureRule,
    Keeping,
    Reason,
    erasure_decisions,
    kept,
    over_from,
    recorded_reason,
)
from rulebook.loading import unchanged_since
from rulebook.marketing import (
    MARKETING_RULES,
    Addressee,
    MarketingDecision,
    marketing_decision,
)
from rulebook.notice_checks import (
    NOTICE_CHECKS,
    NoticeCheck,
    NoticeFinding,
    Practice,
    notice_findings,
)
from rulebook.notice_claims import NOTICE_CLAIMS, NoticeClaim, Statement, house_statements
from rulebook.orders import ORDER_RULES, OrderFacts, OrderRule, order_rule
from rulebook.periods import PERIODS, Period, period
from rulebook.provisions import PROVISIONS, Provision, provision, secret_provisions
from rulebook.purposes import PURPOSES, Purpose, PurposeDecision, purpose_decision, purposes_on
from rulebook.recipients import (
    RECIPIENT_KINDS,
    FeedNature,
    beyond,
    feed_nature,
    kind_under,
    recipient_kind,
)
from rulebook.requests import (
    EXTENSIONS,
    REFUSALS,
    RIGHTS,
    RequestPeriod,
    evidence_of,
    extension_notice,
    provision_of,
    refusal_notice,
    request_period,
)
from rulebook.retention import (
    RETENTION_RULES,
    Anchor,
    RetentionDue,
    RetentionRule,
    retention_due,
    retention_periods,
    retention_rule,
    retention_rules,
)
from rulebook.rules import (
    ELSEWHERE,
    ORDER_FINDINGS,
    RULES,
    Rule,
    Situation,
    breaches,
    ever_broken,
    rule,
    rule_verdicts,
)
from rulebook.secrecy import ORDINARY_CODES, WITHHELD, ordinary_codes, secrecy
from rulebook.transfers import TRANSFER_MECHANISMS, Transfer, rests_on, transfer
from rulebook.validity import in_force
from rulebook.verdict import Verdict

__all__ = [
    "ANYBODY",
    "CLAUSES",
    "COMPANY_DATES",
    "COUNTRIES",
    "DEADLINES",
    "ELSEWHERE",
    "ERASURE_RULES",
    "EXTENSIONS",
    "FOUNDED",
    "MARKETING_RULES",
    "NOTICE_CHECKS",
    "NOTICE_CLAIMS",
    "ORDER_FINDINGS",
    "ORDER_RULES",
    "ORDINARY_CODES",
    "PERIODS",
    "PROVISIONS",
    "PURPOSES",
    "RECIPIENT_KINDS",
    "REFUSALS",
    "RETENTION_RULES",
    "RIGHTS",
    "RULES",
    "TRANSFER_MECHANISMS",
    "WITHHELD",
    "Addressee",
    "Anchor",
    "Cause",
    "Clause",
    "Deadline",
    "ErasureDecision",
    "ErasureFacts",
    "ErasureRule",
    "FeedNature",
    "Keeping",
    "MarketingDecision",
    "NoticeCheck",
    "NoticeClaim",
    "NoticeFinding",
    "OrderFacts",
    "OrderRule",
    "Party",
    "Period",
    "Practice",
    "Provision",
    "Purpose",
    "PurposeDecision",
    "Reason",
    "RequestPeriod",
    "RetentionDue",
    "RetentionRule",
    "Rule",
    "Situation",
    "Statement",
    "Transfer",
    "Verdict",
    "beyond",
    "breaches",
    "deadline",
    "due_date",
    "erasure_decisions",
    "ever_broken",
    "evidence_of",
    "extended",
    "extension_notice",
    "feed_nature",
    "house_statements",
    "in_force",
    "kept",
    "kind_under",
    "marketing_decision",
    "notice_findings",
    "order_rule",
    "ordinary_codes",
    "over_from",
    "period",
    "provision",
    "provision_of",
    "purpose_decision",
    "purposes_on",
    "recipient_kind",
    "recorded_reason",
    "refusal_notice",
    "region",
    "request_period",
    "rests_on",
    "retention_due",
    "retention_periods",
    "retention_rule",
    "retention_rules",
    "rule",
    "rule_verdicts",
    "secrecy",
    "secret_provisions",
    "transfer",
    "unchanged_since",
]
