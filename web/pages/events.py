"""One event: what happened, whom it is about, what it rests on, and its seal."""

from collections.abc import Iterable, Mapping

from application.answer import Gone, Name
from application.language import spoken
from application.queries.naming import Naming
from application.queries.persons.history import HistoryLine
from application.queries.persons.one_event import BrokenRule, EventShown
from application.sighted import ANNULLED
from application.words import say, told_in
from rulebook import provision as provision_of
from rulebook import rule as rule_of
from schemas import is_person, members
from schemas.references import kind_of
from schemas.texts import field_name
from web.context import RequestContext
from web.linking import person, person_to, to
from web.moments import when
from web.names import activity, fact_word, marked, naming, recipient
from web.page import Page
from web.pages.given import legal_basis, provision
from web.pages.person_acts import is_open
from web.pages.values import (
    OpeningControls,
    category,
    hidden_in_fields,
    is_hidden,
    opening,
    sentence,
    shown,
)
from web.parts import Definitions, Notice, Table, columns, lines
from web.pieces import Erased, Id, Link, Tag, Tone
from web.proof.seals import seal_of, shown_of
from web.rendering import code
from web.resources.events import EventParams, event
from web.words import t, title_of

_ACTIVITIES = frozenset({"activity", "activity_objected"})
_TONES: dict[str, Tone] = {"high": "bad", "medium": "due"}


def _event(
    context: RequestContext, _params: EventParams, answer: EventShown
) -> Mapping[str, object]:
    line, subject = answer.event, answer.subject
    parts = (
        Definitions(tuple(_what(context, answer))),
        Definitions(tuple(_law(context, answer))),
        _personal(context, answer),
        _facts(context, answer),
        *_findings(context, answer),
        Definitions(tuple(_record(answer))),
    )
    return {
        "title": t("event.title", line.position),
        "told": sentence(line.text or line.type),
        "seal": seal_of(context, line.position, shown_of(line)),
        "annulled": _annulled(line.annulled_by),
        "recorded": is_open(line),
        "opening": _opening(context, subject, line),
        "parts": tuple(part for part in parts if part is not None),
    }


def _opening(context: RequestContext, subject: Name, line: HistoryLine) -> OpeningControls | None:
    """What opens the hidden values of an event: they are those of a person."""
    if not isinstance(subject, str) or not is_person(subject):
        return None
    hidden = [field for field, value in line.personal.items() if is_hidden(value)]
    return opening(context, subject, hidden_in_fields(hidden))


def _annulled(by: str | None) -> Notice | None:
    if by is None:
        return None
    return Notice(t("event.taken_back"), t("event.taken_back_by", by) if by != ANNULLED else None)


def _what(context: RequestContext, answer: EventShown) -> Iterable[tuple[object, object]]:
    line = answer.event
    yield t("event.happened"), when(line.occurred_at)
    yield t("event.recorded"), when(line.recorded_at)
    yield t("event.about"), _subject(context, answer)
    if line.categories:
        yield t("event.categories"), ", ".join(category(name) for name in line.categories)


def _subject(context: RequestContext, answer: EventShown) -> object:
    subject = answer.subject
    if isinstance(subject, Gone):
        return Erased()
    if is_person(subject):
        known = kind_of(subject) != "employee" or context.has("staff")
        return Link(person_to(context, subject), title_of(subject)) if known else title_of(subject)
    kind, _, name = subject.partition("/")
    leads = _entry(context, kind, name)
    return Link(leads, subject) if leads else subject


def _entry(context: RequestContext, kind: str, name: str) -> str | None:
    """The page of an entry of a register, where there is one for the reader."""
    if kind == "recipient" and context.has("disclosures"):
        return to(context, "disclosures", recipient=name)
    if kind == "activity" and context.has("register"):
        return to(context, "register", name)
    if kind == "breach" and context.has("incidents"):
        return to(context, "incidents", name)
    return None


def _law(context: RequestContext, answer: EventShown) -> Iterable[tuple[object, object]]:
    """What the act rests on: the activity, the legal basis, the article."""
    line = answer.event
    if line.activity:
        yield t("event.activity"), activity(context, naming(context), line.activity)
    if line.legal_basis:
        yield t("event.legal_basis"), legal_basis(line.legal_basis)
    if line.provision:
        entry = provision_of(line.provision)
        yield t("event.provision"), lines(provision(line.provision), entry.title if entry else None)


def _personal(context: RequestContext, answer: EventShown) -> Table | None:
    rows = tuple(
        (field_name(field, spoken()), shown(context, field, value))
        for field, value in answer.event.personal.items()
    )
    headings = columns(t("event.field"), t("event.value"))
    return Table(t("event.personal"), headings, rows, "personal") if rows else None


def _facts(context: RequestContext, answer: EventShown) -> Table | None:
    names = naming(context)
    rows = tuple(_fact(context, names, *pair) for pair in answer.event.facts.items())
    headings = columns(t("event.fact"), t("event.value"))
    return Table(t("event.facts"), headings, rows) if rows else None


def _fact(context: RequestContext, names: Naming, name: str, value: object) -> tuple[object, ...]:
    texts = members.words().get(name)
    words = texts[spoken()] if texts else name.replace("_", " ")
    return words[:1].upper() + words[1:], _named(context, names, name, value)


def _named(context: RequestContext, names: Naming, fact: str, value: object) -> object:
    """A fact; a recipient or an activity by its name."""
    if isinstance(value, str) and fact == "recipient":
        return recipient(context, names, value)
    if isinstance(value, str) and fact in _ACTIVITIES:
        return activity(context, names, value)
    return _told(context, fact, value)


def _told(context: RequestContext, name: str, value: object) -> object:
    """A fact in words: a person as a link, a code in words, a list with its entries."""
    if isinstance(value, str):
        return person(context, value) if is_person(value) else fact_word(name, value)
    if isinstance(value, Mapping):
        pairs = (_pair(context, name, key, one) for key, one in value.items())
        return lines(*pairs)
    if isinstance(value, list):
        if name.endswith("fields"):
            return ", ".join(field_name(str(one), spoken()) for one in value)
        return lines(*(_told(context, name, one) for one in value))
    return Erased() if isinstance(value, Gone) else value


def _pair(context: RequestContext, name: str, key: str, value: object) -> object:
    word = code(key, "category") if name == "decisions" else key
    return t("values.pair", word, _told(context, key, value))


def _findings(context: RequestContext, answer: EventShown) -> Iterable[Table]:
    if not isinstance(answer.findings, list) or not answer.findings:
        return
    headings = columns(t("event.rule"), t("event.since"), t("event.severity"), t("event.ends"))
    rows = tuple(_rule(context, row) for row in answer.findings)
    yield Table(t("event.findings"), headings, rows, "findings")


def _rule(context: RequestContext, row: BrokenRule) -> tuple[object, ...]:
    title = told_in(rule_of(row.rule), "title")
    severity = Tag(say("severity", row.severity), _TONES.get(row.severity, "plain"))
    ends = marked(told_in(rule_of(row.rule), "resolved_by"))
    return Link(to(context, "rules", row.rule), title), when(row.since), severity, ends


def _record(answer: EventShown) -> Iterable[tuple[object, object]]:
    """What machines call the event, and where its message came from."""
    line = answer.event
    if line.source:  # otherwise its words are not told to the reader
        yield t("event.source"), Id(line.source)
        yield t("event.id"), Id(line.id)
    yield t("event.type"), Id(line.type)
    if isinstance(answer.origin, dict):
        origin = ", ".join(f"{name}: {text}" for name, text in answer.origin.items())
        yield t("event.origin"), Id(origin) if origin else None


PAGES = (Page("/events/{position}", "person", event, "event.html", _event),)
