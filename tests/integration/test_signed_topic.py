"""A lifted disclosure goes through a real broker from one ledger into the other."""

import msgspec
import pytest

from console.demo.kafka import consume_all
from host.running.telling import give_lifted, to_topic
from host.settings import Settings, read_settings
from host.wiring import open_site
from tests.fixtures.kafka import MakeTopic
from tests.fixtures.two_ledgers import Ledger, Two, disclosed, secrecy

pytestmark = pytest.mark.kafka


def through(ledger: Ledger, bootstrap: str, topic: str) -> Settings:
    """The settings of a ledger that knows this topic as the one of signed messages."""
    texts = {
        "LEDGER_KAFKA_BOOTSTRAP": bootstrap,
        "LEDGER_KAFKA_TOPICS": topic,
        "LEDGER_KAFKA_GROUP": f"group-{topic}",
    }
    kafka = read_settings(texts, ledger.site.settings.data_dir).kafka
    signed = msgspec.structs.replace(ledger.site.settings.signed, topic=topic)
    return msgspec.structs.replace(ledger.site.settings, kafka=kafka, signed=signed)


def test_what_is_sent_to_the_topic_is_recorded_once(
    two: Two, kafka_bootstrap: str, kafka_topic: MakeTopic
) -> None:
    topic = kafka_topic()
    lifted = secrecy("lifted", "2026-11-20T10:00:00Z")
    imposed = secrecy("imposed", "2026-03-02T10:00:00Z")
    assert two.confidential.tell(disclosed(), imposed, lifted).recorded == 3
    for again in (False, True):
        with to_topic(through(two.confidential, kafka_bootstrap, topic)) as send:
            assert give_lifted(two.confidential.site, send, again=again).sent == 1
    settings = through(two.open, kafka_bootstrap, topic)
    with open_site(settings, two.clock) as site:
        assert consume_all(site, settings.need_kafka(), 2) == 2
    (event,) = two.open.events("personal-data-disclosed")
    assert (event.id, event.facts["recipient"]) == ("d-1", "politie-zn")
