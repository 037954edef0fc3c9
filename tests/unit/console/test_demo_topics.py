"""The sample through the topics of the demonstration: strict refuses what is planted, and no more."""

from datetime import UTC, datetime

from console.demo.kafka import topic_of
from rulebook.powers import POWERS
from rulebook.sources import SENDERS
from sample.generating import DEFAULT_CUSTOMERS, DEFAULT_EVENTS, DEFAULT_SEED, generate
from schemas import AdmissionRules, Rejection, decode, through
from schemas.encoding import to_json
from schemas.powers import Speakers

OFFICE = "urn:voipzeker:privacy-office"
UNTIL = datetime(2026, 11, 24, tzinfo=UTC)
STRICT = AdmissionRules(speakers=Speakers(frozenset({OFFICE}), POWERS, SENDERS))


def test_strict_refuses_of_what_the_topics_carry_what_is_planted_and_nothing_else() -> None:
    planted = [
        event
        for event in generate(
            seed=DEFAULT_SEED, customers=DEFAULT_CUSTOMERS, events=DEFAULT_EVENTS, until=UNTIL
        )
        if isinstance(decode(to_json(event), through(STRICT, topic_of(event)), UNTIL), Rejection)
    ]
    assert {(event["source"], event["type"].split(".")[3]) for event in planted} == {
        ("urn:voipzeker:enquete-tool", "personal-data-collected"),
        ("urn:voipzeker:app-backend", "personal-data-erased"),
    }
