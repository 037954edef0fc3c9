"""Signed messages as a ledger takes them: which topic, and whose signature."""

from collections.abc import Sequence
from functools import partial

from host.settings import Settings
from ledger.errors import Unproven
from ledger.tlog.signing.envelope import opened
from ledger.tlog.signing.keys import VerifierKey
from schemas.event import SignedMessages
from schemas.signed import MOST_SIGNED_BYTES
from schemas.sources import REGISTER_TOPIC

PAYLOAD_TYPE = "application/cloudevents+json"


def signed_messages(settings: Settings) -> SignedMessages:
    """The rules of the topic of signed messages: without a key it accepts nothing."""
    signed = settings.signed
    return SignedMessages(signed.topic, partial(_told, PAYLOAD_TYPE, signed.keys))


def office_messages(settings: Settings) -> SignedMessages | None:
    """The rules of messages that the office signs for this ledger; None without a key of the office."""
    keys, payload_type = settings.office_keys, office_payload_type(settings.log.origin)
    return SignedMessages(REGISTER_TOPIC, partial(_told, payload_type, keys)) if keys else None


def office_payload_type(origin: str) -> str:
    """The payload type of the office's signatures, which names the ledger by the origin of its log."""
    return f"{PAYLOAD_TYPE}; office={origin}"


def _told(payload_type: str, keys: Sequence[VerifierKey], message: bytes) -> bytes | None:
    if len(message) > MOST_SIGNED_BYTES:
        return None
    try:
        return opened(message, payload_type, keys)
    except Unproven:
        return None
