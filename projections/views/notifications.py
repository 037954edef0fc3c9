"""View `notifications`: recipients to be told that data they had received was changed (GDPR Art. 19).

One row for each person. A recipient must be told if it received a category before a correction or erasure, or
while that category was restricted; likewise a recipient of a debt that is paid, or of a signal of misuse that
was unfounded. The duty ends with a `recipient-notified` that says that it was told, or why it was not. Only
the latest change of a category counts, since a word about it describes the data as it is now; so a row stays
small however often the data changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from ledger.event import RecordedEvent
from projections.folds.compression import RowCompression
from projections.folds.view import Cells, Key, Order, View, order_of
from projections.views.disclosures import DISCLOSES
from rulebook.case_ends import is_cleared, is_settled
from schemas import PERSONAL_FIELDS, names

Action = Literal["rectification", "erasure", "restriction"]
ACTIONS: tuple[Action, ...] = ("rectification", "erasure", "restriction")
EVERYTHING = "*"
_NOTIFIED = names.RECIPIENT_NOTIFIED
_CHANGES: Mapping[str, tuple[Action, bool]] = {
    names.PERSONAL_DATA_CORRECTED: ("rectification", False),
    names.PERSONAL_DATA_REMOVED: ("erasure", False),
    names.PERSONAL_DATA_ERASED: ("erasure", False),
    names.PROCESSING_RESTRICTED: ("restriction", False),
    names.RESTRICTION_LIFTED: ("restriction", True),
    names.COLLECTION_CLOSED: ("rectification", False),
    names.MISUSE_RESOLVED: ("rectification", False),
}
# What a case was about, where its end does not say it: a debt that is gone, a signal that was none.
_ABOUT: Mapping[str, tuple[str, ...]] = {
    names.COLLECTION_CLOSED: ("debt",),
    names.MISUSE_RESOLVED: ("fraud",),
}
# The end of a period of retention is no erasure under Art. 17, of which recipients must be told.
_SILENT = frozenset({"retention"})
# How senders spell an action begins like this.
_STEMS: Mapping[str, Action] = {
    "rect": "rectification",
    "correct": "rectification",
    "eras": "erasure",
    "delet": "erasure",
    "remov": "erasure",
    "restrict": "restriction",
}
# What acts give away by their nature, where their events do not say so.
_BY_NATURE: Mapping[str, tuple[str, ...]] = {
    names.EQUIPMENT_SHIPPED: ("identity", "address"),
    names.NUMBER_PORTING_PERFORMED: ("service",),
}


class CategoryChange(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The latest change of a category. `lifted`: what was restricted may be used again."""

    order: Order
    lifted: bool


class NotificationOutcome(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The latest word to a recipient: that it was told, or why not."""

    order: Order
    outcome: str
    ground: str | None


class Changes(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Receipts and changes of a person's data, by category.

    `given`: maps recipient and category to the time of the first disclosure. `changed`: maps action and
    category to the latest change. `told`: maps recipient, action and category (or all) to the latest word.
    """

    given: dict[str, dict[str, datetime]] = {}
    changed: dict[str, dict[str, CategoryChange]] = {}
    told: dict[str, dict[str, dict[str, NotificationOutcome]]] = {}


class NotificationTask(msgspec.Struct, frozen=True):
    """A recipient, and what it must be told or was told. `told`: None while that is to be done."""

    recipient: str
    action: Action
    categories: tuple[str, ...]
    since: datetime
    told: NotificationOutcome | None


def tasks(changes: Changes) -> list[NotificationTask]:
    """Every task of a person, open or done, by recipient and action; one of each that is open."""
    return [
        task
        for recipient in sorted(changes.given)
        for action in ACTIONS
        if action in changes.changed
        for task in _tasks(changes, recipient, action)
    ]


def _tasks(changes: Changes, recipient: str, action: Action) -> Iterator[NotificationTask]:
    given, told = changes.given[recipient], changes.told.get(recipient, {}).get(action, {})
    by_word: dict[NotificationOutcome | None, list[tuple[str, datetime]]] = {}
    for category, change in sorted(changes.changed[action].items()):
        first, since = given.get(category), change.order.time
        # What is sent while it may only be stored: whoever gets it must hear that as well.
        if first is not None and action == "restriction":
            since = max(first, since)
        if first is not None and first <= since and not change.lifted:
            word = _word(told, category, since)
            by_word.setdefault(word, []).append((category, since))
    for word, changed_categories in by_word.items():
        categories = tuple(category for category, _ in changed_categories)
        yield NotificationTask(
            recipient, action, categories, min(time for _, time in changed_categories), word
        )


def _word(
    told: Mapping[str, NotificationOutcome], category: str, changed: datetime
) -> NotificationOutcome | None:
    """The latest word about a category that came after its change."""
    words = [told[name] for name in (category, EVERYTHING) if name in told]
    after = [word for word in words if word.order.time >= changed]
    return max(after, key=lambda word: word.order, default=None)


def action_named(code: str) -> Action | None:
    """The action that a sender's code stands for; None for any other code."""
    lower = code.lower()
    return next((action for stem, action in _STEMS.items() if lower.startswith(stem)), None)


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """Disclosures about one person, changes and words touch the one row of the person."""
    if event.subject is not None:  # of a registry: a feed about many
        return ()
    if event.name in _CHANGES:
        return () if _is_silent(event) else ("",)
    if event.name == _NOTIFIED:
        return ("",) if action_named(event.facts["action"]) else ()
    return ("",) if event.name in DISCLOSES and "recipient" in event.facts else ()


def _is_silent(event: RecordedEvent) -> bool:
    """Whether nothing changed for recipients: a period ended, a debt stays, there was misuse."""
    facts = event.facts
    if event.name == names.PERSONAL_DATA_ERASED:
        return not event.ours or facts.get("ground") in _SILENT
    if event.name == names.COLLECTION_CLOSED:
        return not is_settled(facts.get("outcome", ""))
    return event.name == names.MISUSE_RESOLVED and not is_cleared(facts.get("outcome", ""))


_Given = dict[str, dict[str, datetime]]
_Changed = dict[str, dict[str, CategoryChange]]
_Told = dict[str, dict[str, dict[str, NotificationOutcome]]]


def evolve(state: Changes | None, event: RecordedEvent) -> Changes:
    """Add what the event says: the first disclosure, the latest change, the latest word."""
    return evolve_many(state, (event,))


def evolve_many(state: Changes | None, events: Sequence[RecordedEvent]) -> Changes:
    """Add what events say."""
    before = state or Changes()
    # What is inside is replaced where it changes: the state before stays as it is.
    given, changed, told = dict(before.given), dict(before.changed), dict(before.told)
    for event in events:
        if event.name in _CHANGES:
            _changed(changed, event)
        elif event.name == _NOTIFIED:
            _notified(told, event)
        else:
            _received(given, event)
    return Changes(given, changed, told)


def _received(given: _Given, event: RecordedEvent) -> None:
    recipient, time = event.facts["recipient"], event.time
    firsts = given.get(recipient, {})
    earlier = {c: time for c in _disclosed(event) if c not in firsts or time < firsts[c]}
    if earlier or recipient not in given:
        given[recipient] = firsts | earlier


def _disclosed(event: RecordedEvent) -> set[str]:
    """Categories that a disclosure names, by themselves or by their fields."""
    categories = set(event.categories) | _categories(event.facts.get("fields", ()))
    return categories or set(_BY_NATURE.get(event.name, ()))


def _categories(fields: Iterable[str]) -> set[str]:
    return {PERSONAL_FIELDS[field] for field in fields if field in PERSONAL_FIELDS}


def _changed(changed: _Changed, event: RecordedEvent) -> None:
    action, lifted = _CHANGES[event.name]
    change = CategoryChange(order_of(event, int(not lifted)), lifted)
    latest = dict(changed.get(action, {}))
    named = set(event.categories) | _categories(event.facts.get("fields", ()))
    for category in named.union(_ABOUT.get(event.name, ())):
        before = latest.get(category)
        latest[category] = change if before is None or before.order < change.order else before
    changed[action] = latest


def _notified(told: _Told, event: RecordedEvent) -> None:
    facts, action = event.facts, action_named(event.facts["action"])
    assert action
    word = NotificationOutcome(order_of(event), facts["outcome"], facts.get("ground"))
    by_action = told.get(facts["recipient"], {})
    latest = dict(by_action.get(action, {}))
    for category in event.categories or (EVERYTHING,):
        before = latest.get(category)
        latest[category] = word if before is None or before.order < word.order else before
    told[facts["recipient"]] = {**by_action, action: latest}


def _open(changes: Changes) -> list[int]:
    """How many tasks are open, by action."""
    if not changes.changed:
        return [0] * len(ACTIONS)
    waiting = [task.action for task in tasks(changes) if task.told is None]
    return [waiting.count(action) for action in ACTIONS]


def _cells(_key: Key, changes: Changes) -> Cells:
    return (sum(_open(changes)),)


VIEW: View[Changes] = View(
    name="notifications",
    version="5",
    type=Changes,
    keys=keys,
    names=frozenset({*_CHANGES, *DISCLOSES, _NOTIFIED}),
    evolve=lambda _subkey, state, event: evolve(state, event),
    evolve_many=lambda _subkey, state, events: evolve_many(state, events),
    layout="notifications",
    cell_types={"open_tasks": "int4"},
    cells=_cells,
    labels=lambda changes: (".".join(map(str, _open(changes))),),
    compression=RowCompression(
        "notifications", "83170e58c6b2a7d23dc7d1d07c154af58f66a27515fc39fba4f600a624792156"
    ),
)
