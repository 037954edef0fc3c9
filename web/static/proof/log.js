/**
 * The log as this browser finds it: its checkpoint, checked against keys, witnesses and what was seen before, and the
 * proof of one entry. Nothing that the server says of a proof is believed; all of it is computed here.
 */

import { fromBase64, toBase64 } from "./bytes.js";
import { differences } from "./entries.js";
import { Contradicted, Unavailable } from "./faults.js";
import { COSIGNATURE, ED25519, parseKey } from "./keys.js";
import { parseCheckpoint, parseNote, verifySigners } from "./notes.js";
import { nodesOf } from "./tiles.js";
import { consistencyProof, hashLeaf, inclusionProof, verifyConsistency, verifyInclusion } from "./tree.js";

// The log signs at most one checkpoint a second.
const PAUSE_MS = 1_000;

export class Log {
  /**
   * `site`: {origin, keys, witnesses, quorum}: the name of the log, its keys as texts, and the policy. `read`: gives
   * the bytes of a path of the log, or null where there is nothing; raises Unavailable.
   */
  constructor(site, memory, read) {
    this.site = site;
    this.memory = memory;
    this.read = read;
  }

  /** The published checkpoint, checked once a page; null when nothing is published. Raises a fault. */
  head() {
    if (!this.known) {
      this.looked = Date.now();
      this.known = this.checkedHead();
    }
    return this.known;
  }

  /** Look again, since the log may have grown; but not more often than it can have. */
  refresh() {
    if (Date.now() - (this.looked ?? -Infinity) > PAUSE_MS) this.known = undefined;
    return this.head();
  }

  async checkedHead() {
    // Read before the checkpoint is asked for: another tab may remember a later one meanwhile.
    const before = this.memory.read();
    const bytes = await this.read("checkpoint");
    if (!bytes) {
      if (before?.size) throw new Unavailable("no-checkpoint", { size: before.size });
      return null;
    }
    const published = new TextDecoder().decode(bytes);
    try {
      return await this.checked(bytes, published, before);
    } catch (fault) {
      // Two notes that contradict each other are evidence: the reader can keep both.
      if (fault instanceof Contradicted) fault.evidence = { published, remembered: before?.note ?? null };
      throw fault;
    }
  }

  async checked(bytes, published, before) {
    const note = parseNote(bytes);
    const { origin, size, root } = parseCheckpoint(note.text);
    if (origin !== this.site.origin) throw new Contradicted("origin", { origin, expected: this.site.origin });
    const signers = await verifySigners(note, origin, await this.keys(before));
    const notices = this.judgeKeys(signers, before);
    const witnesses = this.judgeWitnesses(signers);
    const node = nodesOf(size, this.read);
    if (before) await this.extend(before, { size, root, node });
    this.memory.keep({ note: published, size, root: toBase64(root) }, this.site.keys);
    return { origin, size, root, published, before, node, notices, witnesses, signer: this.logKey(signers, before) };
  }

  /** The log's key that signed; of several one that this browser remembers. */
  logKey(signers, before) {
    const keys = signers.filter(({ name, algorithm }) => name === this.site.origin && algorithm === ED25519);
    return keys.find(({ text }) => before?.keys.includes(text)) ?? keys[0];
  }

  /** The keys that count: those that the page names, and those that this browser saw first. */
  async keys(before) {
    const logs = new Set([...this.site.keys, ...(before?.keys ?? [])]);
    if (!logs.size) throw new Unavailable("no-key");
    const witnesses = this.site.witnesses.map(({ key }) => key);
    return Promise.all([...logs, ...witnesses].map(parseKey));
  }

  /**
   * What the reader should know of the keys. A new key beside the old ones is a rotation, to be compared once; a
   * new key in place of the old ones is not believed.
   */
  judgeKeys(signers, before) {
    const notices = [];
    const signer = this.logKey(signers, before);
    if (before && !before.keys.includes(signer.text)) {
      const kept = before.keys.every((key) => this.site.keys.includes(key));
      if (!kept) throw new Contradicted("key-replaced", { key: signer.text });
      notices.push({ code: "key-rotated", detail: { key: signer.text } });
    }
    const others = before ? [] : this.memory.others();
    if (others.length) notices.push({ code: "other-log", detail: { name: others.join(", ") } });
    if (!this.memory.lasts) notices.push({ code: "forgets", detail: {} });
    return notices;
  }

  judgeWitnesses(signers) {
    const { quorum, witnesses } = this.site;
    const found = witnesses.map(({ name, key }) => {
      const signer = signers.find(({ text, algorithm }) => text === key && algorithm === COSIGNATURE);
      return { name, key, time: signer?.time ?? null };
    });
    const signed = new Set(found.filter(({ time }) => time).map(({ name }) => name));
    if (!isSatisfied(quorum, signed)) throw new Contradicted("quorum", { count: signed.size });
    return found;
  }

  /** The tree begins with the one that this browser saw last, by the tiles; Contradicted otherwise. */
  async extend(before, { size, root, node }) {
    if (before.size > size) throw new Contradicted("rolled-back", { old: before.size, size });
    const proof = await consistencyProof(before.size, size, node);
    await verifyConsistency(before.size, size, fromBase64(before.root), root, proof);
  }

  /**
   * Prove one event. `ask`: gives its {entry, row}, as bytes or null, and whether the log's copy was `pruned`. `shown`: what
   * the page shows of it.
   * Returns {state: "unproven"} or {state: "proven", head, steps, leaf, entry}; raises a fault.
   */
  async prove(position, shown, ask) {
    let head = await this.head();
    if (!head || position > head.size) head = await this.refresh();
    if (!head || position > head.size) return { state: "unproven", head };
    const { entry: logged, row, pruned } = await ask();
    // Where the log's copies were pruned, what the database kept must be what was signed.
    const entry = pruned ? row : logged;
    if (!entry) throw new Unavailable(pruned ? "entry-pruned" : "entry-missing");
    const leaf = await hashLeaf(entry);
    const steps = await this.climb(leaf, position, head, pruned ? "row-changed" : "entry-changed");
    const wrong = differences(entry, row, { position: String(position), ...shown });
    if (wrong.length) throw Object.assign(new Contradicted("differs"), { wrong, entry });
    return { state: "proven", head, steps, leaf, entry };
  }

  /** `otherwise`: what is wrong when the tiles lead to the root, and the entry is not under them. */
  async climb(leaf, position, { size, root, node }, otherwise) {
    const index = position - 1;
    const proof = await inclusionProof(index, size, node);
    const stored = await node(0, index);
    await verifyInclusion(stored, index, size, proof, root);
    try {
      return await verifyInclusion(leaf, index, size, proof, root);
    } catch {
      throw new Contradicted(otherwise);
    }
  }
}

/** Whether witnesses make a quorum: null, a name, or {threshold, members} of quorums. */
function isSatisfied(quorum, signed) {
  if (quorum === null) return true;
  if (typeof quorum === "string") return signed.has(quorum);
  return quorum.members.filter((member) => isSatisfied(member, signed)).length >= quorum.threshold;
}

/** Reads paths of a log below an address; each is fetched once a page, but the checkpoint each time. */
export function reader(prefix, fetcher = fetch) {
  const files = new Map();
  return (path) => {
    if (path === "checkpoint") return download(fetcher, prefix + path, "no-store");
    if (!files.has(path)) {
      const file = download(fetcher, prefix + path, "default");
      file.then((bytes) => bytes ?? files.delete(path), () => files.delete(path));
      files.set(path, file);
    }
    return files.get(path);
  };
}

/** The entry of an event as the log holds it, and as the database holds it now; null where they hold none. */
export async function askFor(address, fetcher = fetch) {
  const bytes = await download(fetcher, address, "no-store");
  if (!bytes) throw new Unavailable("entry-missing");
  const { entry, row, pruned } = JSON.parse(new TextDecoder().decode(bytes));
  return { entry: entry && fromBase64(entry), row: row && fromBase64(row), pruned };
}

async function download(fetcher, address, cache) {
  let answer;
  try {
    answer = await fetcher(address, { cache, credentials: "same-origin", redirect: "error" });
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  } catch {
    throw new Unavailable("unreachable");
  }
  // The console itself found that it is not what the log's key signed.
  if (answer.headers?.get("ledger-file-refused")) throw new Contradicted("file-refused", { path: address });
  if (answer.status === 404) return null;
  throw new Unavailable(answer.status === 401 || answer.status === 403 ? "login" : "unreachable");
}
