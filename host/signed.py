"""Signed messages as a ledger takes them: which topic, and whose signature."""

from functools import partial

from host.settings import Signed
from ledger.errors import Unproven
from ledger.tlog.signing.envelope import opened
from schemas.event import SignedMessages

PAYLOAD_TYPE = "application/cloudevents+json"


def signed_messages(signed: Signed) -> SignedMessages:
    """What is taken by the topic of signed messages: without a key nothing is."""
    return SignedMessages(signed.topic, partial(_told, signed))


def _told(signed: Signed, message: bytes) -> bytes | None:
    try:
        return opened(message, PAYLOAD_TYPE, signed.keys)
    except Unproven:
        return None
