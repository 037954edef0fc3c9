"""Parts of lists of cases, by key, as of any moment."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from application.queries.parts import Part, place_named, taken
from application.source import Source
from projections.folds.timetravel import NOW, Moment
from projections.folds.view import View
from projections.reading.cases import CaseFilter, CasePlace, cases, cases_known, counts_of

S = TypeVar("S")
U = TypeVar("U")


def case_part(
    source: Source,
    view: View[S],
    wanted: CaseFilter,
    part: Part,
    moment: Moment,
    fitting: Callable[[S], U | None],
) -> tuple[list[tuple[CasePlace, U]], str | None]:
    """The cases of a part, each with its place, and the key of the part that follows.

    They stand where they stand now, also as of a time at which they had not ended yet; as they were known
    before, where they stood then. `fitting`: what becomes of a case; None: it does not fit. Raises
    Misconfigured.
    """
    after = place_named(source, part.after, CasePlace) if part.after else None
    if moment.known == NOW:
        rows = cases(source.session, view, wanted, after, part.limit + 1)
    else:
        rows = cases_known(source.session, view, wanted, moment.known, source.privacy_office, after)
    if source.reads.sight.partial:  # what is not told counts for nothing, so that no place shows it
        rows = (row for row in rows if fitting(row[1]) is not None)

    def placed(row: tuple[CasePlace, S]) -> tuple[CasePlace, U] | None:
        made = fitting(row[1])
        return None if made is None else (row[0], made)

    return taken(source, ((row[0], row) for row in rows), part.limit, placed)


def counted(source: Source, view: View[S], kind: str | None = None) -> tuple[int, int]:
    """How many cases are open now, and how many of them too late; of a kind, or of all."""
    counts: Mapping[str, tuple[int, int]] = counts_of(source.session, view, source.now)
    chosen = [numbers for name, numbers in counts.items() if kind in {None, name}]
    return sum(opened for opened, _ in chosen), sum(late for _, late in chosen)
