"""The transparency report as CSV and as a page, in Dutch or English."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from pathlib import Path

from application.queries.disclosures.transparency import (
    Count,
    KindCounts,
    Total,
    TransparencyReport,
    total_of,
)
from application.words import headings, phrase
from documents.markup import Html, document, element, table
from documents.tables import table_csv
from schemas.texts import Language

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")


def transparency_csv(answer: TransparencyReport, language: Language) -> bytes:
    """One row a kind of recipient, one column a quarter."""
    return table_csv(*transparency_rows(answer, language))


def transparency_page(
    answer: TransparencyReport, language: Language, *, controller: str, made_at: str
) -> bytes:
    """A complete document in UTF-8: a table for each year, and one of the years when there are several."""
    years = [list(quarters) for _, quarters in groupby(answer.quarters, _year)]
    return document(
        language,
        phrase("transparency", "title", language),
        _STYLE,
        _head(answer, language, controller, made_at),
        element("main", *_tables(answer, years, language)),
    )


def transparency_rows(
    answer: TransparencyReport, language: Language
) -> tuple[list[str], list[list[Count]]]:
    """The columns and the rows of the report, totals last."""
    kind_heading, total = headings("transparency", "kind total", language)
    columns = [kind_heading, *answer.quarters, total]
    rows = [
        [_title(kind, language), *_counts(kind, answer.quarters), _total(kind)]
        for kind in answer.kinds
    ]
    totals = (_total(answer.totals[quarter]) for quarter in answer.quarters)
    return columns, [*rows, [total, *totals, _total(answer)]]


def _head(answer: TransparencyReport, language: Language, controller: str, made_at: str) -> Html:
    quarters = answer.quarters
    moment = [
        phrase("transparency", "made", language, made_at),
        phrase("transparency", "period", language, quarters[0], quarters[-1]) if quarters else None,
    ]
    return element(
        "header",
        element("h1", phrase("transparency", "title", language)),
        element("p", controller, class_="whose"),
        element("p", " · ".join(filter(None, moment)), class_="moment"),
        element("p", phrase("transparency", "rule", language)),
        element("p", phrase("transparency", "running", language, answer.running_quarter)),
        element("p", phrase("transparency", "scope", language)),
    )


def _tables(
    answer: TransparencyReport, years: Sequence[Sequence[str]], language: Language
) -> Iterator[Html]:
    if not years:
        yield element("p", phrase("transparency", "none", language))
    if len(years) > 1:
        yield _section(phrase("transparency", "years", language), answer, years, language, _year)
    for quarters in years:
        columns = [[quarter] for quarter in quarters]
        yield _section(_year(quarters[0]), answer, columns, language, _quarter)


def _section(
    title: str,
    answer: TransparencyReport,
    columns: Sequence[Sequence[str]],
    language: Language,
    name: Callable[[str], str],
) -> Html:
    """A table with a column for each group of quarters, and their total.

    Every total is made of what is shown, so it tells no more than that does.
    """
    kind_heading, total = headings("transparency", "kind total", language)
    groups = [*columns, list(chain.from_iterable(columns))]
    rows = [
        [_title(kind, language), *(_together(_counts(kind, group)) for group in groups)]
        for kind in answer.kinds
    ]
    last = [_all_of(answer, group) for group in groups]
    heads = [kind_heading, *(name(group[0]) for group in columns), total]
    lines = [*rows, [total, *last]]
    figures = table(None, heads, lines, class_="figures", labelled=False)
    return element("section", element("h2", title), element("div", figures, class_="scroll"))


def _all_of(answer: TransparencyReport, quarters: Sequence[str]) -> Count:
    return _together(chain.from_iterable(_counts(row, quarters) for row in answer.kinds))


def _year(quarter: str) -> str:
    return quarter[:4]


def _quarter(quarter: str) -> str:
    return quarter[5:]


def _title(kind: KindCounts, language: Language) -> str:
    return kind.title_nl if language == "nl" else kind.title


def _counts(kind: KindCounts, quarters: Iterable[str]) -> list[Count]:
    return [kind.counts[quarter] for quarter in quarters]


def _together(counts: Iterable[Count]) -> Count:
    """The sum of counts as they are shown. Where one of several is hidden: the least that the sum can be."""
    shown = list(counts)
    # A single hidden count stays `<5`; a sum over a hidden count is `≥` the least that it can be.
    return shown[0] if len(shown) == 1 else _total(total_of(shown))


def _total(line: Total) -> Count:
    """A total; the least that it can be where the total is hidden."""
    return line.total if line.total is not None else f"≥ {line.at_least}"
