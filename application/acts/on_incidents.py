"""Acts on breaches and suspected misuse: each is judged and recorded under the lock of the office."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from application.acts.acting import one_at_a_time
from application.acts.handling import act_on_case, assessment, detection, suspicion, words_to
from application.acts.requesting import record
from application.queries.cases.found_incidents import find_case
from application.site import Site
from application.source import Source
from schemas.encoding import JsonValue

Facts = Mapping[str, JsonValue]


class OnIncident(Struct, frozen=True):
    """The incident of an act, and its time. `kind`: it must have; `subject`: its person, where named."""

    ref: str
    kind: str
    time: datetime
    subject: str | None = None


def detect(site: Site, source: Source, on: OnIncident, regime: str) -> None:
    """Record that a breach was detected: its clocks run from then on. Raises NotAllowed."""
    with one_at_a_time(site):
        record(site, [detection(source, on.ref, regime, on.time)], on.time)


def suspect(
    site: Site, source: Source, subject: str, ref: str | None, kinds: Sequence[str], time: datetime
) -> OnIncident:
    """Record that misuse of a person's data is suspected; without `ref` the case gets a new reference."""
    with one_at_a_time(site):
        ref, act = suspicion(source, subject, ref, kinds, time)
        record(site, [act], time)
    return OnIncident(ref, "misuse", time, subject)


def assess(site: Site, source: Source, on: OnIncident, facts: Facts) -> None:
    """Record the risk of a breach, and what is known of it. Raises NotAllowed."""
    with one_at_a_time(site):
        case = find_case(source, on.ref, on.kind)
        record(site, [assessment(case, facts, on.time)], on.time)


def act_on_incident(site: Site, source: Source, on: OnIncident, name: str, facts: Facts) -> None:
    """Record one act on an incident. `name`: of its event type. Raises NotAllowed."""
    with one_at_a_time(site):
        case = find_case(source, on.ref, on.kind, on.subject)
        record(site, [act_on_case(case, name, facts, on.time)], on.time)


def tell(
    site: Site, source: Source, on: OnIncident, persons: Sequence[str], channel: str
) -> tuple[int, int]:
    """Record that persons were told of a breach: how many of them now, and how many had been told before."""
    with one_at_a_time(site):
        case = find_case(source, on.ref, on.kind)
        words = words_to(source, case, persons, channel, on.time)
        record(site, words, on.time)
    return len(words), len(set(persons)) - len(words)
