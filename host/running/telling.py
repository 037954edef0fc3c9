"""What a confidential ledger tells the open one, by the clock: lifted disclosures, and what it must keep.

Both go one way. What is lifted is signed and sent; the keep list is written anew each time, whether anything
changed or not, so that its time says nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from application.acts.freezing import write_keep_list
from application.acts.handing_over import GivenDisclosures, Send, hand_over
from consumers.kafka import KafkaAnswers
from host.kafka_options import options_of
from host.keep_list import keep_writer
from host.keys import signing_key
from host.settings import Settings
from host.site import Site
from ledger.erasure.keep_writing import Published
from ledger.errors import Misconfigured


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


def publish_keep_list(site: Site) -> Published:
    """Write the keep list of what is to be kept today. Raises Misconfigured where the settings name none."""
    writer = keep_writer(site.settings)
    if writer is None:
        raise Misconfigured("no keep list is named: set LEDGER_KEEP_LIST in a confidential ledger")
    return write_keep_list(site, writer)


def tell_open_ledger(site: Site) -> int:
    """Do all of it that the settings ask for; how many disclosures were handed over.

    The list first: it keeps data from being erased, and needs no broker.
    """
    settings = site.settings
    if settings.keep_list is not None:
        publish_keep_list(site)
    if settings.kafka is None:
        return 0
    with to_topic(settings) as send:
        return give_lifted(site, send).recorded
