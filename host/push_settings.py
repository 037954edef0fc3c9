"""Settings of the push to a SIEM: where it goes, by which certificates, and where its bookmarks are."""

from pathlib import Path

import msgspec

from host.setting_list import PREFIX
from host.setting_texts import Reader
from ledger.names import LedgerName

_SYSLOG = r"[A-Za-z0-9.-]{1,253}:[0-9]{1,5}|\[[0-9A-Fa-f:]+\]:[0-9]{1,5}"


class PushSettings(msgspec.Struct, frozen=True):
    """Receivers of the push. `syslog`: host and port, by TLS; `ocsf`: an address that begins with https.

    `authorities`: who signed the receivers' certificates; None: those that the system trusts.
    """

    folder: Path
    syslog: tuple[str, int] | None = None
    ocsf: str | None = None
    token: str | None = None
    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is a receiver."""
        return self.syslog is not None or self.ocsf is not None

    def __repr__(self) -> str:
        """Without the token."""
        return f"PushSettings(syslog={self.syslog!r}, folder={self.folder})"


def read_push(reader: Reader, ledger: LedgerName, data_dir: Path) -> PushSettings:
    """The settings of a ledger's push. Each ledger has bookmarks of its own."""
    address = reader.text("PUSH_SYSLOG", None, _SYSLOG, "host:port")
    host, _, port = (address or "").rpartition(":")
    settings = PushSettings(
        folder=reader.path("PUSH_DIR", data_dir / "push") / str(ledger),
        syslog=(host.strip("[]"), int(port)) if address else None,
        ocsf=reader.text("PUSH_OCSF_URL", None, r"https://[^\s@/]+(/\S*)?", "https://host/path"),
        token=reader.first_line("PUSH_TOKEN_FILE"),
        authorities=reader.file("PUSH_CAFILE"),
        certificate=reader.file("PUSH_CERTFILE"),
        key=reader.file("PUSH_KEYFILE", "secret"),
    )
    if (settings.certificate is None) != (settings.key is None):
        reader.wrong.append(f"{PREFIX}PUSH_CERTFILE and {PREFIX}PUSH_KEYFILE: set both or neither")
    return settings
