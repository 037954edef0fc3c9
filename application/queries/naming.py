"""Names of what events name by an id, for sentences about them: recipients and activities of the register."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from application.queries.registers.recipients import RecipientNames
from application.source import Source
from projections.reading.views import recipients_by_id, register_entries
from projections.views.processing_register import Entry
from schemas.texts import Language, word_of

_RECIPIENT, _ACTIVITY = "recipient", "activity_objected"


class Naming:
    """What the register calls what it knows by id. It is read when the first name is asked for."""

    def __init__(self, source: Source, language: Language) -> None:
        self._source = source
        self._language: Language = language

    def named(self, facts: Mapping[str, Any], time: datetime) -> dict[str, str]:
        """The facts that are ids, with names in their place: what a sentence about the event says."""
        found = {}
        if recipient := facts.get(_RECIPIENT):
            found[_RECIPIENT] = self.recipient(str(recipient), time)
        if activity := facts.get(_ACTIVITY):
            found[_ACTIVITY] = self.activity(str(activity))
        return found

    def recipient(self, id: str, time: datetime) -> str:
        """The name of a recipient at a time; a private person by what they are, an unknown one by its id."""
        version = self._recipients.version(id, time)
        if version and version.sealed_name:
            return word_of("subscriber", self._language)
        return self._recipients.public(id, time) or id

    def recipients(self) -> dict[str, str]:
        """Every recipient that has a name of its own here, by id: the latest one."""
        rows = recipients_by_id(self._source.session)
        latest = {id: row.versions[-1].name for id, row in rows.items() if row.versions}
        return {id: name for id, name in latest.items() if name}

    def activities(self) -> dict[str, str]:
        """Every activity that is declared now, by id."""
        return {id: name for id, name in self._activities.items() if id in self._declared}

    def activity(self, id: str) -> str:
        """The name of an activity; an undeclared one by the words of its id."""
        return self._activities.get(id) or id

    @cached_property
    def _recipients(self) -> RecipientNames:
        return RecipientNames(self._source, recipients_by_id(self._source.session))

    @cached_property
    def _entries(self) -> Sequence[Entry]:
        return register_entries(self._source.session)

    @cached_property
    def _declared(self) -> frozenset[str]:
        return frozenset(entry.activity for entry in self._entries if entry.declared)

    @cached_property
    def _activities(self) -> Mapping[str, str]:
        return {entry.activity: entry.name for entry in self._entries if entry.name}
