"""Texts of settings as values: each is checked by itself, and all wrong ones are reported at once."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar, overload
from zoneinfo import ZoneInfo

from application.times import zone_of
from host.setting_list import PREFIX
from ledger.errors import Misconfigured
from ledger.letters.withheld import WithheldKey
from ledger.storage.access import Unsafe
from ledger.storage.named import Kind, check_named, read_named
from ledger.tlog.signing.keys import ED25519, VerifierKey, parse_verifier_key
from ledger.tlog.signing.policy import Policy, parse_policy

T = TypeVar("T")
# More than any file that a setting names and this program reads.
_MOST_BYTES = 1 << 20


class Reader:
    """Takes texts one by one, and collects what is wrong with them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {name: text.strip() for name, text in texts.items() if text.strip()}
        self.wrong: list[str] = []

    def check(self) -> None:
        """Raises Misconfigured, which names everything that is wrong."""
        if self.wrong:
            raise Misconfigured("; ".join(self.wrong))

    def text(self, name: str, default: T, pattern: str = r".+", expected: str = "") -> str | T:
        """The text; the default if it is missing or does not match."""
        text = self._texts.get(PREFIX + name)
        if text is None:
            return default
        if not re.fullmatch(pattern, text):
            self.wrong.append(f"{PREFIX}{name}: expected {expected}")
            return default
        return text

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        expected = f"a whole number from 1 to {most}"
        text = self.text(name, str(default), r"[0-9]{1,12}", expected)
        if not 1 <= int(text) <= most:
            self.wrong.append(f"{PREFIX}{name}: expected {expected}")
            return default
        return int(text)

    def share(self, name: str, default: float) -> float:
        """A number from 0 to 1."""
        return float(
            self.text(name, str(default), r"0(\.[0-9]{1,9})?|1(\.0+)?", "a number from 0 to 1")
        )

    def zone(self, name: str, default: ZoneInfo) -> ZoneInfo:
        """A zone of the IANA's database."""
        text = self.text(name, None)
        zone = zone_of(text) if text else default
        if zone is None:
            self.wrong.append(f"{PREFIX}{name}: expected a zone such as Europe/Amsterdam or UTC")
        return zone or default

    def switch(self, name: str) -> bool:
        """True or false in one of the usual spellings."""
        yes, no = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}
        text = str(self.text(name, "")).lower()
        if text not in yes | no:
            self.wrong.append(f"{PREFIX}{name}: expected true or false")
        return text in yes

    def names(
        self, name: str, default: tuple[str, ...], pattern: str, expected: str
    ) -> tuple[str, ...]:
        """Names separated by commas."""
        text = self.text(name, None)
        if text is None:
            return default
        parts = tuple(part.strip() for part in text.split(","))
        if not all(re.fullmatch(pattern, part) for part in parts):
            self.wrong.append(f"{PREFIX}{name}: expected {expected}, separated by commas")
            return default
        return parts

    @overload
    def path(self, name: str, default: Path) -> Path: ...
    @overload
    def path(self, name: str, default: None) -> Path | None: ...
    def path(self, name: str, default: Path | None) -> Path | None:
        """A path, whether there is something or not."""
        text = self.text(name, None)
        path = Path(text) if text else default
        return path.expanduser().absolute() if path else None

    def file(self, name: str, kind: Kind = "trusted") -> Path | None:
        """A file that is read later, or by a library."""
        text = self.text(name, None)
        if text is None:
            return None
        try:
            check_named(Path(text), kind)
        except PermissionError:  # another process reads it, which has these settings too
            return Path(text)
        except (OSError, ValueError) as error:
            self._complain(name, error)
            return None
        return Path(text)

    def first_line(self, name: str) -> str | None:
        """The first line of a file, which holds a secret; None without the file, or an empty one."""
        content = self._content(name, "secret")
        return content.partition("\n")[0].strip() or None if content else None

    def _content(self, name: str, kind: Kind) -> str | None:
        """The text of a file; None without a file."""
        text = self.text(name, None)
        try:
            return read_named(Path(text), _MOST_BYTES, kind).decode() if text else None
        except (OSError, ValueError) as error:
            self._complain(name, error)
            return None

    def _complain(self, name: str, error: OSError | ValueError) -> None:
        match error:
            case Unsafe():
                self.wrong.append(f"{PREFIX}{name}: {error.strerror}")
            case FileNotFoundError() | NotADirectoryError():
                self.wrong.append(f"{PREFIX}{name}: expected a file that exists")
            case _:
                self.wrong.append(f"{PREFIX}{name}: expected a file that can be read")

    def withheld_key(self, name: str) -> WithheldKey | None:
        """The public key of the confidential ledger."""
        text = self.text(name, None)
        try:
            return WithheldKey.read(text) if text else None
        except Misconfigured as error:
            self.wrong.append(f"{PREFIX}{name}: {error}")
            return None

    def verifier_keys(self, name: str, key_name: str) -> tuple[VerifierKey, ...]:
        """Verification keys of one name, separated by commas: a key for anything else is wrong."""
        try:
            keys = tuple(parse_verifier_key(text) for text in self.names(name, (), ".+", ""))
        except Misconfigured as error:
            self.wrong.append(f"{PREFIX}{name}: {error}")
            return ()
        if any((key.name, key.algorithm) != (key_name, ED25519) for key in keys):
            self.wrong.append(f"{PREFIX}{name}: expected keys that are named {key_name}")
            return ()
        return keys

    def policy(self, name: str) -> Policy | None:
        """The content of a policy file."""
        content = self._content(name, "trusted")
        try:
            return parse_policy(content) if content else None
        except Misconfigured as error:
            self.wrong.append(f"{PREFIX}{name}: {error}")
            return None
