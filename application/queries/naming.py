"""Names of what events name by an id, for sentences about them: recipients and activities of the register."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property

from application.source import Source
from projections.reading.views import recipients_by_id, register_entries
from projections.views.processing_register import Entry
from projections.views.recipients import Recipient, Version, recipient_at
from schemas.texts import Language, word_of

_RECIPIENT, _ACTIVITY = "recipient", "activity_objected"


class Naming:
    """What the register calls what it knows by id. It is read when the first name is asked for."""

    def __init__(self, source: Source, language: Language) -> None:
        self._source = source
        self._language: Language = language

    def named(self, facts: Mapping[str, object], time: datetime) -> dict[str, str]:
        """The facts that are ids, with names in their place: what a sentence about the event says."""
        found = {}
        if recipient := facts.get(_RECIPIENT):
            found[_RECIPIENT] = self.recipient(str(recipient), time)
        if activity := facts.get(_ACTIVITY):
            found[_ACTIVITY] = self.activity(str(activity))
        return found

    def recipient(self, id: str, time: datetime) -> str:
        """The name of a recipient at a time; an unknown one by its id."""
        row = self._rows.get(id)
        return self._name(id, recipient_at(row, time) if row else None)

    def latest(self, id: str) -> str:
        """The latest name of a recipient; what is none, as it is."""
        return self.recipients.get(id, id)

    def activity(self, id: str) -> str:
        """The name of an activity; what is none, as it is."""
        return self._named.get(id, id)

    @cached_property
    def recipients(self) -> Mapping[str, str]:
        """The latest name of every recipient of the register, by id."""
        rows = self._rows.items()
        return {id: self._name(id, row.versions[-1]) for id, row in rows if row.versions}

    @cached_property
    def activities(self) -> Mapping[str, str]:
        """The name of every activity that is declared now, by id."""
        return {
            entry.activity: entry.name or entry.activity
            for entry in self._entries
            if entry.declared
        }

    def _name(self, id: str, version: Version | None) -> str:
        if version is None:
            return id
        # The name of a private person is a value of theirs: here it is said what they are.
        return version.name or word_of(version.kind, self._language).replace("-", " ")

    @cached_property
    def _rows(self) -> Mapping[str, Recipient]:
        return recipients_by_id(self._source.session)

    @cached_property
    def _entries(self) -> Sequence[Entry]:
        return register_entries(self._source.session)

    @cached_property
    def _named(self) -> Mapping[str, str]:
        return {entry.activity: entry.name for entry in self._entries if entry.name}
