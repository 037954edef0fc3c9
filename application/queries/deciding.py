"""What was decided about a person's data, category by category, in both languages."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from application.queries.erasure import forgotten
from application.queries.erasures import Asked, Done
from projections.keeping.erasing import Step
from rulebook import ErasureDecision, Reason


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
        "data_subjects": [_done(list(mine)) for _, mine in groupby(found, _stream)],
        "forgotten": forgotten(epoch_started_at, now) if erased else None,
    }


def _stream(done: Done) -> UUID:
    return done.stream


def _done(mine: Sequence[Done]) -> dict[str, Any]:
    """One data subject: all that was decided of it, in one step or in several."""
    erasures = [done.erasure for done in mine if done.erasure]
    decisions = {c: one for done in mine for c, one in done.step.decisions.items()}
    return {
        "data_subject": str(mine[0].stream),
        "whole_person": any(erasure.whole for erasure in erasures),
        "keys_destroyed": sum(len(erasure.keys) for erasure in erasures),
        "position": max((erasure.last_position for erasure in erasures), default=None),
        "decisions": [decision_row(one) for _, one in sorted(decisions.items())],
    }


def decision_row(decision: ErasureDecision) -> dict[str, Any]:
    """One category: what becomes of it, and every reason: the deciding one, and `besides` the others.

    `grounds`: all of them, the one that lasts longest last.
    """
    first, *others = decision.reasons
    return {
        "category": decision.category,
        "decision": decision.decision,
        **ground_row(first),
        "besides": [ground_row(reason) for reason in others],
        "grounds": [ground_row(reason) for reason in reversed(decision.reasons)],
    }


def ground_row(reason: Reason) -> dict[str, Any]:
    """One reason, as every answer about retention has it."""
    return {
        "ground": reason.ground,
        "rule": reason.rule,
        "statute": reason.statute,
        "ref": reason.ref,
        "until": reason.until.isoformat() if reason.until else None,
        "waits_for": reason.waits_for,
        "says": {"en": reason.says, "nl": reason.says_nl},
    }
