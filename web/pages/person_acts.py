"""Every event of a person, who looked, and two moments beside each other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from application.answer import given
from application.language import spoken
from application.queries.oversight.looks import Look, Looks
from application.queries.persons.comparison import Change, ComparedValue, Comparison, Standing
from application.queries.persons.history import HistoryLine, HistoryPage
from application.words import say
from schemas.texts import field_name, query_name
from web.context import RequestContext
from web.linking import event, moment_texts, person, person_to
from web.moments import day, moment_text, time_of_day, when
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
from web.words import counted, t, word

SHOWN = 50
"""So many events stand on a page, each with its seal; the answer and its files have up to the limit."""
_TONES: dict[Change, Tone] = {"changed": "due", "new": "due", "gone": "due"}


def more(
    context: RequestContext, params: PlaceParams, name: str, following: int | None
) -> tuple[str | None, str | None]:
    """The addresses of the next and of the first page of a list of a person."""
    limit = None if params.limit == 100 else str(params.limit)
    after = person_to(context, params.reference, name, before=str(following), limit=limit)
    first = person_to(context, params.reference, name, limit=limit)
    return after if following else None, first if params.before else None


def _history(
    context: RequestContext, params: PlaceParams, answer: HistoryPage
) -> Mapping[str, object]:
    said = t("history.said", Figure(answer.count, person_to(context, params.reference)))
    events = answer.events[:SHOWN]
    following = events[-1].position if len(answer.events) > len(events) else answer.next
    rows = tuple(_event(context, line) for line in events)
    names = ("when", "what", "data", *(("seal",) if has_seals(context) else ()))
    headings = (t(f"history.{name}") for name in names)
    hidden = hidden_in_fields(field for line in events for field in _hidden(line))
    return head(context, params, "history", said) | {
        "parts": (Table(t("history.caption"), columns(*headings), rows),),
        "sealed": True,
        "recorded": any(is_open(line) for line in events),
        "opening": opening(context, params.reference, hidden),
        "more": more(context, params, "history", following),
    }


def _event(context: RequestContext, line: HistoryLine) -> tuple[object, ...]:
    taken_back = Tag(t("event.annulled"), "due") if line.annulled_by else None
    values = (
        t("values.pair", field_name(field, spoken()), value_of(context, field, value))
        for field, value in line.personal.items()
        if not is_hidden(value)
    )
    row = (
        event(context, line.position, when(line.occurred_at)),
        lines(sentence(line.text or line.type), taken_back),
        lines(*values, _hidden_of(context, line)),
    )
    if not has_seals(context):
        return row
    told = {"type": line.type, "time": line.occurred_at, "recorded": line.recorded_at}
    return *row, seal_of(context, line.position, told)


def _hidden_of(context: RequestContext, line: HistoryLine) -> object:
    """The hidden values of an event, with one way to open them."""
    hidden = [field_name(field, spoken()) for field in _hidden(line)]
    names = ", ".join(hidden)
    ask = "#opening" if may_open(context) else None
    return lines(names, Masked(names, ask)) if hidden else None


def _hidden(line: HistoryLine) -> list[str]:
    """The fields of an event whose values are there and not shown."""
    return [field for field, value in line.personal.items() if is_hidden(value)]


def is_open(line: HistoryLine) -> bool:
    """Whether a value of an event is shown."""
    return any(isinstance(value, str | int | list) for value in line.personal.values())


def _looks(context: RequestContext, params: PlaceParams, answer: Looks) -> Mapping[str, object]:
    said = t("looks.said", Figure(answer.count, person_to(context, params.reference, "looks")))
    # Who sees a part is not told in which role somebody looked, so nothing judges it.
    judged = not context.hides
    names = ("when", "who", "why", "saw", *(("order",) if judged else ()))
    lists = [look for look in answer.looks if look.many and not look.everyone]
    table = Table(
        t("looks.caption"),
        columns(*(t(f"looks.{name}") for name in names)),
        tuple(_look(context, look, judged=judged) for look in answer.looks if look not in lists),
    )
    return head(context, params, "looks", said) | {
        "parts": (table, *_lists(context, lists)),
        "more": more(context, params, "looks", answer.next),
    }


def _look(context: RequestContext, look: Look, *, judged: bool) -> tuple[object, ...]:
    opened = t("looks.opened", word(f"reason.{look.reason}")) if look.reason else None
    row = (
        span_of(context, look),
        lines(person(context, look.who), code(look.role, "role") or None),
        lines(
            Tag(opened, "due") if opened else None,
            look.case_ref,
            *questions(look),
            t("looks.all") if look.everyone else None,
        ),
        ", ".join(category(name) for name in look.categories) or t("looks.nothing"),
    )
    return (*row, lines(*_wrong(look)) or Tag(t("looks.in_order"), "good")) if judged else row


def span_of(context: RequestContext, look: Look) -> object:
    """When somebody looked, which leads to its event; of a visit until when, or that it goes on."""
    begun = when(look.occurred_at)
    if look.position is None:
        return lines(begun, Tag(t("looks.going_on"), "due"))
    ended = t("looks.until", time_of_day(look.until)) if look.until != look.occurred_at else None
    return lines(event(context, look.position, begun), ended)


def questions(look: Look) -> Iterator[object]:
    """Where somebody looked, and for what, where that is told; of a visit how often for each."""
    place = "here" if look.here else "elsewhere"
    for why, count in _asked(look).items():
        what = query_name(why, spoken()) if look.here else code(why, "purpose")
        where = t(f"looks.{place}", what) if why else t(f"looks.{place}_only")
        yield t("looks.times", where, counted("time", count)) if count > 1 else where


def _asked(look: Look) -> Counter[str]:
    """How often each question was asked, in the order of the first time."""
    asked: Counter[str] = Counter()
    for part in look.parts:
        asked[part.why] += len(part.times)
    return asked or Counter({look.why: look.count})


def _lists(context: RequestContext, looks: Iterable[Look]) -> Iterator[Table]:
    """Answers about many, of which no event says whom they named: by day, reader and role."""
    days: dict[tuple[object, ...], Counter[str]] = {}
    for look in looks:
        who = day(look.occurred_at), person(context, look.who), code(look.role, "role") or None
        days.setdefault(who, Counter()).update(_asked(look))
    rows = tuple(
        (
            date,
            lines(who, role),
            lines(
                *(
                    t("looks.times", query_name(why, spoken()), counted("time", count))
                    for why, count in asked.items()
                    if why
                )
            ),
        )
        for (date, who, role), asked in days.items()
    )
    if rows:
        names = ("day", "who", "list")
        yield Table(t("looks.lists"), columns(*(t(f"looks.{name}") for name in names)), rows)


def _wrong(look: Look) -> Iterable[object]:
    beyond = given(look.beyond)
    if not look.held or beyond:
        yield Tag(say("staff", "wrong"), "bad")
    if not look.held:
        yield say("staff", "not-held")
    if beyond:
        yield say("staff", "not-covered", ", ".join(category(name) for name in beyond))


def _comparison(
    context: RequestContext, params: ComparisonParams, answer: Comparison
) -> Mapping[str, object]:
    now = moment_texts(context.moment)
    earlier = moment_texts(params.earlier(context.moment, context.now))
    headings = (t("compare.what"), said_of(earlier), said_of(now), t("compare.change"))
    values = tuple(_compared(context, row) for row in answer.values)
    standing = tuple(
        (category(row.category), _states(row.before), _states(row.after))
        for row in answer.categories
    )
    changed = sum(row.change != "same" for row in answer.values)
    said = t("comparison.said", Figure(changed, "#values"))
    every = [value for row in answer.values for value in (row.before, row.after) if value]
    hidden = hidden_in_fields(row.field for row in answer.values if _masked(row))
    return head(context, params, "comparison", said) | {
        "parts": (
            Table(t("comparison.values"), columns(*headings), values, "values"),
            Table(t("comparison.categories"), columns(*headings[:3]), standing),
        ),
        "compared": earlier,
        "recorded": any(isinstance(value.value, str | int | list) for value in every),
        "opening": opening(context, params.reference, hidden),
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


def _compared(context: RequestContext, row: ComparedValue) -> tuple[object, ...]:
    cells = [
        lines(
            value_of(context, row.field, value.value),
            event(context, value.position, when(value.occurred_at)),
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
