"""Deciding on a person's data, and erasing what is due: shown first, and done when it was confirmed."""

from collections.abc import Iterator

from application.acts.acting import Permit
from application.acts.deciding import due_steps
from application.acts.on_retention import Decision, asked_decision, decide
from application.language import spoken
from application.queries.keeping.deciding import Decided, DecisionShown, GroundShown
from application.queries.keeping.periods import DueSteps, step_rows
from application.words import say
from rulebook.calendar import day_of
from web.acts import Act
from web.context import RequestContext
from web.linking import act
from web.moments import day, day_text
from web.names import cited
from web.page import AnyForm, AnyPage, FormData, Preview, previewed
from web.pages.common import anchor, cap, headings
from web.pages.retention import named, steps_table
from web.parts import Nothing, Notice, Table, lines
from web.pieces import Tag, Tone
from web.rendering import code
from web.resource import NoParams, Params
from web.runs import runs_of
from web.waiting import waits
from web.words import counted, t

_TONES: dict[str, Tone] = {"erase": "bad", "restrict": "due"}


class DecidingParams(Params, frozen=True, kw_only=True):
    """Whose data, and for which request, where a link says so."""

    subject: str | None = None
    request: str | None = None


class Running(FormData, frozen=True, kw_only=True):
    """A run erases what is due today."""


def decisions_table(answer: Decided) -> Table:
    """What becomes of each category, and why, in words for the person."""
    rows = tuple(
        cells
        for person in answer.data_subjects
        for decision in person.decisions
        for cells in _decision(decision)
    )
    name = "decided" if answer.carried_out else "preview"
    heads = headings("decision", "category decision until why statute")
    return Table(say("decision", name, answer.subject), heads, rows)


def _decision(row: DecisionShown) -> Iterator[tuple[object, ...]]:
    """A line for every ground of a category, with its end; the longest ground is the last."""
    newest = row.newest and say("decision", "newest", day_text(row.newest))
    for place, why in enumerate(row.grounds):
        what = Tag(cap(say("outcome", row.decision)), _TONES.get(row.decision, "plain"))
        waits = say("decision", "waits", anchor(why.waits_for)) if why.waits_for else None
        yield (
            named(row.fields) if row.fields else cap(code(row.category, "category")),
            lines(what, newest) if place == 0 else "",
            day(why.until) if why.until else waits,
            _why(why),
            cited(why.statute),
        )


def _why(why: GroundShown) -> object:
    """A ground in words; the case that it names, where the words do not."""
    said = why.says.said(spoken())
    return lines(said, None if why.ref and why.ref in said else why.ref)


def outcome_parts(answer: Decided) -> tuple[object, ...]:
    """What a decision comes to: everything goes, some of it, or nothing."""
    what = t(f"decide.{answer.outcome}")
    stays = answer.outcome == "deferred"
    notice = Notice(what) if stays else Notice(what, t("decide.forever"), "bad")
    return notice, decisions_table(answer)


def _would_decide(context: RequestContext, given: Decision) -> Preview:
    answer = decide(context.site, context.source("retention"), given, carry_out=False)
    return previewed(outcome_parts(answer), answer)


def _decide(context: RequestContext, given: Decision) -> str:
    source, permit = context.source("retention"), None
    asked = asked_decision(context.site, source, given)
    if asked is not None:
        again = act("acts", "decide", subject=given.subject, request=given.request)
        if waits(context, asked.act, asked.parameters, asked.about, again):
            return "/approvals"
        permit = Permit(asked.act)
    decide(context.site, source, given, carry_out=True, permit=permit)
    if given.request:
        return act("requests", given.request, subject=given.subject)
    return act("persons", given.subject) if context.has("persons") else "/retention"


def _steps(context: RequestContext) -> DueSteps:
    source = context.source("retention")
    steps = list(step_rows(source, due_steps(source.session, day_of(source.now))))
    return DueSteps(due=steps, count=len(steps))


def _would_run(context: RequestContext, _fields: Running) -> Preview:
    answer = _steps(context)
    table = steps_table(context, say("erasing", "would-be"), answer.due)
    if not answer.count:
        return previewed((Nothing(t("run.nothing"), t("run.nothing_how")),), answer)
    lost = Notice(t("run.lost", counted("erasure", answer.count)), t("decide.forever"), "bad")
    return previewed((lost, table), answer)


def _run(context: RequestContext, _fields: Running) -> str:
    """Start to erase what is due; the page that follows shows how far that is."""
    runs_of(context.settings).start(context.settings, context.site.clock, _steps(context).count)
    return "/retention/progress"


ACTS: tuple[Act[DecidingParams, Decision] | Act[NoParams, Running], ...] = (
    Act(
        name="decide",
        path="/acts/decide",
        section="retention",
        part="retention",
        deed="decisions",
        params=DecidingParams,
        fields=Decision,
        do=_decide,
        back=lambda params: act("requests", params.request) if params.request else "/retention",
        preview=_would_decide,
        danger=True,
    ),
    Act(
        name="run",
        path="/acts/run-retention",
        section="retention",
        part="retention",
        deed="decisions",
        params=NoParams,
        fields=Running,
        inputs=lambda _visit, _params: (),
        do=_run,
        back=lambda _params: "/retention",
        preview=_would_run,
        danger=True,
    ),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
