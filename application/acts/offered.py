"""Codes that forms offer where the contract leaves a code open: the house's usual ones, in the usual order.

Each has words in both languages (`application/words.toml`, `schemas/texts.toml`). Somebody may still write
another one: it becomes a code of its own.
"""

import re

from application.register_words import WORDS
from ledger.errors import Misconfigured
from schemas.formats import CODE

HOLD_GROUNDS = (
    "civil-claim",
    "dispute",
    "debt-collection",
    "legal-defence",
    "tax-inspection",
    "fraud-investigation",
    "supervisory-inquiry",
)
"""Why data is held."""
OWNERS = tuple(WORDS["owner"])
"""The departments of the house, as the register names them."""
RELEASE_GROUNDS = ("case-closed", "claim-settled", "no-longer-needed", "mistake")
"""Why a hold ends."""
METHODS = (
    "portal-login",
    "call-back",
    "copy-of-letter",
    "identity-document",
    "known-details",
)
"""How a person showed who they are."""
ASKED = ("customer-number", "copy-of-letter", "identity-document", "known-details")
"""What more a person is asked for."""
WAYS = ("email", "post", "phone", "portal", "in-person")
"""By which way a person is told or warned, complains, or is answered."""
COMPLAINT_WAYS = (*WAYS, "supervisory-authority")
"""By which way a complaint comes in: a person may have gone to the authority."""
PUBLIC_WAYS = ("website", "newspaper")
"""By which way everybody is told."""
MISUSE = ("login", "call-costs", "sim-swap", "number-spoofing", "identity-fraud", "bank-account")
"""What of a person is misused."""
MISUSE_ENDS = ("password-changed", "login-blocked", "costs-refunded", "unfounded")
"""How a case of misuse ended."""
REVIEWS = ("confirmed", "revised")
"""What a person made of an automated decision."""
NOT_TOLD = ("address-unknown", "business-ended", "no-contact-details", "no-longer-held")
"""Why a recipient cannot be told, or only with disproportionate effort."""
OBJECTION_GROUNDS = ("particular-situation", "direct-marketing", "research")
"""Why a person objects: GDPR Art. 21(1), (2) and (6)."""
COMPLAINT_OUTCOMES = ("upheld", "partly-upheld", "unfounded", "withdrawn")
"""What came of a complaint."""

_SPACES = re.compile(r"\s+")


def coded(text: str, field: str) -> str:
    """A text as a code: its words with hyphens between. Raises Misconfigured for what no code can be."""
    code = _SPACES.sub("-", text.strip().casefold()) if " " in text.strip() else text.strip()
    if not re.search(CODE, code):
        raise Misconfigured("write a few words, without accents or signs", field=field)
    return code
