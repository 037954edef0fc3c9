"""The files of the log as files: who may use them, and files that do not belong to the signed tree.

Their content is compared elsewhere (`ledger.audit.log.published`).
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from ledger.audit.findings import FILE, CappedFindings, Findings
from ledger.audit.log.promises import signed_by_now
from ledger.audit.log.signed import SignedCheckpoints
from ledger.errors import ServiceAway, Unproven
from ledger.storage.contents import LOG, look
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.tiles import TILE_WIDTH, FilePlace, place_of


def check_files(
    folder: LogFolder,
    signed: SignedCheckpoints,
    findings: Findings,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Note everything in the folder that the log did not put there, or that it left otherwise."""
    notes, first, tiles = CappedFindings(findings), _first_kept(folder), list[FilePlace]()
    for found in look(folder.path, LOG):
        place = place_of(found.name)
        if found.why:
            notes.note(None, FILE, found.why)
        elif place and place.level is None and place.number * TILE_WIDTH < first:
            detail = (
                f"{place.path} of the log holds entries that are pruned: run `ledger prune` again"
            )
            notes.note(None, FILE, detail)
        elif place:
            tiles.append(place)
    for place in _beyond(tiles, signed, pause):
        notes.note(None, FILE, f"{place.path} of the log is beyond the tree that is signed")
    notes.end()


def _beyond(
    tiles: Sequence[FilePlace], signed: SignedCheckpoints, pause: Callable[[float], None]
) -> list[FilePlace]:
    """The tiles that the signed tree does not have; none if nothing is signed, as nothing tells them apart
    then.
    """
    least = max((place.least_size for place in tiles), default=0)
    # A publisher writes files before it signs for them.
    if not signed.least or signed_by_now(signed, least, pause):
        return []
    size = signed.size_now()
    return [place for place in tiles if not place.is_in(size)]


def _first_kept(folder: LogFolder) -> int:
    with suppress(Unproven, ServiceAway):  # a finding of its own
        return folder.minimum_index()
    return 0
