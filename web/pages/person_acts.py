"""Every event of a person, who looked, and two moments beside each other."""

from collections.abc import Iterable, Mapping

from application.answer import given
from application.language import spoken
from application.queries.oversight.looks import Look, Looks
from application.queries.persons.comparison import Change, ComparedValue, Comparison, Standing
from application.queries.persons.history import HistoryLine, HistoryPage
from application.words import say
from schemas.texts import field_name, query_name
from web.linking import event, moment_texts, person, person_to
from web.moments import moment_text, when
from web.page import Page
from web.pages.persons import head
from web.pages.values import category, hidden_in_fields, is_hidden, may_open, opening, sentence
from web.pages.values import shown as value_of
from web.parts import Table, columns, lines
from web.pieces import Figure, Masked, Tag, Tone
from web.proof.seals import has_seals, seal_of
from web.rendering import code
from web.resources.persons import (
    ComparisonParams,
    PlaceParams,
    person_comparison,
    person_history,
    person_looks,
)
from web.visit import Visit
from web.words import t

SHOWN = 50
"""So many events stand on a page, each with its seal; the answer and its files have up to the limit."""
_TONES: dict[Change, Tone] = {"changed": "due", "new": "due", "gone": "due"}


def more(
    visit: Visit, params: PlaceParams, name: str, following: int | None
) -> tuple[str | None, str | None]:
    """The addresses of the next and of the first page of a list of a person."""
    limit = None if params.limit == 100 else str(params.limit)
    after = person_to(visit, params.reference, name, before=str(following), limit=limit)
    first = person_to(visit, params.reference, name, limit=limit)
    return after if following else None, first if params.before else None


def _history(visit: Visit, params: PlaceParams, answer: HistoryPage) -> Mapping[str, object]:
    said = t("history.said", Figure(answer.count, person_to(visit, params.reference)))
    events = answer.events[:SHOWN]
    following = events[-1].position if len(answer.events) > len(events) else answer.next
    rows = tuple(_event(visit, line) for line in events)
    names = ("when", "what", "data", *(("seal",) if has_seals(visit) else ()))
    headings = (t(f"history.{name}") for name in names)
    hidden = hidden_in_fields(field for line in events for field in _hidden(line))
    return head(visit, params, "history", said) | {
        "parts": (Table(t("history.caption"), columns(*headings), rows),),
        "sealed": True,
        "recorded": any(is_open(line) for line in events),
        "opening": opening(visit, params.reference, hidden),
        "more": more(visit, params, "history", following),
    }


def _event(visit: Visit, line: HistoryLine) -> tuple[object, ...]:
    taken_back = Tag(t("event.annulled"), "due") if line.annulled_by else None
    values = (
        t("values.pair", field_name(field, spoken()), value_of(visit, field, value))
        for field, value in line.personal.items()
        if not is_hidden(value)
    )
    row = (
        event(visit, line.position, when(line.occurred_at)),
        lines(sentence(line.text or line.type), taken_back),
        lines(*values, _hidden_of(visit, line)),
    )
    if not has_seals(visit):
        return row
    told = {"type": line.type, "time": line.occurred_at, "recorded": line.recorded_at}
    return *row, seal_of(visit, line.position, told)


def _hidden_of(visit: Visit, line: HistoryLine) -> object:
    """The hidden values of an event, with one way to open them."""
    hidden = [field_name(field, spoken()) for field in _hidden(line)]
    names = ", ".join(hidden)
    ask = "#opening" if may_open(visit) else None
    return lines(names, Masked(names, ask)) if hidden else None


def _hidden(line: HistoryLine) -> list[str]:
    """The fields of an event whose values are there and not shown."""
    return [field for field, value in line.personal.items() if is_hidden(value)]


def is_open(line: HistoryLine) -> bool:
    """Whether a value of an event is shown."""
    return any(isinstance(value, str | int | list) for value in line.personal.values())


def _looks(visit: Visit, params: PlaceParams, answer: Looks) -> Mapping[str, object]:
    said = t("looks.said", Figure(answer.count, person_to(visit, params.reference, "looks")))
    # Who sees a part is not told in which role somebody looked, so nothing judges it.
    judged = not visit.hides
    names = ("when", "who", "why", "saw", *(("order",) if judged else ()))
    table = Table(
        t("looks.caption"),
        columns(*(t(f"looks.{name}") for name in names)),
        tuple(_look(visit, look, judged=judged) for look in answer.looks),
    )
    return head(visit, params, "looks", said) | {
        "parts": (table,),
        "more": more(visit, params, "looks", answer.next),
    }


def _look(visit: Visit, look: Look, *, judged: bool) -> tuple[object, ...]:
    row = (
        event(visit, look.position, when(look.occurred_at)),
        lines(person(visit, look.who), code(look.role, "role") or None),
        lines(_place(look), look.case_ref, t("looks.many") if look.many else None),
        ", ".join(category(name) for name in look.categories) or t("looks.nothing"),
    )
    return (*row, lines(*_wrong(look)) or Tag(t("looks.in_order"), "good")) if judged else row


def _place(look: Look) -> object:
    """Where somebody looked, and for what, where that is told."""
    place = "here" if look.here else "elsewhere"
    if not look.why:
        return t(f"looks.{place}_only")
    what = query_name(look.why, spoken()) if look.here else code(look.why, "purpose")
    return t(f"looks.{place}", what)


def _wrong(look: Look) -> Iterable[object]:
    beyond = given(look.beyond)
    if not look.held or beyond:
        yield Tag(say("staff", "wrong"), "bad")
    if not look.held:
        yield say("staff", "not-held")
    if beyond:
        yield say("staff", "not-covered", ", ".join(category(name) for name in beyond))


def _comparison(visit: Visit, params: ComparisonParams, answer: Comparison) -> Mapping[str, object]:
    now = moment_texts(visit.moment)
    earlier = moment_texts(params.earlier(visit.moment, visit.now))
    headings = (t("compare.what"), said_of(earlier), said_of(now), t("compare.change"))
    values = tuple(_compared(visit, row) for row in answer.values)
    standing = tuple(
        (category(row.category), _states(row.before), _states(row.after))
        for row in answer.categories
    )
    changed = sum(row.change != "same" for row in answer.values)
    said = t("comparison.said", Figure(changed, "#values"))
    every = [value for row in answer.values for value in (row.before, row.after) if value]
    hidden = hidden_in_fields(row.field for row in answer.values if _masked(row))
    return head(visit, params, "comparison", said) | {
        "parts": (
            Table(t("comparison.values"), columns(*headings), values, "values"),
            Table(t("comparison.categories"), columns(*headings[:3]), standing),
        ),
        "compared": earlier,
        "recorded": any(isinstance(value.value, str | int | list) for value in every),
        "opening": opening(visit, params.reference, hidden),
    }


def said_of(moment: Mapping[str, str]) -> object:
    """A moment in words, by its parameters."""
    if not moment:
        return t("moment.now")
    texts = {name: moment_text(text) for name, text in moment.items()}
    parts = [
        t(f"moment.{word}", texts[name])
        for name, word in (
            ("as-of", "occurred"),
            ("recorded-by", "recorded"),
            ("at-position", "position"),
        )
        if name in texts
    ]
    return lines(*parts)


def _compared(visit: Visit, row: ComparedValue) -> tuple[object, ...]:
    cells = [
        lines(
            value_of(visit, row.field, value.value),
            event(visit, value.position, when(value.occurred_at)),
        )
        if value
        else None
        for value in (row.before, row.after)
    ]
    change = Tag(t(f"compare.{row.change}"), _TONES.get(row.change, "plain"))
    return lines(field_name(row.field, spoken()), category(row.category)), *cells, change


def _masked(row: ComparedValue) -> bool:
    return any(value is not None and is_hidden(value.value) for value in (row.before, row.after))


def _states(some: Iterable[Standing]) -> object:
    return lines(*(t(f"standing.{name}") for name in some))


PAGES = (
    Page("/persons/{kind}/{id}/history", "person", person_history, "person_part.html", _history),
    Page("/persons/{kind}/{id}/looks", "person", person_looks, "person_part.html", _looks),
    Page(
        "/persons/{kind}/{id}/comparison",
        "person",
        person_comparison,
        "comparison.html",
        _comparison,
    ),
)
