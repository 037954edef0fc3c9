"""The acts that come before the answer to a request, or before its refusal, right by right.

One table holds them: a new right gets its acts there. This module records nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated

from msgspec import UNSET, UnsetType

from application.acts.acting import Act
from application.acts.given import Ask, Choice, Timed
from application.acts.offered import REVIEWS
from application.queries.cases.found_requests import FoundRequest
from application.queries.registers.activities import activities
from application.source import Source
from ledger.errors import Misconfigured, Reject
from projections.dossier.objections import activity_name, is_declared, is_marketing
from projections.folds.timetravel import NOW
from projections.reading.request_acts import NOTHING_HELD
from rulebook import provision_of
from schemas import CATEGORIES, names
from schemas.encoding import JsonValue

ANSWER_OUTCOMES = ("granted", "partly-granted", NOTHING_HELD)
"""What an answer can come to, whoever gives it: in a command, or on a form."""
RESTRICTIONS = (
    "accuracy-contested",
    "unlawful-processing",
    "needed-for-claims",
    "objection-pending",
)
"""The four cases of GDPR Art. 18(1)."""


class OnRequest(Timed, frozen=True, kw_only=True):
    """The request of an act. `subject`: its person, where named."""

    ref: Annotated[
        str, Ask("Reference of the request.", look="path", argument="REF", fact="request_ref")
    ]
    subject: Annotated[
        str | None, Ask("Whose request it is, such as customer/10023.", look="hidden", fact="")
    ] = None


class RequestAnswer(OnRequest, frozen=True, kw_only=True):
    """How the office answers a request. A right that needs no option leaves it empty."""

    events = (
        names.RIGHTS_REQUEST_ANSWERED,
        names.PROCESSING_RESTRICTED,
        names.HUMAN_REVIEW_COMPLETED,
    )
    outcome: Annotated[str, Ask("One of {}.", Choice("outcome", ANSWER_OUTCOMES))] = "granted"
    category: Annotated[
        tuple[str, ...],
        Ask(
            "For a restriction: a category that is only stored from now on; may be repeated.",
            Choice("category", CATEGORIES),
            fact="",
        ),
    ] = ()
    ground: Annotated[
        str | None,
        Ask("For a restriction: one of {}.", Choice("restriction", RESTRICTIONS)),
    ] = None
    review: Annotated[
        str | None,
        Ask("For a human review: its outcome.", Choice("review", REVIEWS, True), fact="outcome"),
    ] = None


def acts_before_answer(case: FoundRequest, options: RequestAnswer) -> list[Act]:
    """What is done for the person because of the request, if anything is. Raises Misconfigured, Reject."""
    doing = _ANSWERING.get(case.right)
    return list(doing(case, options)) if doing else []


def acts_before_refusal(source: Source, case: FoundRequest, ground: str) -> list[Act]:
    """An objection that is refused is overruled; other refusals change nothing. Raises Reject.

    The office cannot refuse an objection to direct marketing, nor to an activity that was never declared.
    """
    if not case.is_objection:
        return []
    acts = list(_acts_on_objection(case, names.OBJECTION_OVERRULED, ground))
    objected = [str(act.facts["activity_objected"]) for act in acts]
    dossiers = activities(source, objected, NOW)
    for activity in objected:
        dossier = dossiers[activity_name(activity)]
        if is_marketing(activity, dossier):
            raise Reject(
                f"request {case.request.ref} objects to {activity}, which is direct marketing: such an "
                "objection cannot be refused on any ground (GDPR Art. 21(2) and (3)); answer it instead"
            )
        if not is_declared(dossier):
            raise Reject(
                f"request {case.request.ref} objects to {activity}, which was never declared: declare what "
                "it is for before an objection to it is refused"
            )
    return acts


def act_on(
    case: FoundRequest,
    name: str,
    facts: Mapping[str, JsonValue],
    categories: Sequence[str] | UnsetType = UNSET,
) -> Act:
    """An act of the office on a request."""
    return Act(
        name=name,
        subject=case.person,
        provision=provision_of(case.right),
        facts={"request_ref": case.request.ref, **facts},
        categories=categories,
    )


def _acts_of_restriction(case: FoundRequest, options: RequestAnswer) -> Iterator[Act]:
    if not options.category or options.ground is None:
        raise Misconfigured(
            "a request for restriction is answered with what is restricted, and why",
            field="ground" if options.category else "category",
        )
    facts = {"ground": options.ground}
    yield act_on(case, names.PROCESSING_RESTRICTED, facts, categories=list(options.category))


def _acts_of_upholding(case: FoundRequest, _options: RequestAnswer) -> Iterator[Act]:
    yield from _acts_on_objection(case, names.OBJECTION_UPHELD, None)


def _acts_on_objection(case: FoundRequest, name: str, ground: str | None) -> Iterator[Act]:
    raised = case.request.named(names.OBJECTION_RAISED)
    if not raised:
        raise Reject(f"request {case.request.ref} does not say which activity it objects to")
    for step in raised:
        facts = {"activity_objected": step.facts["activity_objected"]}
        yield act_on(case, name, facts | {"ground": ground or step.facts["ground"]})


def _acts_of_review(case: FoundRequest, options: RequestAnswer) -> Iterator[Act]:
    reviewed = case.request.named(names.HUMAN_REVIEW_COMPLETED)
    if options.review is not None:
        yield act_on(case, names.HUMAN_REVIEW_COMPLETED, {"outcome": options.review})
    elif not reviewed:
        raise Misconfigured(
            "a request for human review is answered with the outcome of the review, such as confirmed or "
            "revised",
            field="review",
        )


_ANSWERING: Mapping[str, Callable[[FoundRequest, RequestAnswer], Iterator[Act]]] = {
    "restriction": _acts_of_restriction,
    "objection": _acts_of_upholding,
    "human-review": _acts_of_review,
}
