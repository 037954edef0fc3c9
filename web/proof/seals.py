"""What a page gives the browser to prove an event: the log's name and keys, and what the page shows.

A seal asks for the whole entry of its event. So a role has seals only where nothing of a person is hidden
from it: an entry has the event whole, with the categories of its values and the pseudonym of the person.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson
from msgspec import UNSET

from application.queries.persons.history import HistoryLine
from ledger.tlog.signing.keys import ED25519
from ledger.tlog.signing.policy import NO_QUORUM, Policy
from schemas import ALL_TYPES
from web.context import RequestContext
from web.pieces import Seal
from web.proof.tickets import ticket_of
from web.rendering import offered

ENTRIES = "/api/v1/proof/entries/"
LOG = "/log/"


@offered
def has_seals(context: RequestContext) -> bool:
    """Whether the role of a request may look at whole entries of the events that it sees."""
    return context.has("proof") and not context.rights.sees_part


def reads_whole_log(context: RequestContext) -> bool:
    """Whether the role may have the entries of all events, by pseudonym."""
    return has_seals(context) and context.may("audit")


@offered
def seal_of(context: RequestContext, position: int, shown: Mapping[str, object]) -> Seal | None:
    """The seal of an event; None for a role that has none.

    `shown`: what the page shows of it, by the names of the entry: `type`, `recorded`, `facts.recipient`.
    Values are as they were recorded. What the page does not show is left out.
    """
    if not has_seals(context):
        return None
    texts = {name: canonical(value) for name, value in shown.items()}
    entry = f"{ENTRIES}{position}?ticket={ticket_of(context.principal, position)}"
    return Seal(position, f"/proof/{position}", shown=orjson.dumps(texts).decode(), entry=entry)


def shown_of(line: HistoryLine) -> dict[str, object]:
    """What a line of a person's history shows, by the names of the entry.

    Facts that name a person are left out: the entry has them as pseudonyms.
    """
    event_type = ALL_TYPES.get(line.type)
    people = event_type.references if event_type else ()
    facts = {f"facts.{name}": value for name, value in line.facts.items() if name not in people}
    shown = {
        "recorded": line.recorded_at,
        "stream": line.data_subject,
        "type": line.type,
        "version": line.version,
        "categories": line.categories,
        "id": line.id,
        "source": line.source,
        "time": line.occurred_at,
        "activity": line.activity,
        "legal_basis": line.legal_basis,
        "provision": line.provision,
        **facts,
    }
    return {name: value for name, value in shown.items() if value is not UNSET}


def canonical(value: object) -> str:
    """A value as the ledger writes it into an entry: compact JSON, members sorted."""
    return orjson.dumps(msgspec.to_builtins(value), option=orjson.OPT_SORT_KEYS).decode()


@offered
def log_site(context: RequestContext) -> dict[str, Any]:
    """Which log the browser asks, with which keys, who must have signed, and the zone of times."""
    log = context.settings.log
    policy = log.policy or Policy()
    keys = [*context.site.log_key.known(), *(trusted.key for trusted in policy.logs)]
    own = [key.text for key in keys if key.name == log.origin and key.algorithm == ED25519]
    return {
        "origin": log.origin,
        "keys": list(dict.fromkeys(own)),
        "witnesses": [
            {"name": name, "key": trusted.key.text} for name, trusted in policy.witnesses.items()
        ],
        "quorum": None if policy.quorum == NO_QUORUM else _quorum(policy, policy.quorum),
        "log": LOG,
        "zone": context.settings.people.timezone.key,
    }


def _quorum(policy: Policy, name: str) -> object:
    """A quorum without names of groups: a witness, or how many of which."""
    group = policy.groups.get(name)
    if group is None:
        return name
    members = [_quorum(policy, member) for member in group.members]
    return {"threshold": group.threshold, "members": members}
