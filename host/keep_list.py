"""The keep list of a ledger: the file that the settings name, and the key for it in the key folder."""

from pathlib import Path

from host.keys import ledger_folder
from host.settings import Settings
from ledger.erasure.keep_list import KeepList
from ledger.erasure.keep_writing import KeepWriter
from rulebook import period

_KEY = "keep.key"
_MEMORY = "kept.json"
_SEEN = "keep.seen"


def keep_key_file(settings: Settings) -> Path:
    """The file with the key of the list."""
    return ledger_folder(settings) / _KEY


def keep_list(settings: Settings) -> KeepList | None:
    """The list that the eraser asks; None where the settings name none."""
    if settings.keep_list is None or settings.confidential:
        return None
    seen = ledger_folder(settings) / _SEEN
    return KeepList(settings.keep_list, keep_key_file(settings), seen, period("keep-list"))


def keep_writer(settings: Settings) -> KeepWriter | None:
    """What writes the list for another ledger; None where the settings name none."""
    if settings.keep_list is None or not settings.confidential:
        return None
    memory = ledger_folder(settings) / _MEMORY
    return KeepWriter(settings.keep_list, keep_key_file(settings), memory)
