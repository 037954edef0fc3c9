"""Every look at a person's data in one list, the latest first, page by page."""

from heapq import nlargest

from application.answer import Answer, Name
from application.queries.oversight.seen import SeenElsewhere, SeenHere, seen_by
from application.source import Source
from projections.folds.timetravel import Moment


class Look(Answer, frozen=True):
    """One look. `why`: the purpose that another system was told, or the query that asked this ledger.

    `here`: through this ledger. `many`: it told about many at once. `held`, `beyond`, `vog`: as
    `SeenElsewhere` has them.
    """

    position: int
    occurred_at: str
    who: Name
    role: str
    why: str
    here: bool
    many: bool
    categories: list[str]
    held: bool
    beyond: list[str]
    vog: bool
    case_ref: str | None


class Looks(Answer, frozen=True):
    """Looks at a person's data. `count`: of all. `next`: looks before this position are on the next page."""

    subject: str
    looks: list[Look]
    count: int
    next: int | None


def looks(source: Source, reference: str, moment: Moment, before: int | None, limit: int) -> Looks:
    """The looks before a position, at most so many, the latest recorded first. Raises UnknownSubject."""
    seen = seen_by(source, reference, moment)
    everything = [
        *(_elsewhere(look) for look in seen.accesses),
        *(_here(look, many=look.everyone) for look in seen.reads),
        *(_here(look, many=True) for look in seen.lists),
    ]
    left = [look for look in everything if before is None or look.position < before]
    page = nlargest(limit, left, key=lambda look: look.position)
    following = page[-1].position if len(left) > len(page) else None
    return Looks(reference, page, len(everything), following)


def _elsewhere(look: SeenElsewhere) -> Look:
    return Look(
        position=look.position,
        occurred_at=look.occurred_at,
        who=look.employee,
        role=look.role,
        why=look.purpose,
        here=False,
        many=False,
        categories=look.categories,
        held=look.held,
        beyond=look.beyond,
        vog=look.vog,
        case_ref=look.case_ref,
    )


def _here(look: SeenHere, *, many: bool) -> Look:
    return Look(
        position=look.position,
        occurred_at=look.occurred_at,
        who=look.reader,
        role=look.role,
        why=look.query,
        here=True,
        many=many,
        categories=look.categories,
        held=look.held,
        beyond=look.beyond,
        vog=look.vog,
        case_ref=None,
    )
