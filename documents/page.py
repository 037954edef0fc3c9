"""The register as one page for inspectors: in Dutch or English, nothing is loaded, made to be printed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from application.queries.registers.answer import Register, RegisteredActivity
from application.queries.registers.declaration import UNDECLARED
from application.register_words import RegisterWords
from documents.markup import Html, document, element, table
from documents.page_activity import activity_article
from documents.register_parts import RegisterTable, register_parts
from documents.text import clean
from schemas.texts import Language

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_ANNEXES = ("rules", "measures", "drift", "missing", "assessments")


def register_page(answer: Register, language: Language) -> bytes:
    """A complete document in UTF-8."""
    words = RegisterWords(language)
    parts = {part.name: part for part in register_parts(answer, words)}
    title = f"{words.page('title')} · {answer.controller.name}"
    return document(
        language,
        title,
        _STYLE,
        _head(answer, words),
        _part(parts["controller"], words, "30(1)(a)"),
        _overview(answer, words),
        element("main", *_activities(answer, words), *_processor(answer, parts, words)),
        *(_part(parts[name], words) for name in _ANNEXES if parts[name].rows),
        _changes(parts["versions"], words),
    )


def _head(answer: Register, words: RegisterWords) -> Html:
    moments = [words.page("judged_on", answer.judged_on)]
    for name in ("as_of", "recorded_by", "at_position"):
        value: object = getattr(answer, name)
        if value is not None:
            moments.append(words.page(name, value))
    return element(
        "header",
        element("p", words.page("law"), class_="law"),
        element("h1", words.page("title")),
        element("p", answer.controller.name, class_="whose"),
        element("p", " · ".join(moments), class_="moment"),
        element("p", words.page("source")),
        element("p", words.page("measured"), class_="small"),
    )


def _part(part: RegisterTable, words: RegisterWords, point: str | None = None) -> Html:
    """A section with the table of a part."""
    heading = words.code("part", part.name)
    title = f"{heading} ({words.article(point)})" if point else heading
    return element("section", element("h2", title), _table(part, words))


def _table(part: RegisterTable, words: RegisterWords) -> Html:
    """The table of a part, without codes; a list of names and values needs no head."""
    places = [place for place, name in enumerate(part.columns) if name not in _codes(part)]
    names = [part.columns[place] for place in places]
    rows = ([_cell(row[place], words) for place in places] for row in part.rows)
    columns = [] if part.name == "controller" else [words.heading(name) for name in names]
    return table(None, columns, rows, class_=f"part-{part.name}")


def _codes(part: RegisterTable) -> set[str]:
    """The columns of codes whose words another column has: they are for programs."""
    return {"code", "activity"} if "name" in part.columns else {"code"}


def _cell(value: object, words: RegisterWords) -> object:
    """A cell: numbers stay numbers, and a day stays in one piece."""
    if isinstance(value, bool):
        return words.kept(value)
    if isinstance(value, date):
        return element("span", value, class_="day")
    return value if isinstance(value, int) else clean(value)


def _changes(versions: RegisterTable, words: RegisterWords) -> Html | None:
    """The activities whose declaration changed, with every version: the others are told above."""
    names = Counter(row[0] for row in versions.rows)
    changed = versions._replace(rows=[row for row in versions.rows if names[row[0]] > 1])
    return _part(changed, words) if changed.rows else None


# Overview


def _overview(answer: Register, words: RegisterWords) -> Html:
    columns = ("activity", "owner", "retention_kept", "drift", "missing")
    return element(
        "nav",
        element("h2", words.page("overview")),
        element("p", _figures(answer.activities, words)),
        table(
            None,
            [words.heading(name) for name in columns],
            (_line(activity, words) for activity in answer.activities),
            class_="overview",
        ),
        aria_label=words.page("overview"),
    )


def _figures(activities: list[RegisteredActivity], words: RegisterWords) -> str:
    kept = [activity.retention.kept for activity in activities]
    return words.page(
        "figures",
        words.counted("activity", len(activities)),
        kept.count(True),
        kept.count(False),
        kept.count(None),
        words.counted("deviation", sum(len(activity.drift) for activity in activities)),
        words.counted("point", sum(len(activity.missing) for activity in activities)),
    )


def _line(activity: RegisteredActivity, words: RegisterWords) -> list[object]:
    declared, kept = activity.declared or UNDECLARED, activity.retention.kept
    name = words.activity(activity.activity, activity.name)
    link = element("a", name, href=f"#activity-{activity.activity}")
    return [
        link,
        words.code("owner", declared.owner),
        element("span", words.kept(kept), class_="bad") if kept is False else words.kept(kept),
        len(activity.drift),
        len(activity.missing),
    ]


# Activities


def _activities(answer: Register, words: RegisterWords) -> Iterator[Html]:
    yield element("h2", words.page("part_controller"))
    for activity in answer.activities:
        if not _is_processor(activity):
            yield activity_article(activity, words)


def _is_processor(activity: RegisteredActivity) -> bool:
    return (activity.declared or UNDECLARED).role == "processor"


def _processor(
    answer: Register, parts: dict[str, RegisterTable], words: RegisterWords
) -> Iterator[Html]:
    yield element("h2", words.page("part_processor"))
    part = parts["processor"]
    if not part.rows:
        yield element("p", words.page("no_processor"))
        return
    yield _table(part, words)
    yield from _articles(answer.activities, words)


def _articles(activities: Iterable[RegisteredActivity], words: RegisterWords) -> Iterator[Html]:
    return (activity_article(activity, words) for activity in activities if _is_processor(activity))
