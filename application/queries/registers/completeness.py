"""What a declaration lacks of the record that GDPR Art. 30 asks for, point by point. Pure."""

from collections.abc import Iterable, Iterator

from application.answer import Answer
from application.queries.registers.declaration import Declaration

_CONTROLLER, _PROCESSOR = "30(1)", "30(2)"
# Point of the article, the fact that it asks for.
_ALWAYS = {
    _CONTROLLER: (
        ("b", "purposes"),
        ("c", "subject_categories"),
        ("c", "data_categories"),
        ("g", "security_measures"),
    ),
    _PROCESSOR: (("a", "on_behalf_of"), ("b", "processing"), ("d", "security_measures")),
}
POINTS: frozenset[str] = frozenset(
    {"declaration", "joint_controllers", "mechanism", "retention"}
    | {name for points in _ALWAYS.values() for _, name in points}
)
"""Everything that may be missing."""
_TRANSFER = {_CONTROLLER: "e", _PROCESSOR: "c"}


class MissingPoint(Answer, frozen=True):
    """A point of the article that a declaration lacks; `detail`: the category or country, if it has one."""

    article: str
    what: str
    detail: str | None = None


def missing(declared: Declaration | None, unsafe: Iterable[str]) -> list[MissingPoint]:
    """Each point that is missing, in the order of the article.

    `unsafe`: third countries to which a transfer rests on nothing.
    """
    if declared is None:
        return [MissingPoint(_CONTROLLER, "declaration")]
    article = _PROCESSOR if declared.role == "processor" else _CONTROLLER
    points = [
        MissingPoint(f"{article}({point})", name)
        for point, name in _ALWAYS[article]
        if not getattr(declared, name)
    ]
    transfers = f"{article}({_TRANSFER[article]})"
    points += [MissingPoint(transfers, "mechanism", country) for country in unsafe]
    if article == _CONTROLLER:
        points += _of_controller(declared)
    return sorted(points, key=lambda point: (point.article, point.what, point.detail or ""))


def _of_controller(declared: Declaration) -> Iterator[MissingPoint]:
    if declared.role == "joint-controller" and not declared.joint_controllers:
        yield MissingPoint("30(1)(a)", "joint_controllers")
    for category in declared.data_categories:
        if category not in declared.retention:
            yield MissingPoint("30(1)(f)", "retention", category)
