"""What was decided about a person's data, category by category, in both languages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from console.answers.erasure import forgotten
from console.rights.deciding import Asked, Done
from projections.erasing import Step
from rulebook import ErasureDecision, Reason

__all__ = ["decided", "decision_row", "outcome_of"]


def outcome_of(steps: Sequence[Step]) -> str:
    """How a request for erasure was answered: only what is whole is granted."""
    if all(step.complete for step in steps):
        return "granted"
    return "partly-granted" if any(step.erased for step in steps) else "deferred"


def decided(
    reference: str, asked: Asked, found: Sequence[Done], epoch_started_at: datetime, now: datetime
) -> dict[str, Any]:
    """Decisions on what asks for an erasure. `forgotten`: when places have, of what is carried out."""
    steps = [done.step for done in found]
    carried_out = all(done.erasure is not None for done in found)
    erased = carried_out and any(step.erased for step in steps)
    return {
        "subject": reference,
        "cause": asked.cause,
        "request_ref": asked.request_ref,
        "carried_out": carried_out,
        "complete": all(step.complete for step in steps),
        "outcome": outcome_of(steps),
        "data_subjects": [_done(done) for done in found],
        "forgotten": forgotten(epoch_started_at, now) if erased else None,
    }


def _done(done: Done) -> dict[str, Any]:
    erasure = done.erasure
    return {
        "data_subject": str(done.stream),
        "whole_person": erasure.whole if erasure else False,
        "keys_destroyed": len(erasure.keys) if erasure else 0,
        "position": erasure.last_position if erasure else None,
        "decisions": [decision_row(one) for _, one in sorted(done.step.decisions.items())],
    }


def decision_row(decision: ErasureDecision) -> dict[str, Any]:
    """One category: what becomes of it, and every reason, the deciding one first."""
    first, *others = decision.reasons
    return {
        "category": decision.category,
        "decision": decision.decision,
        **_reason(first),
        "besides": [_reason(reason) for reason in others],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "ground": reason.ground,
        "rule": reason.rule,
        "statute": reason.statute,
        "ref": reason.ref,
        "until": reason.until.isoformat() if reason.until else None,
        "says": {"en": reason.says, "nl": reason.says_nl},
    }
