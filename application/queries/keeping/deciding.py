"""What was decided about a person's data, category by category, in both languages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Literal
from uuid import UUID

from msgspec import UNSET, UnsetType, convert
from msgspec.structs import asdict

from application.answer import Answer, InBothLanguages
from application.queries.keeping.erasure import Forgotten, forgotten
from application.queries.keeping.erasures import CarriedOut, ErasureScope
from projections.keeping.erasing import PlannedErasure
from rulebook import Cause, ErasureDecision, Reason
from rulebook.erasure import Outcome
from schemas.encoding import JsonValue

RequestOutcome = Literal["granted", "partly-granted", "deferred"]


class GroundShown(Answer, frozen=True):
    """Why a category is kept or erased: the rule, its law, and what it says to the person.

    `ref`: of what keeps it, such as a contract or a hold. `until`: the first day on which it is over, if that
    is known. `waits_for`: what lets a period begin.
    """

    ground: str
    rule: str
    statute: str
    ref: str | None
    until: str | None
    waits_for: str | None
    says: InBothLanguages


class DecisionShown(GroundShown, frozen=True):
    """What becomes of one category, and the ground that decides; `besides`: the others.

    `grounds`: all of them, the longest lasting one last. `newest`: no value that goes is of a later day.
    `fields`: only the values of these go, up to that day.
    """

    category: str
    decision: Outcome
    besides: list[GroundShown]
    grounds: list[GroundShown]
    newest: str | None
    fields: list[str] | UnsetType = UNSET


class DecidedOfOne(Answer, frozen=True):
    """What was decided of one data subject. `position`: of the last event that this wrote."""

    data_subject: str
    whole_person: bool
    keys_destroyed: int
    position: int | None
    decisions: list[DecisionShown]


class Decided(Answer, frozen=True):
    """Decisions on what asks for an erasure. `complete`: everything goes.

    `carried_out`: false when it is only shown. `forgotten`: when places have, of what was erased.
    """

    subject: str
    cause: Cause
    request_ref: str | None
    carried_out: bool
    complete: bool
    outcome: RequestOutcome
    data_subjects: list[DecidedOfOne]
    forgotten: Forgotten | None


class RecordedGround(Answer, frozen=True, kw_only=True):
    """A ground as the event of a decision has it."""

    ground: str
    until: str | UnsetType = UNSET
    rule: str | UnsetType = UNSET
    ref: str | UnsetType = UNSET


class RecordedDecision(RecordedGround, frozen=True, kw_only=True):
    """What an event says about one category: the ground that lasts longest; `besides`: the others."""

    decision: Outcome
    besides: list[RecordedGround] | UnsetType = UNSET


def recorded_decisions(decisions: Mapping[str, JsonValue]) -> dict[str, RecordedDecision]:
    """Category -> decision, from the facts of an event."""
    return convert(decisions, dict[str, RecordedDecision])


def outcome_of(steps: Sequence[PlannedErasure]) -> RequestOutcome:
    """How a request for erasure was answered: only what is whole is granted."""
    if all(step.complete for step in steps):
        return "granted"
    return "partly-granted" if any(step.erased for step in steps) else "deferred"


def decided(
    reference: str,
    scope: ErasureScope,
    results: Sequence[CarriedOut],
    epoch_started_at: datetime,
    now: datetime,
) -> Decided:
    """Decisions on what asks for an erasure."""
    steps = [result.step for result in results]
    carried_out = all(result.erasure is not None for result in results)
    erased = carried_out and any(step.erased or step.fields for step in steps)
    return Decided(
        subject=reference,
        cause=scope.cause,
        request_ref=scope.request_ref,
        carried_out=carried_out,
        complete=all(step.complete for step in steps),
        outcome=outcome_of(steps),
        data_subjects=[
            _decided_of_one(list(own_results)) for _, own_results in groupby(results, _stream)
        ],
        forgotten=forgotten(epoch_started_at, now) if erased else None,
    )


def _stream(result: CarriedOut) -> UUID:
    return result.stream


def _decided_of_one(own_results: Sequence[CarriedOut]) -> DecidedOfOne:
    """One data subject: all that was decided of it, in one step or in several."""
    erasures = [result.erasure for result in own_results if result.erasure]
    return DecidedOfOne(
        data_subject=str(own_results[0].stream),
        whole_person=any(erasure.whole for erasure in erasures),
        keys_destroyed=sum(len(erasure.keys) for erasure in erasures),
        position=max((erasure.last_position for erasure in erasures), default=None),
        decisions=_decisions([result.step for result in own_results]),
    )


def _decisions(steps: Sequence[PlannedErasure]) -> list[DecisionShown]:
    """A row for each category, and one for each step that takes single fields of one."""
    # Steps come in order: of two decisions on a category the later one counts.
    rows = {
        category: decision_row(decision, step)
        for step in steps
        for category, decision in step.decisions.items()
    }
    single = [decision_row(next(iter(step.fields.values())), step) for step in steps if step.fields]
    return [*(row for _, row in sorted(rows.items())), *single]


def decision_row(decision: ErasureDecision, step: PlannedErasure) -> DecisionShown:
    """One category, or single fields of it: what becomes of it, and every reason."""
    newest = step.newest.get(decision.category)
    grounds = [ground_row(reason) for reason in decision.reasons]
    first, *others = grounds
    return DecisionShown(
        **asdict(first),
        category=decision.category,
        decision=decision.decision,
        besides=others,
        grounds=grounds[::-1],
        newest=newest.isoformat() if newest else None,
        fields=sorted(step.fields) or UNSET,
    )


def ground_row(reason: Reason) -> GroundShown:
    """One reason, as every answer about retention has it."""
    return GroundShown(
        ground=reason.ground,
        rule=reason.rule,
        statute=reason.statute,
        ref=reason.ref,
        until=reason.until.isoformat() if reason.until else None,
        waits_for=reason.waits_for,
        says=InBothLanguages(en=reason.says, nl=reason.says_nl),
    )
