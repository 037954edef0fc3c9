"""What a declaration lacks of the record that GDPR Art. 30 asks for, point by point. Pure."""

from collections.abc import Iterator
from typing import Any

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


def missing(activity: dict[str, Any]) -> list[dict[str, Any]]:
    """Each point that is missing, in the order of the article. `activity`: of the answer.

    `detail`: the category or country that it is about, None where it is about none.
    """
    declared = activity["declared"]
    if declared is None:
        return [_item(_CONTROLLER, "declaration")]
    article = _PROCESSOR if declared["role"] == "processor" else _CONTROLLER
    found = [
        _item(f"{article}({p})", name) for p, name in _ALWAYS[article] if not declared.get(name)
    ]
    found += _transfers(activity, article)
    if article == _CONTROLLER:
        found += _of_controller(declared)
    return sorted(found, key=lambda one: (one["article"], one["what"], one["detail"] or ""))


def _transfers(activity: dict[str, Any], article: str) -> Iterator[dict[str, Any]]:
    for transfer in activity["transfers"]:
        if not transfer["mechanisms"]:
            yield _item(f"{article}({_TRANSFER[article]})", "mechanism", transfer["country"])


def _of_controller(declared: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if declared["role"] == "joint-controller" and not declared.get("joint_controllers"):
        yield _item("30(1)(a)", "joint_controllers")
    for category in declared["data_categories"]:
        if category not in declared["retention"]:
            yield _item("30(1)(f)", "retention", category)


def _item(article: str, what: str, detail: str | None = None) -> dict[str, Any]:
    return {"article": article, "what": what, "detail": detail}
