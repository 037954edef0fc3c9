"""Placing, reviewing and releasing legal holds. To let go of what is held may need a second person."""

from collections.abc import Sequence
from typing import Any

from application.acts.acting import Permit
from application.acts.holding import (
    Approvable,
    HoldRelease,
    HoldReview,
    NewHold,
    OnHold,
    asked_release,
    asked_review,
    named_hold,
    place,
    release,
    review,
    review_facts,
)
from projections.keeping.holds import Hold
from web.acts import Act, WhoseParams, asked, options
from web.context import RequestContext
from web.linking import act
from web.moments import day
from web.page import Preview, previewed
from web.pages.common import codes, ground, owner, pairs
from web.parts import Input, Notice, Text
from web.resource import Params
from web.waiting import waits
from web.words import t


class HoldParams(Params, frozen=True, kw_only=True):
    """A hold over a person's data; what an approval filled in."""

    ref: str
    subject: str
    ground: str | None = None
    review_on: str | None = None
    owner: str | None = None
    categories: str | None = None

    @property
    def category(self) -> tuple[str, ...]:
        """Those that an approval named."""
        return tuple(self.categories.split(",")) if self.categories else ()


def _place(context: RequestContext, given: NewHold) -> str:
    context.source("hold")
    place(context.site, given)
    return act("holds", subject=given.subject)


def _hold(context: RequestContext, given: OnHold) -> Hold:
    context.source("hold")
    return named_hold(context.site, given)


def _would_review(context: RequestContext, given: HoldReview) -> Preview:
    hold, facts = _hold(context, given), review_facts(context.site, given)
    lost = sorted(set(hold.categories) - set(given.category)) if given.category else []
    until = day(str(facts["review_on"]))
    parts: tuple[object, ...] = (Text(t("act-hold-review.would", until)),)
    if lost:
        what = t("act-hold-review.lets_go", codes("category", lost))
        parts = (*parts, Notice(what, _second(context), "bad"))
    return previewed(parts, [hold.hold_ref, hold.categories, given])


def _review(context: RequestContext, given: HoldReview) -> str:
    context.source("hold")
    asked_for = asked_review(context.site, given)
    filled = {
        "subject": given.subject,
        "review_on": given.review_on,
        "ground": given.ground,
        "owner": given.owner,
        "categories": ",".join(given.category),
    }
    if asked_for and _waits(context, asked_for, act("holds", given.ref, "review", **filled)):
        return "/approvals"
    permit = Permit(asked_for.act, seen=asked_for.parameters) if asked_for else None
    review(context.site, given, permit)
    return act("holds", subject=given.subject)


def _would_release(context: RequestContext, given: HoldRelease) -> Preview:
    hold = _hold(context, given)
    what = t("act-hold-release.would", codes("category", hold.categories))
    notice = Notice(what, _second(context), "bad")
    why = Text(t("act-hold-release.why", ground(given.ground or hold.ground)))
    return previewed((notice, why), [hold.hold_ref, hold.categories, given])


def _second(context: RequestContext) -> object:
    """What a release needs, where the settings ask for two persons."""
    return t("approvals.needs_two") if "hold-release" in context.settings.four_eyes else None


def _release(context: RequestContext, given: HoldRelease) -> str:
    context.source("hold")
    asked_for = asked_release(context.site, given)
    filled = {"subject": given.subject, "ground": given.ground}
    if _waits(context, asked_for, act("holds", given.ref, "release", **filled)):
        return "/approvals"
    release(context.site, given, Permit(asked_for.act, seen=asked_for.parameters))
    return act("holds", subject=given.subject)


def _waits(context: RequestContext, asked: Approvable, address: str) -> bool:
    return waits(context, asked.act, asked.parameters, asked.about, address)


def _about(context: RequestContext, params: HoldParams) -> Sequence[tuple[object, object]]:
    hold = _hold(context, OnHold(ref=params.ref, subject=params.subject))
    values = (
        hold.hold_ref,
        params.subject,
        codes("category", hold.categories),
        ground(hold.ground),
        owner(hold.owner),
        day(hold.review_on),
    )
    return pairs("holds", "hold subject categories ground owner review", values)


def _review_inputs(context: RequestContext, params: HoldParams) -> Sequence[Input]:
    """A review keeps what is held now, or a part of it."""
    held = _hold(context, OnHold(ref=params.ref, subject=params.subject)).categories
    return asked(HoldReview, category={"options": options("category", held), "value": tuple(held)})


def _on_hold(name: str, fields: type[Any], **members: Any) -> Act[Any, Any]:
    return Act(
        name=f"hold-{name}",
        path=f"/holds/{{ref}}/{name}",
        section="holds",
        part="holds",
        deed="holds",
        params=HoldParams,
        fields=fields,
        back=lambda params: act("holds", subject=params.subject),
        about=_about,
        **members,
    )


ACTS: tuple[Act[Any, Any], ...] = (
    Act(
        name="hold-place",
        path="/acts/place-hold",
        section="holds",
        part="holds",
        deed="holds",
        params=WhoseParams,
        fields=NewHold,
        do=_place,
        back=lambda params: act("holds", subject=params.subject),
    ),
    _on_hold(
        "review",
        HoldReview,
        inputs=_review_inputs,
        do=_review,
        preview=_would_review,
    ),
    _on_hold(
        "release",
        HoldRelease,
        do=_release,
        preview=_would_release,
        danger=True,
    ),
)
PAGES = tuple(one.page for one in ACTS)
FORMS = tuple(one.form for one in ACTS)
