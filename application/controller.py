"""The controller: who keeps the register, as answers and documents name it."""

from msgspec import Struct


class Controller(Struct, frozen=True):
    """Who keeps the register (GDPR Art. 30(1)(a)). Defaults: the privacy policy, clause 8."""

    name: str = "VOIPZeker B.V."
    address: str = "Wattstraat 36a, 2171 TR Sassenheim, Nederland"
    country: str = "NL"
    contact: str = "administratie@voipzeker.nl"
    representative: str | None = None
    data_protection_officer: str | None = None
