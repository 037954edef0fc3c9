"""What a person does about their own data in the portal: each act is one event of the portal's own source.

An act has a name that the person's program gave it. The same name again is the same act: it is recorded once,
however often it is sent. The ledger says of a refusal only what the person sent wrong, never what it knows.
"""

from collections.abc import Callable, Mapping
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from application.acts.acting import Act, ActRefused, Voice, act, office_lock
from application.acts.requesting import NewRequest, open_request
from application.queries.cases.found_requests import NotAllowed
from application.queries.reports.own import Own, OwnAct, done_in_portal, own, own_act
from application.site import Site
from application.source import Source
from ledger.crypto.sealing import keyed_hash
from ledger.errors import Misconfigured
from ledger.event import RecordedEvent
from ledger.recording.reads import READS
from projections.views.customer_state import erased_categories
from rulebook.portal import SPEAKER, Kind, PortalAct, portal_act
from schemas import PERSONAL_FIELDS, names
from schemas import Code as Refused
from schemas.encoding import JsonValue
from schemas.events.rights import Right
from schemas.formats import Code
from schemas.personal import Value

VOICE = Voice(SPEAKER.source, SPEAKER.label)
CHANNEL = METHOD = "portal"
REASON = "self-service"
MOST_LETTER = 10_000
_PURPOSE = "portal/1"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class OwnActId(Struct, frozen=True):
    """Who does something, and the name that their program gave it."""

    reference: str
    name: str

    def key(self, source: Source) -> bytes:
        """32 bytes that nobody can compute without a key of the ledger, the same for the same deed."""
        text = "\n".join((_PURPOSE, self.reference, self.name))
        return keyed_hash(source.opener.ledger_key(READS), text.encode())


class OwnRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A request. `activity`: what is objected to, needed with `objection`. `letter`: in own words."""

    right: Right
    activity: Code | None = None
    letter: Annotated[str, Meta(min_length=1, max_length=MOST_LETTER)] | None = None


def give_consent(
    site: Site, source: Source, act_id: OwnActId, purpose: str, text_version: str
) -> OwnAct:
    """Record that the person agrees to a purpose. Raises UnknownSubject, Misconfigured, NotAllowed."""
    facts = {"text_version": text_version, "method": METHOD}
    return _decide(site, source, act_id, names.CONSENT_GIVEN, purpose, facts)


def withdraw_consent(site: Site, source: Source, act_id: OwnActId, purpose: str) -> OwnAct:
    """Record that the person takes a consent back. Raises UnknownSubject, Misconfigured, NotAllowed."""
    return _decide(site, source, act_id, names.CONSENT_WITHDRAWN, purpose, {})


def _decide(
    site: Site,
    source: Source,
    act_id: OwnActId,
    name: str,
    purpose: str,
    facts: Mapping[str, JsonValue],
) -> OwnAct:
    entry = _entry("consent", purpose, "purpose")
    facts = {"purpose": purpose, "channel": CHANNEL, **facts}
    return _record(site, source, act_id, _act_of(act_id, name, entry, facts))


def choose(
    site: Site, source: Source, act_id: OwnActId, choice: str, facts: Mapping[str, JsonValue]
) -> OwnAct:
    """Record another choice. Raises UnknownSubject, Misconfigured, NotAllowed."""
    entry = _entry("choice", choice, "choice")
    if set(facts) != set(entry.members):
        raise Misconfigured("expected the facts of this choice, and no others", field="facts")
    return _record(site, source, act_id, _act_of(act_id, choice, entry, facts))


def correct(site: Site, source: Source, act_id: OwnActId, values: Mapping[str, Value]) -> OwnAct:
    """Record better values of the person's own. Raises UnknownSubject, Misconfigured, NotAllowed."""
    categories = sorted({PERSONAL_FIELDS.get(field, "") for field in values})
    if not categories:
        raise Misconfigured("this is needed", field="values")
    entries = [_entry("correction", category, "values") for category in categories]
    facts: dict[str, JsonValue] = {
        "fields": sorted(values),
        "requested_by": "subject",
        "reason": REASON,
    }
    correction = replace(
        _act_of(act_id, names.PERSONAL_DATA_CORRECTED, entries[0], facts),
        categories=categories,
        personal={name: list(v) if isinstance(v, list) else v for name, v in values.items()},
    )

    def check(person: Own) -> None:
        if set(categories) & set(erased_categories(person.state)):
            raise NotAllowed("this data was erased: it is not kept any more", field="values")

    return _record(site, source, act_id, correction, check)


def ask(site: Site, source: Source, act_id: OwnActId, wish: OwnRequest) -> OwnAct:
    """Record a request. Raises UnknownSubject, Misconfigured, NotAllowed."""
    person = own(source, act_id.reference)
    # A reference of letters, as the office gives them: digits could be taken for a person's number.
    letters = (_LETTERS[byte % len(_LETTERS)] for byte in act_id.key(source)[:12])
    ref = f"VZ-{''.join(letters)}"
    done = _request(person, ref)
    if done is None:
        opening = NewRequest(
            subject=act_id.reference,
            right=wish.right,
            channel=CHANNEL,
            ref=ref,
            activity=wish.activity,
            letter=wish.letter,
        )
        try:
            open_request(site, source, opening, site.clock(), VOICE)
        except ActRefused as error:
            raise _not_taken(error) from None
        except Misconfigured as error:
            if error.field != "activity":
                raise
            # Which activities there are is no answer to a person who tries names.
            raise _unknown_code("activity") from None
        except NotAllowed as error:
            if error.field:
                raise
            # The same request was being opened meanwhile: what is recorded is looked up.
        done = _request(own(source, act_id.reference), ref)
    if done is None or done.facts["right"] != wish.right:
        raise _another()
    return own_act(done)


def _request(person: Own, ref: str) -> RecordedEvent | None:
    for event in person.subject.counted:
        if event.name == names.RIGHTS_REQUEST_RECEIVED and event.facts["request_ref"] == ref:
            return event
    return None


def _entry(kind: Kind, about: str, field: str) -> PortalAct:
    entry = portal_act(kind, about)
    if entry is None:
        raise _unknown_code(field)
    return entry


def _act_of(act_id: OwnActId, name: str, entry: PortalAct, facts: Mapping[str, JsonValue]) -> Act:
    return Act(
        name=name,
        subject=act_id.reference,
        facts=facts,
        legal_basis=entry.legal_basis,
        activity=entry.activity,
    )


def _record(
    site: Site,
    source: Source,
    act_id: OwnActId,
    wanted: Act,
    check: Callable[[Own], None] = lambda _person: None,
) -> OwnAct:
    """Record an act, unless it is recorded already. Raises NotAllowed where the name is another act's."""
    id = str(UUID(bytes=act_id.key(source)[:16], version=4))
    own(source, act_id.reference)
    with office_lock(site):
        # Read inside the lock: the same act may have been recorded meanwhile.
        person = own(source, act_id.reference)
        done = done_in_portal(person, id)
        if done is None:
            check(person)
            try:
                act(site, [replace(wanted, id=id)], VOICE)
            except ActRefused as error:
                raise _not_taken(error) from None
            done = done_in_portal(own(source, act_id.reference), id)
    if done is None or not _is_same(source, done, wanted):
        raise _another()
    return own_act(done)


def _is_same(source: Source, done: RecordedEvent, wanted: Act) -> bool:
    stated = {name: done.facts.get(name) for name in wanted.facts}
    is_same = done.name == wanted.name and stated == dict(wanted.facts)
    return is_same and source.personal(done) == dict(wanted.personal)


def _another() -> NotAllowed:
    return NotAllowed(
        "this Idempotency-Key was given to another act: nothing was recorded now",
        field="Idempotency-Key",
    )


def _unknown_code(field: str) -> Misconfigured:
    return Misconfigured("this value is not one of those that are known", field=field)


def _not_taken(error: ActRefused) -> Misconfigured:
    """What is told of a refusal: where the form is wrong. Every other reason is told alike."""
    place = error.pointer.rpartition("/")[2] if error.code is Refused.SCHEMA else ""
    return Misconfigured("this cannot be recorded as it stands: nothing was recorded", field=place)
