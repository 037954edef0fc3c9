"""How long data is kept: what is due and late, what is to come, and the way to decide and to erase."""

from collections import Counter
from collections.abc import Mapping, Sequence

import rulebook
from application.language import spoken
from application.queries.keeping.clock_pages import ClockPage, StepPage
from application.queries.keeping.periods import Clock, Forecast, StepShown, entry_years
from application.words import say, told_in
from documents.messages import told
from schemas import CATEGORIES
from schemas.texts import field_name
from web.acts import options
from web.context import RequestContext
from web.linking import person, to
from web.moments import day, month_text
from web.page import Page
from web.pages.common import (
    Offered,
    acts,
    anchor,
    cap,
    choice,
    codes,
    filtered,
    ground,
    headings,
    more,
)
from web.parts import Bar, Bars, Input, Nothing, Table, Text, lines
from web.pieces import Id, Link, Tag, Tone
from web.rendering import code
from web.resource import NoParams
from web.resources import retention as resources
from web.resources.retention import DueParams, ForecastParams, RunParams
from web.runs import RetentionRun, runs_of
from web.words import counted, t

_TONES: dict[str, Tone] = {"due": "bad", "deferred": "due"}


def _due(context: RequestContext, params: DueParams, answer: ClockPage) -> Mapping[str, object]:
    due = sum(count.clocks for count in answer.due)
    table = Table(
        say("clocks", "title"),
        headings("clocks", "subject category situation until rule kept"),
        tuple(_clock(context, row) for row in answer.clocks),
    )
    nothing = Nothing(t("retention.nothing"), t("retention.nothing_how"))
    parts = (
        _bars(context, answer),
        filtered(
            context,
            "/retention",
            choice("category", options("category", CATEGORIES), params.category),
            _which(params),
        ),
        table if answer.clocks else nothing,
        Text(t("retention.counted_to", answer.counted_to)) if answer.counted_to else None,
    )
    return {
        "title": t("retention.title"),
        "said": t("retention.said", counted("clock", due)),
        "links": _links(context),
        "parts": tuple(part for part in parts if part),
        "more": more(context, "retention", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _which(params: DueParams) -> Input:
    """What is due, or every period."""
    shown = (("", t("retention.only_due")), ("true", t("retention.every")))
    return Input("all", "choice", shown, value="true" if params.all else "", label="also_all")


def _links(context: RequestContext) -> tuple[object, ...]:
    may = context.may("decisions")
    offered: list[Offered] = [("decide", "acts/decide", {}), ("run", "acts/run-retention", {})]
    return (
        Link(to(context, "retention", "forecast"), t("forecast.title")),
        Link(to(context, "retention", "run"), t("due.title")),
        *_ran(context),
        *(acts(context, *offered) if may else ()),
    )


def _ran(context: RequestContext) -> tuple[Link, ...]:
    """Where the run stands that somebody started here."""
    if runs_of(context.settings).last.state == "none":
        return ()
    return (Link(to(context, "retention", "progress"), t("progress.title")),)


def _bars(context: RequestContext, answer: ClockPage) -> Bars | None:
    """How much of each category is due or late."""
    bars = tuple(
        Bar(
            _category(count.category),
            count.clocks,
            to(context, "retention", category=count.category),
            "bad",
        )
        for count in answer.due
    )
    return Bars(t("retention.bars"), bars) if bars else None


def _category(category: str | None) -> str:
    return cap(code(category, "category") if category else say("clocks", "entries"))


def _clock(context: RequestContext, row: Clock) -> tuple[object, ...]:
    """One clock. A ground for keeping is not shown of data that is due: it does not stop the erasure."""
    cause = ground(row.cause or row.deferred)
    return (
        person(context, row.subject),
        named(row.fields) if row.fields else _category(row.category),
        lines(Tag(say("situation", row.situation), _TONES.get(row.situation, "plain")), cause),
        _until(row),
        _rule(context, row.rule) if row.category else say("clocks", "forgotten", entry_years()),
        None if row.due else lines(*(lines(ground(it.ground), it.ref) for it in row.grounds)),
    )


def _until(row: Clock) -> object:
    """Until when it is kept; of what is due, since when it should have gone, if its period is over."""
    if row.due:
        return t("retention.overdue", day(row.overdue_since)) if row.overdue_since else None
    if row.until:
        return day(row.until)
    return say("clocks", "anchor", anchor(row.waits_for)) if row.waits_for else None


def _rule(context: RequestContext, id: str | None) -> object:
    if id is None:
        return None
    rule = rulebook.retention_rule(id)
    title = told_in(rule, "title") if rule else id
    return (
        Link(to(context, "rules", id), title) if context.has("findings") else lines(title, Id(id))
    )


def steps_table(context: RequestContext, title: str, due: Sequence[StepShown]) -> Table:
    """What goes, a row for each step."""
    rows = tuple(
        (
            person(context, row.subject),
            lines(ground(row.cause), row.request_ref),
            _what_goes(row),
            day(row.newest) if row.newest else None,
        )
        for row in due
    )
    return Table(title, headings("erasing", "subject cause categories newest"), rows)


def named(fields: Sequence[str]) -> str:
    """Single fields in words."""
    return cap(", ".join(field_name(field, spoken()) for field in fields))


def _what_goes(row: StepShown) -> object:
    if row.is_whole:
        return say("erasing", "whole")
    if row.fields:
        return named(row.fields)
    return codes("category", row.categories)


def _would_go(context: RequestContext, params: RunParams, answer: StepPage) -> Mapping[str, object]:
    nothing = Nothing(t("retention.nothing"), t("retention.nothing_how"))
    table = steps_table(context, say("erasing", "would-be"), answer.due)
    until = answer.counted_to
    may = context.may("decisions")
    return {
        "title": t("due.title"),
        "said": t("due.said", counted("erasure", answer.count)),
        "links": acts(context, *([("run", "acts/run-retention", {})] if may else [])),
        "parts": (
            table if answer.due else nothing,
            *((Text(t("retention.counted_to", until)),) if until else ()),
        ),
        "more": more(context, "retention/run", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _to_come(
    context: RequestContext, params: ForecastParams, answer: Forecast
) -> Mapping[str, object]:
    by_month: Counter[str] = Counter()
    for row in answer.months:
        by_month[row.month] += row.data_subjects
    bars = tuple(Bar(month_text(f"{month}-01"), by_month[month]) for month in sorted(by_month))
    rows = tuple(
        (month_text(f"{row.month}-01"), code(row.category, "category"), row.data_subjects)
        for row in answer.months
    )
    table = Table(
        t("forecast.table"), headings("forecast", "month category data-subjects", (2,)), rows
    )
    nothing = Nothing(t("forecast.nothing"), t("forecast.nothing_how"))
    months = Input("months", "number", value=str(params.months))
    shown = (Bars(t("forecast.bars"), bars), table) if rows else (nothing,)
    return {
        "title": t("forecast.title"),
        "said": t("forecast.said", day(answer.until)),
        "parts": (filtered(context, "/retention/forecast", months), *shown),
        "forms": ("csv", "xlsx", "json"),
    }


def _progress(
    context: RequestContext, _params: NoParams, answer: RetentionRun
) -> Mapping[str, object]:
    said = t(f"progress.{answer.state}_said", counted("erasure", answer.done))
    leads = (
        Link(to(context, "retention"), t("retention.title")),
        Link(to(context, "retention", "run"), t("due.title")),
    )
    return {
        "said": said,
        "links": leads,
        "failure": told(answer.failure) if answer.failure else None,
    }


PAGES = (
    Page(
        "/retention",
        "retention",
        resources.due,
        "parts.html",
        _due,
        entry=True,
        export=resources.every_clock,
    ),
    Page(
        "/retention/run",
        "retention",
        resources.would_go,
        "parts.html",
        _would_go,
        export=resources.every_step,
    ),
    Page(
        "/retention/progress",
        "retention",
        resources.last_run,
        "retention_progress.html",
        _progress,
    ),
    Page("/retention/forecast", "retention", resources.to_come, "parts.html", _to_come),
)
