"""The privacy notice beside law and practice, and what law and house say of each purpose."""

import re
from collections.abc import Iterator, Mapping

import rulebook
from application.language import spoken
from application.queries.naming import Naming
from application.queries.oversight.lint import Contrast, Lint, LintFinding, Said
from application.queries.registers.purposes import DeclaredUse, PurposeRow, PurposesAnswer
from application.register_words import RegisterWords
from application.words import say, told_in
from web.context import RequestContext
from web.linking import to
from web.moments import dated, day, day_text
from web.names import cited, code_in_words, marked, naming
from web.page import Page
from web.pages.common import cap, headings, severity
from web.parts import Nothing, Table, lines
from web.pieces import Link, Tag
from web.rendering import code
from web.resource import NoParams
from web.resources import register as resources
from web.words import counted, t

_PLACES = 2


def _lint(context: RequestContext, _params: NoParams, answer: Lint) -> Mapping[str, object]:
    names = naming(context)
    table = Table(
        t("lint.table"),
        headings("lint", "clause wrong says practice ends"),
        tuple(_departure(context, names, row) for row in answer.findings),
    )
    notice = answer.notice
    said = (
        say("lint", "title", notice.version, day_text(notice.effective_from))
        if notice
        else say("lint", "none")
    )
    nothing = Nothing(t("lint.nothing"), t("lint.nothing_how"))
    return {
        "title": t("lint.title"),
        "said": t("lint.said", counted("departure", answer.open), said),
        "links": (Link(to(context, "register"), t("register.title")),),
        "parts": (table if answer.findings else nothing,),
        "forms": ("csv", "xlsx", "json"),
    }


def _departure(context: RequestContext, names: Naming, row: LintFinding) -> tuple[object, ...]:
    doubt = (
        Tag(say("confidence", "unconfirmed"), "due") if row.confidence == "unconfirmed" else None
    )
    title = (
        Link(to(context, "rules", row.rule), row.title) if context.has("findings") else row.title
    )
    some = say("lint", "some") if row.expects == "some" and row.values else None
    return (
        row.clause,
        lines(title, cited(row.citation), severity(row.severity), doubt),
        lines(*map(_said, row.says)) or say("value", "nothing"),
        lines(some, *(_contrast(names, value) for value in row.values)),
        marked(row.resolved_by),
    )


def _said(said: Said) -> object:
    """What the notice says: its clause, the statement in words, its values."""
    claim = rulebook.NOTICE_CLAIMS.get(said.claim)
    title = told_in(claim, "title") if claim else said.claim.replace("-", " ")
    values = ", ".join(code_in_words(value.strip()) for value in said.value.split(","))
    return t("lint.statement", said.clause, title, values)


def _contrast(names: Naming, contrast: Contrast) -> str:
    """The value, and where it was seen; of many places the first ones."""
    claim, places = rulebook.NOTICE_CLAIMS.get(contrast.value), contrast.seen_in
    value = told_in(claim, "title") if claim else code_in_words(contrast.value)
    hidden = len(places) - _PLACES
    more = [say("lint", "more", hidden)] if hidden > 0 else []
    shown = [dated(_place(names, place)) for place in places[:_PLACES]]
    return f"{value} ({'; '.join([*shown, *more])})" if places else value


def _place(names: Naming, place: str) -> str:
    """Where something was seen, with the name of the activity or the recipient in place of its id."""
    for kind, named in (
        ("undeclared", names.activity),
        ("activity", names.activity),
        ("recipient", names.latest),
    ):
        found = re.fullmatch(re.escape(say("place", kind, "\0")).replace("\0", "(.+)"), place)
        if found:
            return say("place", kind, named(found.group(1)))
    return place


def _purposes(
    context: RequestContext, _params: NoParams, answer: PurposesAnswer
) -> Mapping[str, object]:
    names = naming(context)
    table = Table(
        t("purposes.table"),
        headings("purposes", "purpose law house declared"),
        tuple(_purpose(context, names, row) for row in answer.purposes),
    )
    return {
        "title": t("purposes.title"),
        "said": t("purposes.said", day(answer.judged_on), answer.not_allowed),
        "links": (Link(to(context, "register"), t("register.title")),),
        "parts": (table,),
        "forms": ("csv", "xlsx", "json"),
    }


def _purpose(context: RequestContext, names: Naming, row: PurposeRow) -> tuple[object, ...]:
    return (
        cap(code(row.purpose, "purpose")),
        lines(*_said_by(row, "law")),
        lines(*_said_by(row, "house")),
        lines(*(_declares(context, names, use) for use in row.declared)),
    )


def _said_by(row: PurposeRow, layer: str) -> Iterator[object]:
    for entry in row.entries:
        if entry.layer == layer:
            yield told_in(entry, "title")
            bases = RegisterWords(spoken()).codes("legal_basis", entry.legal_bases)
            yield lines(*bases) or Tag(say("purposes", "forbidden"), "bad")
            yield cited(entry.citation)


def _declares(context: RequestContext, names: Naming, use: DeclaredUse) -> object:
    link = Link(to(context, "register", use.activity), names.activity(use.activity))
    basis = RegisterWords(spoken()).code("legal_basis", use.legal_basis)
    if not use.verdicts:
        return lines(link, basis, Tag(say("purposes", "unknown"), "bad"))
    denied = (
        Tag(say("purposes", f"denied-{verdict.layer}", told_in(verdict, "why")), "bad")
        for verdict in use.verdicts
        if not verdict.allowed
    )
    return lines(link, basis, *denied)


PAGES = (
    Page("/lint", "register", resources.lint, "parts.html", _lint),
    Page("/purposes", "register", resources.purposes, "parts.html", _purposes),
)
