/**
 * Signed notes and the checkpoints in them (C2SP signed-note, tlog-checkpoint). As strict as the ledger's
 * own: whatever is not exactly a note is refused.
 */

import { fromBase64, fromUtf8, sameBytes, toHex } from "./bytes.js";
import { Contradicted, Unavailable } from "./faults.js";
import { ED25519, isKeyName, KEY_ID_BYTES, verifySignature } from "./keys.js";
import { EMPTY_ROOT, HASH_BYTES } from "./tree.js";

const LIMIT_BYTES = 1_000_000;
const LIMIT_SIGNATURES = 100;
const SIZE = /^(?:0|[1-9][0-9]{0,18})$/;
const DASH = "— ";

/** A note taken apart: `text`, and `signatures` as {name, id, content}. No signature is checked. */
export function parseNote(bytes) {
  const whole = noteText(bytes);
  const blank = whole.lastIndexOf("\n\n");
  if (blank < 1 || !whole.endsWith("\n")) throw new Contradicted("note-form");
  const lines = whole.slice(blank + 2, -1).split("\n");
  if (lines.length > LIMIT_SIGNATURES) throw new Contradicted("note-form");
  return { text: whole.slice(0, blank + 1), signatures: lines.map(parseLine) };
}

function noteText(bytes) {
  if (bytes.length > LIMIT_BYTES) throw new Contradicted("note-form");
  let text;
  try {
    text = fromUtf8(bytes);
  } catch {
    throw new Contradicted("note-form");
  }
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new Contradicted("note-form");
  return text;
}

function parseLine(line) {
  const space = line.indexOf(" ", DASH.length);
  const name = line.slice(DASH.length, space);
  if (!line.startsWith(DASH) || space < 0 || !isKeyName(name)) throw new Contradicted("note-form");
  const content = fromBase64(line.slice(space + 1));
  if (content.length <= KEY_ID_BYTES) throw new Contradicted("note-form");
  return { name, id: toHex(content.slice(0, KEY_ID_BYTES)), content: content.slice(KEY_ID_BYTES) };
}

/** What the text of a checkpoint says: origin, size, root, and the extension lines. */
export function parseCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length < 4 || lines.pop() !== "" || lines.includes("")) {
    throw new Contradicted("checkpoint-form");
  }
  const [origin, size, root, ...extensions] = lines;
  if (!SIZE.test(size) || BigInt(size) >= 2n ** 63n) throw new Contradicted("checkpoint-form");
  // A number of this browser counts no further without leaving some out.
  if (!Number.isSafeInteger(Number(size))) throw new Unavailable("too-large");
  const checkpoint = { origin, size: Number(size), root: fromBase64(root), extensions };
  if (checkpoint.root.length !== HASH_BYTES) throw new Contradicted("checkpoint-form");
  if (checkpoint.size === 0 && !sameBytes(checkpoint.root, EMPTY_ROOT)) {
    throw new Contradicted("checkpoint-form");
  }
  return checkpoint;
}

/**
 * Check every signature of a known key. Returns those keys, each with `time`; Contradicted when one of them is
 * wrong, or when no key of the checkpoint's own log is among them.
 */
export async function verifySigners(note, origin, keys) {
  const signers = [];
  for (const signature of note.signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id);
    if (!key) continue;
    signers.push({ ...key, time: await verifySignature(key, note.text, signature.content) });
  }
  const log = signers.find(({ name, algorithm }) => name === origin && algorithm === ED25519);
  if (!log) throw new Contradicted("unknown-key", { name: origin });
  return signers;
}
