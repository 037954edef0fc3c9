"""Keys of what an open ledger may not know: the pair of the confidential ledger, and its public key."""

from host.keys import ledger_folder
from host.settings import CONFIDENTIAL, Settings
from ledger.letters.withheld import KeyPair, WithheldKey, public_key

WITHHELD_KEY = "withheld.pub"


def withheld_pair(settings: Settings) -> KeyPair:
    """The pair of the confidential ledger: its own, or what is made for the one to come."""
    name = str(settings.ledger) if settings.confidential else CONFIDENTIAL
    return KeyPair(settings.key_dir / name)


def withheld_key(settings: Settings) -> WithheldKey | None:
    """The key to which an open ledger seals withheld messages; made when there is none."""
    own = ledger_folder(settings) / WITHHELD_KEY
    return settings.withheld_key or public_key(own, withheld_pair(settings))


def withheld_keys(settings: Settings) -> tuple[str | None, str | None]:
    """The public key, and where its private half is when it lies in this key folder."""
    pair = withheld_pair(settings)
    key = pair.known() if settings.confidential else withheld_key(settings)
    here = key is not None and pair.holds(key)
    return key.text if key else None, str(pair.private) if here else None
