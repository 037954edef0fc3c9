"""What the house says it does, and whether it does it: register, activity, notice, purposes."""

from collections.abc import Iterable, Mapping

from application.answer import given
from application.language import spoken
from application.listings.cells import drawn
from application.listings.recipients import certified
from application.queries.registers.answer import Register, RegisteredActivity
from application.queries.registers.completeness import MissingPoint
from application.queries.registers.declaration import UNDECLARED
from application.register_words import RegisterWords
from application.words import say, told_in
from documents.register_exports import EXPORTS
from projections.views.processing_register import Drift
from web.context import RequestContext
from web.exports import TYPES
from web.linking import to
from web.moments import day
from web.page import File, Page
from web.pages.common import cap, headings
from web.pages.declared import edge_of
from web.parts import Bar, Bars, Definitions, Nothing, Notice, Table, Text, columns, lines
from web.pieces import Id, Link, Tag
from web.resource import NoParams
from web.resources import register as resources
from web.resources.register import ActivityParams
from web.words import counted, t

_RULES = 3
_JSON_LD = "application/ld+json"
_TYPES = {"html": "text/html; charset=utf-8", "dpv": _JSON_LD, "fideslang": TYPES["json"]}
FILES = {
    form: File(_TYPES.get(form) or TYPES[form], make)  # type: ignore[index]
    for form, make in EXPORTS.items()
}


def _register(context: RequestContext, _params: NoParams, answer: Register) -> Mapping[str, object]:
    rows = answer.activities
    drifting = [row for row in rows if row.drift]
    table = Table(
        t("register.table"),
        (*headings("register", "activity observed basis retention drift"),),
        tuple(_row(context, row) for row in rows),
    )
    nothing = Nothing(t("register.nothing"), t("register.nothing_how"))
    judged_to = given(answer.retention_to)
    older = (Text(t("register.retention_to", judged_to)),) if judged_to else ()
    return {
        "title": t("register.title"),
        "said": t("register.said", counted("activity", len(rows)), len(drifting)),
        "links": _links(context),
        "parts": (*_bars(context, drifting), table, *older) if rows else (nothing,),
        "forms": ("csv", "xlsx", "json", "dpv", "fideslang"),
    }


def _links(context: RequestContext) -> tuple[object, ...]:
    return (
        Link(to(context, "register", format="html"), t("register.document")),
        Link(to(context, "lint"), t("lint.title")),
        Link(to(context, "purposes"), t("purposes.title")),
    )


def _bars(context: RequestContext, drifting: list[RegisteredActivity]) -> tuple[Bars, ...]:
    """How much of each activity was not declared."""
    bars = tuple(
        Bar(_name(row), len(row.drift), to(context, "register", row.activity), "due")
        for row in sorted(drifting, key=lambda row: -len(row.drift))
    )
    return (Bars(t("register.drift"), bars),) if bars else ()


def _name(row: RegisteredActivity) -> str:
    return RegisterWords(spoken()).activity(row.activity, row.name)


def _row(context: RequestContext, row: RegisteredActivity) -> tuple[object, ...]:
    words, observed = RegisterWords(spoken()), row.observed
    return (
        lines(
            Link(to(context, "register", row.activity), _name(row)),
            say("register", "version", row.version) if row.version else None,
            Id(row.activity),
        ),
        lines(counted("event", observed.events), counted("data-subject", observed.data_subjects)),
        lines(*words.codes("legal_basis", observed.legal_bases)),
        _how_long(row),
        lines(*map(_drift, row.drift), *map(_lacking, row.missing)),
    )


def _how_long(row: RegisteredActivity) -> object:
    """How long data of an activity is kept by the rules that judge, and what is kept too long."""
    words, categories = RegisterWords(spoken()), row.retention.categories
    rules = dict.fromkeys(words.rule(rule) for category in categories for rule in category.rules)
    shown, hidden = [*rules][:_RULES], len(rules) - _RULES
    late = sum(category.overdue for category in categories)
    return lines(
        *map(cap, shown),
        t("register.more_rules", counted("other-period", hidden)) if hidden > 0 else None,
        Tag(t("register.too_long", late), "bad") if late else None,
    )


def _drift(drift: Drift) -> Tag:
    words = RegisterWords(spoken())
    about = words.drift(drift.kind, drift.detail)
    kind = cap(words.code("drift", drift.kind))
    return Tag(f"{kind}: {about}" if about else kind, "due")


def _lacking(point: MissingPoint) -> str:
    words = RegisterWords(spoken())
    about = words.lacking(point.what, point.detail)
    what = f"{words.page('missing')}: {words.code('missing', point.what)} ({words.article(point.article)})"
    return f"{what}: {about}" if about else what


def _activity(
    context: RequestContext, _params: ActivityParams, answer: RegisteredActivity
) -> Mapping[str, object]:
    words = RegisterWords(spoken())
    declared = answer.declared or UNDECLARED
    facts = (
        (words.heading("role"), cap(words.code("role", declared.role))),
        (words.heading("owner"), cap(words.code("owner", declared.owner))),
        (words.heading("description"), given(declared.description)),
        (words.heading("version"), answer.version or None),
        (words.heading("events"), answer.observed.events),
        (words.heading("data_subjects"), answer.observed.data_subjects),
        (words.heading("first"), _day(answer.observed.first)),
        (words.heading("last"), _day(answer.observed.last)),
    )
    notes = tuple(Notice(note.text) for note in map(_drift, answer.drift))
    return {
        "title": _name(answer),
        "said": t("activity.said", len(answer.drift), len(answer.missing)),
        "links": (Link(to(context, "register"), t("register.title")),),
        "parts": (
            *notes,
            *(Notice(_lacking(point)) for point in answer.missing),
            Definitions(tuple(pair for pair in facts if pair[1] not in (None, ""))),
            _beside(answer, words),
            _recipients(context, answer, words),
            _retention(context, answer, words),
            _versions(answer, words),
        ),
        "forms": ("json",),
    }


def _day(instant: str | None) -> object:
    return day(instant) if instant else None


def _beside(answer: RegisteredActivity, words: RegisterWords) -> Table:
    """What was declared beside what was observed, point by point."""
    declared, observed = answer.declared or UNDECLARED, answer.observed
    purposes = [
        f"{words.code('purpose', purpose.purpose)} ({words.code('legal_basis', purpose.legal_basis)})"
        for purpose in declared.purposes
    ]
    measures = [
        measure.name or words.code("measure", measure.measure)
        for measure in answer.security_measures
    ]
    in_place = sum(measure.in_place is True for measure in answer.security_measures)
    points: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
        ("purposes", purposes, words.codes("legal_basis", observed.legal_bases)),
        ("subject_categories", words.codes("subject", declared.subject_categories), []),
        (
            "data_categories",
            map(words.category, declared.data_categories),
            map(words.category, observed.categories),
        ),
        (
            "recipient_kinds",
            map(words.recipient_kind, declared.recipient_kinds),
            map(words.recipient_kind, observed.recipient_kinds),
        ),
        (
            "countries",
            map(words.country, declared.countries),
            map(words.country, observed.countries),
        ),
        (
            "security_measures",
            measures,
            [words.page("in_place", in_place, len(measures))] if measures else [],
        ),
    )
    rows = tuple((words.heading(name), _run(first), _run(second)) for name, first, second in points)
    heads = columns(*(words.heading(name) for name in ("point", "declared", "observed")))
    return Table(t("activity.beside"), heads, rows, "declared")


def _run(some: Iterable[str]) -> object:
    return lines(*some)


def _recipients(context: RequestContext, answer: RegisteredActivity, words: RegisterWords) -> Table:
    names = ("recipient", "kind", "role", "country", "agreement")
    edge = edge_of(context)
    rows = tuple(
        (
            lines(words.name(row.name), Id(row.recipient)),
            words.recipient_kind(row.kind)
            if row.kind
            else Tag(words.page("not_registered"), "bad"),
            words.code("role", row.role),
            words.country(row.country),
            Id(row.agreement_ref) if row.agreement_ref else None,
            drawn(edge, certified(row.certifications)),
        )
        for row in answer.recipients
    )
    heads = columns(*(words.heading(name) for name in names), cap(say("recipients", "certified")))
    return Table(words.code("part", "recipients"), heads, rows, "recipients")


def _retention(context: RequestContext, answer: RegisteredActivity, words: RegisterWords) -> Table:
    names = ("category", "declared_rule", "rules", "kept", "why", "held", "overdue")
    rows = tuple(
        (
            cap(words.category(row.category)),
            words.declared_rule(row.declared, row.declared_rule) if row.declared else None,
            lines(*(_rule(context, rule.rule, told_in(rule, "title")) for rule in row.rules)),
            cap(words.kept(row.kept)),
            words.code("why", row.why),
            row.held,
            row.overdue,
        )
        for row in answer.retention.categories
    )
    heads = columns(*(words.heading(name) for name in names), numbers=(5, 6))
    return Table(words.code("part", "retention"), heads, rows, "retention")


def _rule(context: RequestContext, id: str, title: str) -> object:
    return Link(to(context, "rules", id), title) if context.has("findings") else title


def _versions(answer: RegisteredActivity, words: RegisterWords) -> Table:
    rows = tuple(
        (version.version, version.declared.name, day(version.from_), _day(version.to))
        for version in answer.versions
    )
    heads = columns(*(words.heading(name) for name in ("version", "name", "since", "until")))
    return Table(t("activity.versions"), heads, rows, "versions")


PAGES = (
    Page(
        "/register",
        "register",
        resources.register,
        "parts.html",
        _register,
        entry=True,
        export=resources.document,
        files=FILES,
    ),
    Page("/register/{activity}", "register", resources.activity, "parts.html", _activity),
)
