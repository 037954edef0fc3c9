"""Acts on secrecy: imposed, reviewed, lifted, each with its evidence and under the lock of the office."""

from datetime import date, datetime

from msgspec import Struct

from application.acts.acting import Act, Permit, check, office_lock
from application.acts.on_orders import ACTIVITY
from application.acts.requesting import record
from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.found_secrets import FoundSecret, find_secret
from application.queries.desk.in_the_way import in_the_way
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured, Remedy
from ledger.event import instant
from projections.reading.views import secrets_of
from projections.views.secrecy import disclosures_of
from rulebook.calendar import day_of
from schemas import names
from schemas.encoding import JsonValue

IMPOSED_BY = ("authority", "court", "statute")
LIFTED_BY = ("authority", "court", "statute", "review")
OUTCOMES = ("continues", "may-lift")


class OnSecret(Struct, frozen=True):
    """What is kept secret: an order by its reference, or a disclosure of a person.

    `time`: of the act. `source`: of the disclosure's event, where two have the same id. `there`: the open
    ledger, which says whom an order by number means.
    """

    ref: str | None
    subject: str | None
    disclosure: str | None
    time: datetime
    source: str | None = None
    there: Source | None = None


class Word(Struct, frozen=True, kw_only=True):
    """What is said of a secret. `by`: who says so; `evidence`: the document or article that shows it.

    `sha256`: of that document. `despite`: the orders that still run or are secret, as a lift says.
    """

    by: str
    evidence: str
    sha256: str | None = None
    despite: tuple[str, ...] = ()
    review_on: date | None = None
    outcome: str | None = None


def impose(site: Site, source: Source, on: OnSecret, word: Word) -> FoundSecret:
    """Record that the person may not be told. Raises NotAllowed where that was said already."""
    return _act_on_secret(site, source, on, names.SECRECY_IMPOSED, word)


def review(
    site: Site, source: Source, on: OnSecret, word: Word, permit: Permit | None
) -> FoundSecret:
    """Record that it was looked at again whether the person may be told. Raises NotAllowed, NotPermitted."""
    return _act_on_secret(site, source, on, names.SECRECY_REVIEWED, word, permit)


def lift(
    site: Site, source: Source, on: OnSecret, word: Word, permit: Permit | None
) -> FoundSecret:
    """Record that the person may be told from now on. Raises NotAllowed, NotPermitted."""
    return _act_on_secret(site, source, on, names.SECRECY_LIFTED, word, permit)


def judged(site: Site, source: Source, on: OnSecret, name: str, word: Word) -> FoundSecret:
    """The secret, on which an act of a type may be done like this.

    Raises NotAllowed, Misconfigured, ActRefused otherwise: before anybody approves it.
    """
    if word.review_on is not None and word.review_on < day_of(on.time):
        raise Misconfigured("this day is over; expected today or a day to come", field="review_on")
    secret = find_secret(source, on.ref, on.subject, on.disclosure, on.source)
    why = hindrance(secret, name, word, on.time)
    if why is not None:
        raise NotAllowed(why)
    if name == names.SECRECY_LIFTED:
        found = in_the_way(source, secret, on.time, on.there)
        despite = word.despite
        # Raise NotAllowed unless exactly those orders are named of which the person could learn.
        unnamed = [sentence for ref, why in found.items() if ref not in despite for sentence in why]
        if unnamed:
            raise NotAllowed(
                f"the person would learn of what is not over: {'; '.join(unnamed)}",
                remedy=Remedy("despite", tuple(found)),
            )
        if unknown := sorted(set(despite) - found.keys()):
            raise NotAllowed(
                f"{', '.join(unknown)} does not run, and is no other secret order about this person",
                field="despite",
            )
    check(site, [_act(source, secret, name, word)], on.time)
    return secret


def _act_on_secret(
    site: Site,
    source: Source,
    on: OnSecret,
    name: str,
    word: Word,
    permit: Permit | None = None,
) -> FoundSecret:
    with office_lock(site):
        secret = judged(site, source, on, name, word)
        if permit and permit.seen is not None and permit.seen != seen(source, secret, name):
            raise NotAllowed("this secret changed after both officers approved: give it anew")
        record(site, [_act(source, secret, name, word)], on.time, permit=permit)
    return find_secret(source, on.ref, secret.person, on.disclosure, on.source)


def seen(source: Source, secret: FoundSecret, name: str) -> list[object]:
    """What both officers approve: the secret, the last word on it, and what a lift lets go."""
    latest = secret.latest or secret.begin
    lifted = lifted_by(source, secret) if name == names.SECRECY_LIFTED else []
    told = [secret.begin.position, latest.position, *lifted]
    return [secret.order_ref, secret.disclosure_id, *told]


def hindrance(secret: FoundSecret, name: str, word: Word, time: datetime) -> str | None:
    """Why an act on a secret is not allowed at a time, as one sentence; None when it is. Pure."""
    latest = secret.latest
    last = max(secret.begin.time, latest.time) if latest else secret.begin.time
    if name == names.SECRECY_IMPOSED:
        return _too_early(time < last, last) or _imposing(secret)
    if name == names.SECRECY_REVIEWED:
        return _too_early(time < last, last) or _ending(secret, last)
    # At equal time the word that keeps the secret counts, so a lift must come after it.
    return _ending(secret, last) or _too_early(time <= last, last) or _lifting(secret, word)


def _too_early(is_so: bool, last: datetime) -> str | None:
    if not is_so:
        return None
    return f"this cannot have been done before the last act on this secret, at {instant(last)}"


def _imposing(secret: FoundSecret) -> str | None:
    latest = secret.latest
    if latest is None or latest.name == names.SECRECY_LIFTED:
        return None
    return (
        "this was imposed already: give `ledger secrecy review` with another day to go on with it"
    )


def _ending(secret: FoundSecret, last: datetime) -> str | None:
    """Why nothing can be reviewed and nothing lifted."""
    if secret.state == "none":
        return "this was never secret: there is nothing to review and nothing to lift"
    if secret.state == "lifted":
        return f"this secrecy was lifted on {day_of(last)}: the person may know"
    return None


def _lifting(secret: FoundSecret, word: Word) -> str | None:
    """Why a review of the desk's own may not lift it: another one must have found so before."""
    latest = secret.latest
    if word.by != "review" or (latest and latest.facts.get("outcome") == "may-lift"):
        return None
    return (
        "the last review did not find that it may be lifted: give `ledger secrecy review` with "
        "`--outcome may-lift` first, or name the authority, court or statute that lifts it"
    )


def lifted_by(source: Source, secret: FoundSecret) -> list[dict[str, str]]:
    """The disclosures that a lift of a secret is about, each by the source and the id of its event."""
    found = [secret.begin]
    if secret.disclosure_id is None:
        secrets = secrets_of(source.session, [secret.stream]).get(secret.stream)
        found = disclosures_of(secrets, str(secret.order_ref)) if secrets else []
    return [{"source": act.order.source, "id": act.order.id} for act in found]


def _act(source: Source, secret: FoundSecret, name: str, word: Word) -> Act:
    lifted = lifted_by(source, secret) if name == names.SECRECY_LIFTED else None
    facts: dict[str, JsonValue] = {
        "disclosures": lifted,
        "by": word.by,
        "evidence": word.evidence,
        "sha256": word.sha256,
        "despite": sorted(word.despite) or None,
        "order_ref": secret.order_ref,
        "disclosure_id": secret.disclosure_id,
        "review_on": word.review_on.isoformat() if word.review_on else None,
        "outcome": word.outcome,
    }
    return Act(
        name=name,
        subject=secret.person,
        provision=secret.provision,
        activity=ACTIVITY,
        facts={member: value for member, value in facts.items() if value is not None},
    )
