"""Where the web console is, as the settings say."""

from pathlib import Path

import msgspec

from host.login_settings import LoginSettings, read_logins
from host.setting_texts import Reader

HOST, PORT = "127.0.0.1", 8463
# Both ledgers may run on one machine.
CONFIDENTIAL_PORT = 8473
_PORT = r"0|[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"


class WebSettings(msgspec.Struct, frozen=True):
    """`beside`: whether `ledger run` serves it, too. `url`: what people type; None: the address itself.

    `socket`: where it listens for a proxy, and then nowhere else. `certificate`, `key`: files in PEM, for TLS
    of its own.
    """

    beside: bool = False
    host: str = HOST
    port: int = PORT
    url: str | None = None
    certificate: Path | None = None
    key: Path | None = None
    socket: Path | None = None
    logins: LoginSettings = LoginSettings()

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it by TLS."""
        return self.certificate is not None or (self.url or "").startswith("https://")


def read_web(reader: Reader, *, confidential: bool) -> WebSettings:
    """Settings of the console; what is wrong is noted in the reader."""
    usual = CONFIDENTIAL_PORT if confidential else PORT
    settings = WebSettings(
        beside=reader.switch("WEB"),
        host=reader.text("WEB_HOST", HOST, r"[A-Za-z0-9.:-]{1,253}", "an address"),
        port=int(reader.text("WEB_PORT", str(usual), _PORT, "a port, or 0 for any")),
        url=reader.text(
            "WEB_URL",
            None,
            r"https?://[A-Za-z0-9.:\[\]-]{1,253}",
            "https:// and a host, without a path",
        ),
        certificate=reader.file("WEB_CERTFILE"),
        key=reader.file("WEB_KEYFILE", "secret"),
        socket=reader.path("WEB_SOCKET", None),
        logins=read_logins(reader),
    )
    if (settings.certificate is None) != (settings.key is None):
        reader.wrong.append("LEDGER_WEB_CERTFILE, LEDGER_WEB_KEYFILE: set both or neither")
    if settings.socket and (settings.certificate or not settings.is_secure):
        reader.wrong.append(
            "LEDGER_WEB_SOCKET: expected the proxy's address in LEDGER_WEB_URL, which begins with https, and "
            "no LEDGER_WEB_CERTFILE"
        )
    return settings
