"""Marketing: whether a person may be approached by a channel at a time, by law and by the house's promise.

Both layers are asked and both answers are shown: what the law allows, the house may have promised not to do.
Rules are entries with a period of validity; of a layer and channel the one in force decides.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.layers import Layer
from rulebook.loading import Sourced, load_both
from rulebook.purposes import CHANNELS, CHANNELS_OF, Channel
from rulebook.validity import in_force
from rulebook.verdict import Verdict

_EVERY = "all"


def category_of(channel: str) -> str:
    """The category of data by which a channel reaches a person."""
    return "address" if channel == "post" else "contact"


class Addressee(Struct, frozen=True, forbid_unknown_fields=True):
    """The facts about a person at a time.

    `kind`: of the customer. `active`: the account. `customer`: has or had a contract for the same kind of
    service. `consents`: the purposes with an effective consent, the account's status aside. `objections`:
    channels, or `all`. `restricted`: categories that may only be stored (GDPR Art. 18).
    """

    kind: Literal["consumer", "sole-trader", "legal-entity"] = "consumer"
    active: bool = True
    customer: bool = True
    consents: frozenset[str] = frozenset()
    objections: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()


class MarketingTest(Struct, frozen=True, forbid_unknown_fields=True):
    """A person, a day of the entry's validity, and what the entry alone says, of one channel or all."""

    on: date
    person: Addressee
    allowed: bool
    channel: Channel | None = None


class MarketingRule(Sourced, frozen=True, forbid_unknown_fields=True):
    """One layer's rule for some channels and kinds of person.

    `consent`: purposes about the channel, of which one must be consented to; none: no consent
    is needed. `customers_exempt`: an existing customer may be approached without. `needs_active`: only with
    an active account.
    """

    id: str
    layer: Layer
    channels: tuple[Channel, ...]
    kinds: tuple[str, ...]
    title: str
    title_nl: str
    tests: Annotated[tuple[MarketingTest, ...], Meta(min_length=1)]
    consent: tuple[str, ...] = ()
    customers_exempt: bool = False
    needs_active: bool = False

    def verdict(self, person: Addressee, channel: str) -> Verdict:
        """The verdict of this rule."""
        allowed, why = self._judge(person, channel)
        return Verdict(self.id, self.layer, allowed, why, self.citation, self.confidence)

    def asks(self, channel: str) -> tuple[str, ...]:
        """The purposes of which a consent to one is enough for a channel: a newsletter comes by mail."""
        return tuple(purpose for purpose in self.consent if channel in CHANNELS_OF[purpose])

    def _judge(self, person: Addressee, channel: str) -> tuple[bool, str]:
        if person.objections & {channel, _EVERY}:
            return False, "objection"
        if category_of(channel) in person.restricted:
            return False, "restricted"
        if self.needs_active and not person.active:
            return False, "inactive"
        if not self.consent:
            return True, "no-consent-needed"
        return self._consented(person, channel)

    def _consented(self, person: Addressee, channel: str) -> tuple[bool, str]:
        if person.consents & set(self.asks(channel)):
            return True, "consent"
        if self.customers_exempt and person.customer:
            return True, "existing-customer"
        return False, "no-consent"


class MarketingDecision(Struct, frozen=True):
    """Allowed when every layer allows it; the verdicts say why, law first."""

    allowed: bool
    verdicts: tuple[Verdict, ...]


MARKETING_RULES = load_both("marketing_rule", MarketingRule)


def marketing_decision(person: Addressee, channel: str, day: date) -> MarketingDecision:
    """Whether a person may be approached by a channel on a day. Raises KeyError for an unknown channel."""
    if channel not in CHANNELS:
        raise KeyError(channel)
    verdicts = tuple(
        entry.verdict(person, channel)
        for entry in MARKETING_RULES
        if channel in entry.channels and person.kind in entry.kinds and in_force(entry, day)
    )
    # Without any rule nothing is allowed.
    return MarketingDecision(bool(verdicts) and all(v.allowed for v in verdicts), verdicts)


EXPLANATIONS: Mapping[str, tuple[str, str]] = {
    "objection": ("the person objected", "de persoon heeft bezwaar gemaakt"),
    "restricted": (
        "the data by which the person is reached may only be stored",
        "de gegevens om de persoon te bereiken mogen alleen worden bewaard",
    ),
    "inactive": ("the account is inactive", "het account is inactief"),
    "no-consent": (
        "there is no effective consent for this channel",
        "er is geen geldige toestemming voor dit kanaal",
    ),
    "consent": (
        "there is an effective consent for this channel",
        "er is een geldige toestemming voor dit kanaal",
    ),
    "existing-customer": (
        "an existing customer may be told about similar services",
        "een bestaande klant mag over soortgelijke diensten worden geïnformeerd",
    ),
    "no-consent-needed": ("no consent is needed", "toestemming is niet nodig"),
}
"""Code of a verdict -> in English, in Dutch."""
