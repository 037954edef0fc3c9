"""`ledger may credit-check`: whether a person may be checked for credit, and which rule says so.

The gate asks the rules of the purpose, and those that would report the check as a finding afterwards.
"""

from collections.abc import Iterable

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from application.answer import Answer
from application.queries.persons.consents import Holder, holder
from application.queries.registers.purposes import DeclaredUse, declarations
from application.queries.verdicts import VerdictInWords, explained
from application.source import Source
from application.words import phrase
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from projections.dossier.look import SeenSituation
from projections.folds.timetravel import Moment
from projections.use.credit import PURPOSE, check_at, objected_at
from projections.views.customer_state import Status
from rulebook import RULES, Verdict, period, rule, rule_verdicts
from rulebook.calendar import day_of
from schemas import names

_TITLES = {entry.id: (entry.title, entry.title_nl) for entry in RULES}
_REQUESTED, _RESULT = names.CREDIT_CHECK_REQUESTED, names.CREDIT_CHECK_RESULT_RECEIVED
_ERASED = "erased"


class CreditVerdict(VerdictInWords, frozen=True):
    """What a rule says of the check; without the last members it is a rule about the purpose.

    `detail`: codes that say more. `resolved_by`: what lifts it, where the rule forbids the check.
    """

    detail: str | UnsetType | None = UNSET
    resolved_by: str | UnsetType | None = UNSET
    resolved_by_nl: str | UnsetType | None = UNSET


class CheckDeclared(Answer, frozen=True):
    """An activity that declares the purpose, with what law, house and the person say of it."""

    activity: str
    purpose: str
    legal_basis: str
    provision: str | None
    allowed: bool
    verdicts: list[CreditVerdict]


class LastCheck(Answer, frozen=True):
    """When a check was last asked for, and when its result came; the result is not repeated."""

    requested_at: str
    days_ago: int
    result_at: str | None


class CheckEvent(Answer, frozen=True):
    """Type and members of the event that upstream must send with the check."""

    type: str
    reason: str
    activity: str
    legal_basis: str


class CreditCheckAnswer(Answer, frozen=True):
    """Whether a person may be checked for credit.

    `verdicts`: about the person. `activities`: those that declare the purpose; one of them must be allowed.
    `record`: what the event of the check then says. `position`: of the last event that this reflects.
    """

    subject: str
    data_subject: str
    as_of: str
    allowed: bool
    account: Status
    occasion: str
    verdicts: list[CreditVerdict]
    activities: list[CheckDeclared]
    last_check: LastCheck | None
    record: CheckEvent | None
    position: int


def credit_check(source: Source, reference: str, moment: Moment) -> CreditCheckAnswer:
    """The decision as of a moment. Raises UnknownSubject, also for a reader from whom a category is hidden.

    It judges all that is held of a person: of requests, debts and results, whatever a reader may know of.
    """
    if source.reads.sight.partial:
        raise UnknownSubject
    subject = holder(source, reference, moment)
    situations = list(check_at(subject.look.own, subject.clock, erased=subject.account == _ERASED))
    verdicts = [verdict for situation in situations for verdict in _verdicts(situation, subject)]
    # The activities that declare the purpose, each with what law, house and the person say of it.
    declared = declarations(source, moment, day_of(subject.clock)).get(PURPOSE, [])
    activities = [
        _with_verdicts(
            declaration,
            _verdicts(objected_at(declaration.activity, subject.look, subject.clock), subject),
        )
        for declaration in declared
    ]
    grounds = [activity for activity in activities if activity.allowed]
    allowed = bool(grounds) and all(verdict.allowed for verdict in verdicts)
    occasion = str(situations[0].situation["occasion"])
    return CreditCheckAnswer(
        subject=reference,
        data_subject=str(subject.person.subject),
        as_of=instant(subject.clock),
        allowed=allowed,
        account=subject.account,
        occasion=occasion,
        verdicts=verdicts,
        activities=activities,
        last_check=_last_check(subject),
        record=_record(occasion, grounds[0]) if allowed else None,
        position=subject.person.selected.position,
    )


def _verdicts(situation: SeenSituation, subject: Holder) -> list[CreditVerdict]:
    """What each rule says of a situation; what would lift it, where it forbids the check."""
    verdicts = rule_verdicts(situation.kind or "", situation.situation, day_of(subject.clock))
    return [_in_words(verdict, situation.detail, subject) for verdict in verdicts]


def _in_words(verdict: Verdict, detail: str | None, subject: Holder) -> CreditVerdict:
    gone = subject.account == _ERASED and not verdict.allowed and verdict.why == "occasion-none"
    why = _ERASED if gone else verdict.why
    days = period("credit-occasion").days
    words = phrase("credit_check", why, "en", days), phrase("credit_check", why, "nl", days)
    broken = None if verdict.allowed else rule(verdict.rule)
    return CreditVerdict(
        **asdict(explained(replace(verdict, why=why), _TITLES, {why: words})),
        detail=detail or None,
        resolved_by=broken.resolved_by if broken else None,
        resolved_by_nl=broken.resolved_by_nl if broken else None,
    )


def _with_verdicts(declared: DeclaredUse, verdicts: list[CreditVerdict]) -> CheckDeclared:
    of_purpose = [CreditVerdict(**asdict(verdict)) for verdict in declared.verdicts]
    return CheckDeclared(
        activity=declared.activity,
        purpose=declared.purpose,
        legal_basis=declared.legal_basis,
        provision=declared.provision,
        allowed=declared.allowed and all(verdict.allowed for verdict in verdicts),
        verdicts=[*of_purpose, *verdicts],
    )


def _last_check(subject: Holder) -> LastCheck | None:
    """When a check was last asked for by the moment, and how many days ago."""
    counted = [event for event in subject.person.selected.counted if event.time <= subject.clock]
    request = _latest(counted, _REQUESTED)
    if request is None:
        return None
    # A result from before the latest request answers an earlier request.
    result = _latest(counted, _RESULT)
    answered = result is not None and result.time >= request.time
    return LastCheck(
        requested_at=instant(request.time),
        days_ago=(day_of(subject.clock) - day_of(request.time)).days,
        result_at=instant(result.time) if result and answered else None,
    )


def _latest(events: Iterable[RecordedEvent], name: str) -> RecordedEvent | None:
    of_type = (event for event in events if event.name == name)
    return max(of_type, key=lambda event: event.time, default=None)


def _record(reason: str, ground: CheckDeclared) -> CheckEvent:
    return CheckEvent(
        type=_REQUESTED,
        reason=reason,
        activity=ground.activity,
        legal_basis=ground.legal_basis,
    )
