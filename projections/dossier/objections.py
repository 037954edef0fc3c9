"""Objections to processing activities, and which of them are objections to direct marketing. Pure.

The declarations of an activity say its purpose, not its name (GDPR Art. 21(2) and (3)). An activity is direct
marketing if any of its declarations, at any time, names a purpose that the rulebook knows as direct
marketing. The id of an activity without a declaration is read as its purpose. An objection to direct
marketing is final: an overruling has no effect.
"""

from collections.abc import Iterator
from datetime import datetime

from projections.dossier.dossier import PURPOSES, Dossier
from projections.dossier.look import FactContext
from rulebook.purposes import is_direct_marketing

_PREFIX = "objected/"
_OVERRULED = "overruled"


def activity_name(activity: str) -> str:
    """How dossiers know an activity."""
    return f"activity/{activity}"


def is_declared(dossier: Dossier) -> bool:
    """Whether anybody said what an activity is for."""
    return bool(dossier.all(PURPOSES))


def is_marketing(activity: str, dossier: Dossier) -> bool:
    """Whether an activity is direct marketing; `dossier`: of the activity."""
    if not is_declared(dossier):
        return is_direct_marketing(activity)
    return any(is_direct_marketing(code) for mark in dossier.all(PURPOSES) for code in mark.codes)


def activities_objected_to(dossier: Dossier) -> Iterator[str]:
    """The activities that a person ever objected to."""
    return (topic.removeprefix(_PREFIX) for topic in dossier.marks if topic.startswith(_PREFIX))


def objects_to_marketing(look: FactContext, at: datetime) -> bool:
    """Whether a person had objected to direct marketing by a time, by any activity."""
    return any(
        is_marketing(activity, look.at(activity_name(activity))) and _raised(look.own, activity, at)
        for activity in activities_objected_to(look.own)
    )


def _raised(dossier: Dossier, activity: str, at: datetime) -> bool:
    return any(mark.says != _OVERRULED for mark in dossier.until(f"{_PREFIX}{activity}", at))


def objection_to(activity: str, look: FactContext, at: datetime) -> str | None:
    """The state of an objection to an activity at a time: open, upheld or overruled; None without an
    objection.
    """
    marks = look.own.until(f"{_PREFIX}{activity}", at)
    if not marks:
        return None
    standing = [str(mark.says) for mark in marks if mark.says != _OVERRULED]
    if standing and is_marketing(activity, look.at(activity_name(activity))):
        return standing[-1]
    return str(marks[-1].says)
