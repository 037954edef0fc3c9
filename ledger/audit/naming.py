"""Names of one ledger, and the names that stand for them in text that is the same for every ledger."""

import re

from ledger.names import ROLES, LedgerName


class Names:
    """The names of one ledger, and those that stand for them."""

    def __init__(self, ledger: LedgerName) -> None:
        self.roles = {ledger.role(role): role for role in ROLES}
        self.spaces = {ledger.events: "events", ledger.keys: "keys", ledger.views: "views"}
        self._names = {name: f"{{{plain}}}" for name, plain in (self.roles | self.spaces).items()}
        longest = "|".join(sorted(self._names, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{longest})(?!\w)")

    def plain(self, text: str) -> str:
        """A text with the names of this ledger in braces."""
        return self._pattern.sub(lambda match: self._names[match[0]], text)

    def own(self, text: str) -> str:
        """A text with the names of this ledger instead of braces."""
        for name, plain in self._names.items():
            text = text.replace(plain, name)
        return text.replace("{owner}", "the owner").replace("_{colour}", "")
