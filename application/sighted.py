"""What of events a reader is told from whom categories are hidden: the one place that decides it.

The rulebook's table says for a type and a hidden category whether an event is told whole, reduced or not at
all (`rulebook/telling.py`). What is told of an event depends on its type and on what is told, never on what
is not. So two ledgers that differ in what is hidden alone give the same answers, as these are folded from
what is told. What took effect of an account, a service or a restriction is never hidden.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple

from msgspec import convert
from msgspec.structs import replace

from application.sight import Sight
from application.undisclosed import hidden_in
from ledger.event import RecordedEvent, is_own_source
from ledger.storage.postgres import Session
from projections.folds.annulment import Name, name_of
from projections.folds.powers import type_of
from projections.folds.timetravel import READ, SelectedEvents
from projections.keeping.holds import UNDISCLOSED, Hold
from projections.reading.views import recipients_by_id, register_entries
from projections.views.disclosures import NATURE, Disclosure
from rulebook import telling
from rulebook.telling import MATTERS, Implication, Telling, telling_of
from schemas import PERSONAL_FIELDS, REMARK, names
from schemas.encoding import JsonValue
from schemas.events.itself import Look

ANNULLED = "annulled"
"""For a reader who sees a part it stands in the place of the id of what took an event back."""
_FIELDS = "fields"  # such as `fields` and `allowed_fields`
_DECISIONS, _REMARKS, _KEYS = "decisions", "remarks", "keys_destroyed"
_CARRIED, _LOOKS = "carries_over", "looks"
_OBJECTED = "activity_objected"
_DISCLOSURE, _ANNULS, _ANNULS_SOURCE = "disclosure_id", "annuls", "annuls_source"
_PROVIDERS = frozenset({names.NUMBER_PORTING_REQUESTED, names.NUMBER_PORTING_CANCELLED})
_PROVIDER = NATURE[names.NUMBER_PORTING_PERFORMED].recipient_kind
Facts = dict[str, JsonValue]
Told = RecordedEvent | Disclosure
"""An event, or the row of the view of disclosures that was made of one."""


class Register:
    """What recipients and activities tell of by what the register says; it is read when it is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def recipient(self, id: str, stated: Iterable[str]) -> Implication:
        """What a recipient tells of. `stated`: kinds that the event says, or its type."""
        return telling.of_kinds({*stated, *self._kinds.get(id, ())})

    def activity(self, id: str) -> Implication:
        """What an activity tells of, whenever it was declared for what."""
        return telling.of_activity(id, self._purposes.get(id, ()))

    @cached_property
    def _kinds(self) -> Mapping[str, set[str]]:
        rows = recipients_by_id(self._session).items()
        return {id: {version.kind for version in row.versions} for id, row in rows}

    @cached_property
    def _purposes(self) -> Mapping[str, set[str]]:
        return {
            entry.activity: {
                purpose["purpose"]
                for version in entry.versions
                for purpose in version.facts["purposes"]
            }
            for entry in register_entries(self._session)
        }


class _Words(NamedTuple):
    """What an event says beside its categories and values."""

    facts: Facts
    activity: str | None = None
    legal_basis: str | None = None
    provision: str | None = None


class Teller:
    """Tells one reader of events. A reader from whom nothing is hidden gets them as they are."""

    def __init__(self, sight: Sight, register: Register) -> None:
        self._sight, self._hidden = sight, sight.hidden
        self._reduces = bool(self._hidden & MATTERS)
        self._register = register

    def event(self, event: RecordedEvent) -> RecordedEvent | None:
        """An event as the reader may know of it, apart from other events; None where that is not at all."""
        if not self._hidden:
            return event
        words = self._words(event, event.sealed)
        if words is None:
            return None
        known = self._sight.known
        sealed = {name: event.sealed[name] for name in known(event.sealed)}
        categories = tuple(known(event.categories))
        return replace(event, categories=categories, sealed=sealed, trace={}, **words._asdict())

    def rows(self, rows: Iterable[Disclosure]) -> Iterator[Disclosure]:
        """Disclosures as the reader may know of them, in their order; those that are told."""
        for row in rows:
            words = self._words(row, ()) if self._hidden else _Words(row.facts)
            if words is None:
                continue
            known = tuple(self._sight.known(row.categories))
            yield replace(row, categories=known, **words._asdict()) if self._hidden else row

    def selection(self, selected: SelectedEvents) -> SelectedEvents:
        """The events of one stream at a moment that the reader may know of.

        What belongs to a case, or takes an event back, is told where the beginning of the case, or that
        event, is. Of what the person may not be told such a reader does not hear either.
        """
        if not self._hidden:
            return selected
        told = self._standing(selected)
        counted = [
            _as_counted(told[name_of(event)], event)
            for event in selected.counted
            if name_of(event) in told
        ]
        return SelectedEvents(
            counted=tuple(counted),
            shown=tuple(told.values()),
            annulled=dict.fromkeys(selected.annulled.keys() & told.keys(), ANNULLED),
            erasures=tuple(filter(None, map(self.event, selected.erasures))),
            position=max((event.position for event in counted if event.name != READ), default=0),
        )

    def hold(self, hold: Hold) -> Hold | None:
        """A hold in force as the reader may know of it: as the event that placed it."""
        if not self._hidden:
            return hold
        entry, known = telling_of(names.LEGAL_HOLD_PLACED), self._sight.known(hold.categories)
        if hold.ground == UNDISCLOSED or self._hidden & entry.about or not known:
            return None
        return replace(hold, categories=tuple(known))

    def name(self, told: Told) -> Name:
        """Source and id by which the reader hears of an event.

        Where the words of its type are not told, or the house does not know the source, there is no source,
        and the place in the ledger is the id.
        """
        said = telling_of(_type_of(told)).words and (
            is_own_source(told.source) or telling.of_source(told.source) is not None
        )
        return (told.source, told.id) if said or not self._reduces else ("", str(told.position))

    def shown(self, told: RecordedEvent) -> RecordedEvent:
        """A told event as an answer shows it: nothing opens by this name. Folds take it as it was told."""
        if not self._hidden:
            return told
        source, id = self.name(told)
        facts = {name: fact for name, fact in told.facts.items() if name != _KEYS}
        return replace(told, source=source, id=id, facts=facts)

    def _standing(self, selected: SelectedEvents) -> dict[Name, RecordedEvent]:
        """By name what is told of the events that are shown, in their order."""
        undisclosed = hidden_in([selected])
        events = {name_of(event): event for event in selected.shown if not undisclosed(event)}
        told = {name: one for name, event in events.items() if (one := self.event(event))}
        standing = _standing({name: events[name] for name in told})
        return {name: one for name, one in told.items() if name in standing}

    def _words(self, said: Told, sealed: Iterable[str]) -> _Words | None:
        """What is told of the words of an event; None where it is not told."""
        entry, hidden = telling_of(_type_of(said)), self._hidden
        stated = {*said.categories, *sealed}
        listed = stated.union(_categories_in(said.facts))
        if entry.closed or hidden & (entry.about | (entry.none & listed)):
            return None
        if not entry.stays and any(some and some <= hidden for some in (stated, listed)):
            return None
        facts = self._facts(entry, said.facts)
        if facts is None:
            return None
        if not self._reduces:
            return _Words(facts, said.activity, said.legal_basis, said.provision)
        return self._spoken(said, facts) if entry.words else _Words(facts)

    def _facts(self, entry: Telling, facts: Facts) -> Facts | None:
        """The facts that are told, without what names hidden categories.

        None where nothing is left of a list, so that there is nothing to tell.
        """
        found: Facts = {}
        for name, fact in facts.items():
            if self._reduces and not entry.keeps_fact(name, fact):
                continue
            known = self._known(name, fact)
            if known is None or (not known and fact):
                if (name.endswith(_FIELDS) or name == _DECISIONS) and not entry.stays:
                    return None
                continue
            found[name] = known
        return found

    def _known(self, name: str, fact: JsonValue) -> JsonValue:
        """A fact as far as it names categories that the reader knows; None: it is left out."""
        known = self._sight.known
        if name.endswith(_FIELDS) and isinstance(fact, list):
            return [field for field in fact if self._hidden.isdisjoint(_category_of(field))]
        if name == _CARRIED and isinstance(fact, list):
            return [*known(map(str, fact))]
        if name == _REMARKS and not known([REMARK]):
            return None
        told = {_DECISIONS: self._decided, _LOOKS: self._looks}.get(name)
        return told(fact) if told else fact

    def _looks(self, fact: JsonValue) -> JsonValue:
        """The looks of a visit by what is known of them, so that nothing tells how others differ."""
        told: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for look in convert(fact, list[Look]):
            query = "" if self._reduces else look.query
            known = tuple(self._sight.known(look.categories))
            told.setdefault((query, known), []).extend(look.times)
        return [
            {"query": query, "categories": [*known], "times": sorted(times)}
            for (query, known), times in sorted(told.items(), key=lambda one: min(one[1]))
        ]

    def _decided(self, fact: JsonValue) -> JsonValue:
        """The decisions on categories that the reader knows."""
        if not isinstance(fact, Mapping):
            return fact
        return {category: self._decision(fact[category]) for category in self._sight.known(fact)}

    def _decision(self, decision: JsonValue) -> JsonValue:
        """A decision on a category without what keeps it; a restriction is told with its end."""
        if not self._reduces or not isinstance(decision, Mapping):
            return decision
        kept = {"decision", "until"} if decision["decision"] == "restrict" else {"decision"}
        return {name: text for name, text in decision.items() if name in kept}

    def _spoken(self, said: Told, facts: Facts) -> _Words | None:
        """Words that are told, without those that nobody knows; None where one tells of what is hidden."""
        tells = self._implications(said, facts)
        known = {name: implied for name, implied in tells.items() if implied is not None}
        if any(implied & self._hidden for implied in known.values()):
            return None
        unknown = tells.keys() - known.keys()
        if _OBJECTED in unknown:  # then nothing would be left to tell
            return None
        return _Words(
            {name: fact for name, fact in facts.items() if name not in unknown},
            said.activity if "activity" in known else None,
            said.legal_basis,
            said.provision if "provision" in known else None,
        )

    def _implications(self, said: Told, facts: Facts) -> dict[str, Implication]:
        """By word what it tells of."""
        kinds, register = set(_kinds_of(said)), self._register
        read: dict[str, tuple[object, Callable[[str], Implication]]] = {
            "source": (said.source, telling.of_source),
            "activity": (said.activity, register.activity),
            "provision": (said.provision, telling.of_provision),
            "purpose": (facts.get("purpose"), telling.of_purpose),
            "right": (facts.get("right"), telling.of_right),
            _OBJECTED: (facts.get(_OBJECTED), register.activity),
            "recipient": (facts.get("recipient"), partial(register.recipient, stated=kinds)),
            "from_recipient": (facts.get("from_recipient"), partial(register.recipient, stated=())),
        }
        return {name: of(str(word)) for name, (word, of) in read.items() if word}


def _type_of(said: Told) -> str:
    return type_of(said) if isinstance(said, RecordedEvent) else said.name


def _categories_in(facts: Facts) -> Iterator[str]:
    """The categories that facts name."""
    for name, fact in facts.items():
        if name.endswith(_FIELDS) and isinstance(fact, list):
            for field in fact:
                yield from _category_of(field)
        elif name == _DECISIONS and isinstance(fact, Mapping):
            yield from fact


def _category_of(field: object) -> list[str]:
    """The category of a field; none of what is no field of ours, which tells of none."""
    category = PERSONAL_FIELDS.get(str(field))
    return [category] if category else []


def _kinds_of(said: Told) -> Iterator[str]:
    """The kinds of recipient that an event says, or its type."""
    if "recipient_kind" in said.facts:
        yield str(said.facts["recipient_kind"])
    if said.name in NATURE and (kind := NATURE[said.name].recipient_kind):
        yield kind
    if said.name in _PROVIDERS:
        yield _PROVIDER


def _standing(events: Mapping[Name, RecordedEvent]) -> set[Name]:
    """Which of some events are of a case that has begun among them, or of none; with what takes them back."""
    begun = set(chain.from_iterable(map(_beginnings, events.values())))
    standing = {name for name, event in events.items() if _follows(event, begun)}
    taking = {
        name: _target(event) for name, event in events.items() if event.name == names.EVENT_ANNULLED
    }
    # What takes back an annulment is told where that is: so again, until nothing is added.
    while added := {name for name, target in taking.items() if target in standing} - standing:
        standing |= added
    return standing


def _beginnings(event: RecordedEvent) -> Iterator[tuple[str, str, str]]:
    """Of what case an event may be the beginning: type, the fact that names the case, and its reference."""
    yield event.name, _DISCLOSURE, event.id
    for name, fact in event.facts.items():
        if isinstance(fact, str):
            yield event.name, name, fact


def _follows(event: RecordedEvent, begun: set[tuple[str, str, str]]) -> bool:
    """Whether the case of an event has begun, if it is of one."""
    entry = telling_of(event.name)
    if not entry.after:
        return True
    ref = event.facts.get(entry.after)
    return any((name, entry.after, ref) in begun for name in entry.begins)


def _target(annulment: RecordedEvent) -> Name:
    facts = annulment.facts
    return facts.get(_ANNULS_SOURCE, annulment.source), facts.get(_ANNULS, "")


def _as_counted(told: RecordedEvent, counted: RecordedEvent) -> RecordedEvent:
    """What is told of an event that counts: it may have no effect, or be no act at all."""
    if counted.name != told.name:
        told = replace(told, type=counted.type, name=counted.name, facts=counted.facts)
    return replace(told, void=counted.void) if counted.void else told
