"""The answer of `ledger init`: what is there now."""

from application.answer import Answer


class InstalledLedger(Answer, frozen=True):
    """A ledger that is ready. `applied`: migrations that were applied; `embedded`: it brings its own server.

    `keys`: the folder of its keys; `log_key`: the log's verification key. `withheld_key`: the public key
    to which messages are sealed that are not for this ledger, None without one; `withheld_private`: the file
    of its private half, None elsewhere. `signing_key`: the verification key of the messages that it signs for
    another ledger.
    """

    ledger: str
    applied: list[str]
    embedded: bool
    keys: str
    log_key: str
    withheld_key: str | None
    withheld_private: str | None
    signing_key: str
