"""Placing, reviewing and releasing legal holds. To let go of what is held may need a second person."""

from collections.abc import Mapping, Sequence
from typing import Any

from application.acts.acting import Permit
from application.acts.holding import (
    Approvable,
    asked_release,
    asked_review,
    named_hold,
    place,
    release,
    review,
    review_day,
    review_facts,
)
from application.acts.offered import HOLD_GROUNDS, OWNERS, RELEASE_GROUNDS
from projections.keeping.holds import Hold
from rulebook.calendar import day_of
from schemas import CATEGORIES
from web.acts import Act, offered, options
from web.linking import act
from web.moments import day
from web.page import FormData, Preview, previewed
from web.pages.common import codes, ground, owner, pairs
from web.parts import Input, Notice, Text
from web.resource import Params
from web.resources.periods import person_named
from web.visit import Visit
from web.waiting import waits
from web.words import t


class PlacingParams(Params, frozen=True, kw_only=True):
    """Whose data, where a link says so."""

    subject: str | None = None


class Placing(FormData, frozen=True, kw_only=True):
    """What is held, why, and until its next review."""

    subject: str
    ref: str
    ground: str
    review_on: str
    category: tuple[str, ...] = ()
    owner: str | None = None


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


class Reviewing(FormData, frozen=True, kw_only=True):
    """That a hold goes on until its next review. `category`: it keeps only these; without one, as before."""

    ref: str
    subject: str
    review_on: str
    category: tuple[str, ...] = ()
    ground: str | None = None
    owner: str | None = None


class Releasing(FormData, frozen=True, kw_only=True):
    """That a hold ends, and why."""

    ref: str
    subject: str
    ground: str | None = None


def _place(visit: Visit, fields: Placing) -> str:
    visit.source("hold")
    day = review_day(fields.review_on, day_of(visit.now))
    facts = {"ground": fields.ground, "review_on": day, "owner": fields.owner}
    place(visit.site, fields.subject, fields.ref, facts, fields.category)
    return act("holds", subject=fields.subject)


def _facts(visit: Visit, fields: Reviewing) -> Mapping[str, str | None]:
    return review_facts(
        review_day(fields.review_on, day_of(visit.now)), fields.owner, fields.ground
    )


def _hold(visit: Visit, ref: str, subject: str) -> Hold:
    visit.source("hold")
    return named_hold(visit.site, str(person_named(subject)), ref)


def _would_review(visit: Visit, fields: Reviewing) -> Preview:
    hold, facts = _hold(visit, fields.ref, fields.subject), _facts(visit, fields)
    lost = sorted(set(hold.categories) - set(fields.category)) if fields.category else []
    until = day(str(facts["review_on"]))
    parts: tuple[object, ...] = (Text(t("act-hold-review.would", until)),)
    if lost:
        what = t("act-hold-review.lets_go", codes("category", lost))
        parts = (*parts, Notice(what, _second(visit), "bad"))
    return previewed(parts, [hold.hold_ref, hold.categories, fields])


def _review(visit: Visit, fields: Reviewing) -> str:
    visit.source("hold")
    facts = _facts(visit, fields)
    asked = asked_review(visit.site, fields.subject, fields.ref, facts, fields.category)
    filled = {
        "subject": fields.subject,
        "review_on": fields.review_on,
        "ground": fields.ground,
        "owner": fields.owner,
        "categories": ",".join(fields.category),
    }
    if asked is not None and _waits(visit, asked, act("holds", fields.ref, "review", **filled)):
        return "/approvals"
    permit = Permit(asked.act, seen=asked.parameters) if asked else None
    review(visit.site, fields.subject, fields.ref, facts, fields.category, permit)
    return act("holds", subject=fields.subject)


def _would_release(visit: Visit, fields: Releasing) -> Preview:
    hold = _hold(visit, fields.ref, fields.subject)
    what = t("act-hold-release.would", codes("category", hold.categories))
    notice = Notice(what, _second(visit), "bad")
    why = Text(t("act-hold-release.why", ground(fields.ground or hold.ground)))
    return previewed((notice, why), [hold.hold_ref, hold.categories, fields])


def _second(visit: Visit) -> object:
    """What a release needs, where the settings ask for two persons."""
    return t("approvals.needs_two") if "hold-release" in visit.settings.four_eyes else None


def _release(visit: Visit, fields: Releasing) -> str:
    visit.source("hold")
    asked = asked_release(visit.site, fields.subject, fields.ref, fields.ground)
    filled = {"subject": fields.subject, "ground": fields.ground}
    if _waits(visit, asked, act("holds", fields.ref, "release", **filled)):
        return "/approvals"
    release(
        visit.site,
        fields.subject,
        fields.ref,
        fields.ground,
        Permit(asked.act, seen=asked.parameters),
    )
    return act("holds", subject=fields.subject)


def _waits(visit: Visit, asked: Approvable, address: str) -> bool:
    return waits(visit, asked.act, asked.parameters, asked.about, address)


def _about(visit: Visit, params: HoldParams) -> Sequence[tuple[object, object]]:
    hold = _hold(visit, params.ref, params.subject)
    values = (
        hold.hold_ref,
        params.subject,
        codes("category", hold.categories),
        ground(hold.ground),
        owner(hold.owner),
        day(hold.review_on),
    )
    return pairs("holds", "hold subject categories ground owner review", values)


def owners(hint: str = "") -> Input:
    """The departments of the house, of which one is responsible for a hold."""
    return Input("owner", "choice", tuple((it, owner(it)) for it in OWNERS), hint=hint, free=True)


def _place_inputs(_visit: Visit, _params: PlacingParams) -> Sequence[Input]:
    return (
        Input("subject", required=True, hint="subject"),
        Input("ref", required=True, label="hold_ref", hint="hold_ref"),
        offered("ground", "ground", HOLD_GROUNDS, required=True),
        Input("category", "checks", options("category", CATEGORIES)),
        Input("review_on", "date", required=True),
        owners(),
    )


def _review_inputs(visit: Visit, params: HoldParams) -> Sequence[Input]:
    held = _hold(visit, params.ref, params.subject).categories
    return (
        Input("subject", "hidden", value=params.subject),
        Input("review_on", "date", required=True),
        Input(
            "category", "checks", options("category", held), hint="only_these", value=tuple(held)
        ),
        offered("ground", "ground", HOLD_GROUNDS, hint="another_ground"),
        owners("another_owner"),
    )


def _release_inputs(_visit: Visit, params: HoldParams) -> Sequence[Input]:
    return (
        Input("subject", "hidden", value=params.subject),
        offered("ground", "ground", RELEASE_GROUNDS, label="release_ground", hint="release_ground"),
    )


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
        params=PlacingParams,
        fields=Placing,
        inputs=_place_inputs,
        do=_place,
        back=lambda params: act("holds", subject=params.subject),
        codes={"category": CATEGORIES},
        open_codes=("ground", "owner"),
    ),
    _on_hold(
        "review",
        Reviewing,
        inputs=_review_inputs,
        do=_review,
        preview=_would_review,
        codes={"category": CATEGORIES},
        open_codes=("ground", "owner"),
    ),
    _on_hold(
        "release",
        Releasing,
        inputs=_release_inputs,
        do=_release,
        preview=_would_release,
        open_codes=("ground",),
        danger=True,
    ),
)
PAGES = tuple(one.page for one in ACTS)
FORMS = tuple(one.form for one in ACTS)
