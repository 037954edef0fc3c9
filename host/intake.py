"""The admission rules of a ledger, from its settings alone: messages that it accepts, and their senders."""

from host.secret_codes import secret_codes_of
from host.settings import Settings
from host.signed import office_messages, signed_messages
from rulebook import secrecy
from rulebook.powers import POWERS
from rulebook.sources import SENDERS
from schemas import AdmissionRules
from schemas.powers import Speakers


def intake_of(settings: Settings) -> AdmissionRules:
    """The rules of admission. Where sources are checked, they are those of the house, without a ledger's."""
    senders = SENDERS if settings.strict_sources else None
    speakers = Speakers(frozenset({settings.privacy_office}), POWERS, senders, house=SENDERS)
    judge = secrecy()
    if settings.confidential:
        return AdmissionRules(True, judge, speakers)
    return AdmissionRules(
        False,
        judge,
        speakers,
        signed_messages(settings),
        office_messages(settings),
        secret_codes_of(settings),
    )
