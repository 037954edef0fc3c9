"""What keeps a person's data: holds, disputes, claims, cases, requests, restrictions, contracts. Pure.

Read from the dossier of the person (`findings_dossier`), in the words of the rulebook (`rulebook.Keeping`).
"""

from collections.abc import Callable, Mapping

from projections.findings_dossier import Dossier
from projections.holds import holds_by_ref
from rulebook import Keeping
from rulebook.erasure import Kept

__all__ = ["keepings_of", "restricted"]

# A request for erasure does not stand in its own way.
_ERASURE = "erasure"


def keepings_of(dossier: Dossier) -> list[Keeping]:
    """Everything in force that keeps data, whatever its erasure is asked for, in the order of topics."""
    found = [
        Keeping("hold", ref, frozenset(categories))
        for ref, categories in holds_by_ref(dossier).items()
    ]
    if categories := restricted(dossier):
        found.append(Keeping("restriction", categories=categories))
    for topic in sorted(dossier.marks):
        name, _, ref = topic.partition("/")
        if name in _KEEPS:
            kind, keeps = _KEEPS[name]
            if keeps(dossier, topic, ref):
                found.append(Keeping(kind, ref))
    return found


def _is_open(dossier: Dossier, topic: str, _ref: str) -> bool:
    return bool(dossier.all(topic)[-1].says == "open")


def _is_running(dossier: Dossier, topic: str, _ref: str) -> bool:
    return bool(dossier.all(topic)[-1].says == "running")


def _is_pending(dossier: Dossier, topic: str, ref: str) -> bool:
    return dossier.all(topic)[-1].says != _ERASURE and not dossier.all(f"answered/{ref}")


_KEEPS: Mapping[str, tuple[Kept, Callable[[Dossier, str, str], bool]]] = {
    "dispute": ("dispute", _is_open),
    "debt": ("debt", _is_open),
    "case": ("case", _is_open),
    "contract": ("contract", _is_running),
    "right": ("request-open", _is_pending),
}
"""Topic of a dossier -> what it is to the rulebook, and whether it keeps anything now."""


def restricted(dossier: Dossier) -> frozenset[str]:
    """Categories that may only be stored: restricted, and not released since (GDPR art. 18)."""
    latest = {
        category: (mark.order, True)
        for mark in dossier.all("restriction")
        for category in mark.says
    }
    for mark in dossier.all("restriction-lifted"):
        for category in mark.says:
            if category in latest and latest[category][0] < mark.order:
                latest[category] = mark.order, False
    return frozenset(category for category, (_, stands) in latest.items() if stands)
