"""Periodic messages of a confidential ledger to the open one: lifted disclosures, signed."""

from collections.abc import Iterator
from contextlib import contextmanager

from application.acts.handing_over import GivenDisclosures, Send, hand_over
from consumers.kafka import KafkaAnswers
from host.kafka_options import options_of
from host.keys import signing_key
from host.settings import Settings
from host.site import Site


def give_lifted(site: Site, send: Send, *, again: bool = False) -> GivenDisclosures:
    """Hand every lifted disclosure over that was not yet. Raises what `send` raises."""
    return hand_over(site, signing_key(site.settings).load(), send, again=again)


@contextmanager
def to_topic(settings: Settings) -> Iterator[Send]:
    """To the topic of signed messages. Raises Misconfigured without a broker, KafkaAway."""
    answers = KafkaAnswers(options_of(settings.need_kafka()), settings.signed.topic)
    try:
        yield answers.send
    finally:
        answers.close()


def tell_open_ledger(site: Site) -> int:
    """Hand lifted disclosures over where the settings name a broker; how many there were."""
    if site.settings.kafka is None:
        return 0
    with to_topic(site.settings) as send:
        return give_lifted(site, send).recorded
