"""Where the promises of a ledger's log can be read from here, and the one fence of this process for it."""

import hashlib
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from host.keys import published_log
from host.settings import Settings
from ledger.errors import Retry
from ledger.http import Bounds, Question, ask, client
from ledger.tlog.publishing.fence import Fence, FetchedPromises, FolderPromises, Promises
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.store.folder import CHECKPOINT, LogFolder
from ledger.tlog.tree.tiles import decode_tile, tile_path

# For one file, while somebody waits to write; more than any checkpoint or tile.
_BOUNDS = Bounds(3.0, 1 << 18)
# Sites of one ledger share what was compared. By what says which ledger it is, and where its promises are.
_FENCES: dict[tuple[str, ...], Fence] = {}


def fence_of(settings: Settings) -> Fence:
    """The fence of this process for a ledger."""
    log = settings.log
    database = settings.database_url or str(settings.data_dir)
    places = str(log.folder), str(log.key_file), log.origin, log.url or "", repr(log.policy)
    key = database, str(settings.ledger), *places
    return _FENCES.setdefault(key, Fence(_places(settings), partial(_keys, settings)))


def _keys(settings: Settings) -> tuple[VerifierKey, ...]:
    """Verification keys of the log; none where the folder of its key is closed to this process."""
    try:
        return tuple(published_log(settings).keys)
    except Retry:
        policy = settings.log.policy
        return policy.keys if policy else ()


def _places(settings: Settings) -> list[Promises]:
    log = settings.log
    places: list[Promises] = [FolderPromises(LogFolder(log.folder))]
    if log.url:
        fetch = partial(_fetch, log.url)
        places.append(FetchedPromises("LEDGER_LOG_URL", CHECKPOINT, fetch, partial(_tile, fetch)))
    name = hashlib.sha256(log.origin.encode()).hexdigest()
    witnesses = log.policy.witnesses if log.policy else {}
    places += [
        FetchedPromises(
            f"witness {who}", f"{name}/{CHECKPOINT}", partial(_fetch, witness.url), None
        )
        for who, witness in witnesses.items()
        if witness.url
    ]
    return places


def _fetch(url: str, path: str) -> bytes | None:
    question = Question("GET", f"{url.rstrip('/')}/{path}")
    reply = ask(question, _BOUNDS, lambda: client(proxies=True))
    if reply.status == HTTPStatus.NOT_FOUND:
        return None
    if reply.status != HTTPStatus.OK:
        raise Retry(f"it answers with status {reply.status}")
    return reply.body


def _tile(fetch: Callable[[str], bytes | None], level: int, number: int, width: int) -> list[bytes]:
    """The first hashes of a tile: a partial one may have become full meanwhile."""
    for path in (tile_path(level, number, width), tile_path(level, number)):
        content = fetch(path)
        if content is not None:
            return decode_tile(content, width)
    raise Retry("it has no such tile")
