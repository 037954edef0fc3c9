"""What breaks a promise, and what ends it: findings by rule, and each rule with the law that it rests on."""

from collections.abc import Iterator, Mapping

import rulebook
from application.language import spoken
from application.queries.naming import Naming
from application.queries.oversight.findings import OpenFinding
from application.queries.oversight.findings_page import FindingsPage, RuleCount
from application.queries.oversight.rules import RuleShown
from application.words import say, told_in
from documents.messages import told
from schemas.texts import country_name, field_name
from web.context import RequestContext
from web.linking import subject, to
from web.moments import day, when
from web.names import cited, known_word, marked, naming
from web.page import Page
from web.pages.common import anchor, cap, choice, codes, filtered, headings, severity
from web.parts import Bar, Bars, Definitions, Folded, Input, Nothing, Notice, Table, Text, lines
from web.pieces import Link, Tag
from web.rendering import code
from web.resources import findings as resources
from web.resources.findings import SEVERITIES, FindingsParams, RuleParams
from web.words import counted, t

_BARS = 12
_FACTS = "layer citation severity categories period begins valid-from valid-to ends id"


def _list(
    context: RequestContext, params: FindingsParams, answer: FindingsPage
) -> Mapping[str, object]:
    names = naming(context)
    table = Table(
        t("findings.title"),
        headings("findings", "rule about occurred since ends"),
        tuple(_row(context, names, row) for row in answer.findings),
    )
    nothing = Nothing(t("findings.nothing"), t("findings.nothing_how"))
    parts = (
        *_by_rule(context, params, answer),
        _filter(context, params, answer),
        table if answer.findings else nothing,
    )
    return {
        "title": t("findings.title"),
        "said": t("findings.said", counted("finding", answer.open)),
        "links": (),
        "parts": tuple(part for part in parts if part),
        "more": (
            _address(context, params, after=answer.next) if answer.next else None,
            _address(context, params) if params.after else None,
        ),
        "forms": ("csv", "xlsx", "json"),
    }


def _address(context: RequestContext, params: FindingsParams, **changes: str | None) -> str:
    """The address of this list with its filters; of some of them, others."""
    filters = {
        "rule": params.rule,
        "severity": params.severity,
        "subject": params.subject,
        "from": params.since,
        "to": params.until,
    }
    return to(context, "findings", **{**filters, **changes})


def _by_rule(
    context: RequestContext, params: FindingsParams, answer: FindingsPage
) -> Iterator[object]:
    """How often each rule is broken; those that are broken less are folded away."""
    bars = tuple(_bar(context, params, count) for count in answer.rules)
    if bars:
        yield Bars(t("findings.by_rule"), bars[:_BARS])
    if rest := bars[_BARS:]:
        others = counted("other-rule", len(rest))
        number = counted("finding", sum(bar.number for bar in rest))
        yield Folded(t("findings.others", others, number), Bars(others, rest))


def _bar(context: RequestContext, params: FindingsParams, count: RuleCount) -> Bar:
    tone = severity(count.severity).tone
    title = told_in(rulebook.rule(count.rule), "title")
    return Bar(title, count.count, _address(context, params, rule=count.rule), tone)


def _filter(context: RequestContext, params: FindingsParams, answer: FindingsPage) -> object:
    rules = {count.rule for count in answer.rules} | ({params.rule} if params.rule else set())
    named: list[tuple[str, str]] = [(id, told_in(rulebook.rule(id), "title")) for id in rules]
    titles = sorted(named, key=lambda pair: pair[1])
    graves = ((word, say("severity", word)) for word in SEVERITIES)
    return filtered(
        context,
        "/findings",
        choice("rule", titles, params.rule),
        choice("severity", graves, params.severity),
        Input("subject", value=params.subject or "", hint="subject"),
        Input("from", "date", value=params.since or ""),
        Input("to", "date", value=params.until or ""),
    )


def _row(context: RequestContext, names: Naming, row: OpenFinding) -> tuple[object, ...]:
    rule = rulebook.rule(row.rule)
    event = say("findings", "event", code(row.event.type, "event"), row.event.position)
    seen = context.has("persons")
    name = row.subject if isinstance(row.subject, str) else None
    return (
        lines(
            Link(to(context, "rules", row.rule), told_in(rule, "title")),
            cited(row.citation),
            severity(row.severity),
            _doubt(row.confidence),
        ),
        lines(
            subject(context, name),
            Link(to(context, "events", str(row.event.position)), event) if seen else event,
            _detail(names, row.detail or ""),
        ),
        when(row.occurred_at),
        when(row.since),
        marked(told_in(rule, "resolved_by")),
    )


def _detail(names: Naming, detail: str) -> str:
    """What a finding is about more closely: codes, fields, countries and ids in words, others as is."""
    said = told(detail)
    if said != detail:
        return said
    return ", ".join(_in_words(names, text) for text in said.split(", "))


def _in_words(names: Naming, text: str) -> str:
    for name in (
        names.latest(text),
        names.activity(text),
        field_name(text, spoken()),
        country_name(text, spoken()),
    ):
        if name != text:
            return name
    return known_word(text) or text


def _doubt(confidence: str) -> Tag | None:
    return Tag(say("confidence", "unconfirmed"), "due") if confidence == "unconfirmed" else None


def _rule(context: RequestContext, _params: RuleParams, answer: RuleShown) -> Mapping[str, object]:
    ends = marked(answer.ends.said(context.language)) if answer.ends else None
    values = (
        say("layer", answer.layer),
        cited(answer.citation),
        severity(answer.severity) if answer.severity else None,
        codes("category", answer.categories),
        answer.period,
        anchor(answer.begins, answer.otherwise) if answer.begins else None,
        day(answer.valid_from),
        day(answer.valid_to) if answer.valid_to else None,
        ends,
        answer.rule,
    )
    named = zip(_FACTS.split(), values, strict=True)
    facts = tuple((t(f"rule.{name}"), value) for name, value in named if value)
    found = Link(to(context, "findings", rule=answer.rule), t("rule.findings"))
    return {
        "title": answer.title.said(context.language),
        "said": t(f"rule.kind-{answer.kind}"),
        "links": (found,) if answer.kind == "finding" else (),
        "parts": (
            *(
                (Notice(cap(say("confidence", "doubt"))),)
                if answer.confidence == "unconfirmed"
                else ()
            ),
            Definitions(facts),
            *(Text(clause.says, t("rule.clause", clause.clause)) for clause in answer.clauses),
        ),
        "forms": ("json",),
    }


PAGES = (
    Page(
        "/findings",
        "findings",
        resources.findings_listed,
        "parts.html",
        _list,
        entry=True,
        export=resources.every_finding,
    ),
    Page("/rules/{id}", "findings", resources.rule, "parts.html", _rule),
)
