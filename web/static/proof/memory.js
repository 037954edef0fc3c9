/**
 * What this browser remembers of a log between visits: the keys that it saw first, and the last checkpoint that it
 * found in order. Kept by the name of the log, at the address of this console.
 */

const PREFIX = "processing-ledger log ";

export class Memory {
  /** `storage`: as localStorage; null where the browser keeps nothing. */
  constructor(storage, origin) {
    this.storage = storage;
    this.name = PREFIX + origin;
  }

  /** {keys, note, size, root, seen}, or null on a first visit, or where what was kept cannot be read. */
  read() {
    try {
      const kept = JSON.parse(this.storage.getItem(this.name));
      return isRemembered(kept) ? kept : null;
    } catch {
      return null;
    }
  }

  /** Whether anything is kept between visits. */
  get lasts() {
    return this.storage !== null;
  }

  /** Names of other logs that this browser saw at this address. */
  others() {
    if (!this.storage) return [];
    const names = Array.from({ length: this.storage.length }, (_, at) => this.storage.key(at));
    const logs = names.filter((name) => name.startsWith(PREFIX) && name !== this.name);
    return logs.map((name) => name.slice(PREFIX.length));
  }

  /** Keep a checkpoint that was found in order; never a smaller one than another tab kept meanwhile. */
  keep(seen, keys) {
    const kept = this.read();
    if (kept && kept.size > seen.size) return;
    this.write({ ...seen, keys: kept?.keys ?? keys, seen: new Date().toISOString() });
  }

  /** Take other keys for those of the log, since the reader compared them. */
  trust(keys) {
    const kept = this.read();
    if (kept) this.write({ ...kept, keys });
  }

  write(kept) {
    try {
      this.storage?.setItem(this.name, JSON.stringify(kept));
    } catch {
      // Full, or closed meanwhile: then the next visit is compared with an older one.
    }
  }
}

/** The storage of this browser; null where it keeps nothing. */
export function storageOf(window) {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function isRemembered(kept) {
  const { keys, note, size, root } = kept ?? {};
  const texts = [note, root].every((text) => typeof text === "string");
  return texts && Number.isSafeInteger(size) && Array.isArray(keys) && keys.length > 0;
}
