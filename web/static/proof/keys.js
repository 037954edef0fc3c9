/**
 * Verification keys of logs and witnesses (C2SP signed-note, tlog-cosignature): reading them, and checking
 * with WebCrypto what they signed.
 */

import { fromBase64, joined, sha256, toHex, toUtf8 } from "./bytes.js";
import { Contradicted, Unavailable } from "./faults.js";

export const ED25519 = 1;
export const COSIGNATURE = 4;
export const KEY_ID_BYTES = 4;
const PUBLIC_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;
const LAST_TIME = 2n ** 63n - 1n;

/** Whether a key, and so a log, may have this name. */
export function isKeyName(name) {
  return name !== "" && !/[+\p{White_Space}\u0000-\u001f]/u.test(name);
}

/** `<name>+<key id>+<base64>` taken apart; Contradicted for anything else, and for a wrong key id. */
export async function parseKey(text) {
  const [, name, id, content] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(text) ?? [];
  if (name === undefined || !isKeyName(name)) throw new Contradicted("key-text");
  const bytes = fromBase64(content);
  const known = bytes[0] === ED25519 || bytes[0] === COSIGNATURE;
  if (!known || bytes.length !== 1 + PUBLIC_BYTES) throw new Contradicted("key-text");
  if ((await keyId(name, bytes)) !== id) throw new Contradicted("key-text");
  return { text, name, id, algorithm: bytes[0], public: bytes.slice(1) };
}

/** Eight hexadecimal digits that tell the keys of one name apart. `content`: algorithm and public bytes. */
export async function keyId(name, content) {
  const digest = await sha256(joined(toUtf8(`${name}\n`), content));
  return toHex(digest.slice(0, KEY_ID_BYTES));
}

/**
 * Check a signature, without its key id, over a note's text; Contradicted when it is not the key's.
 * Returns the time of a witness's signature, a Date, and null for a log's.
 */
export async function verifySignature(key, text, signature) {
  if (key.algorithm !== COSIGNATURE) {
    await verifyBytes(key, toUtf8(text), signature);
    return null;
  }
  const seconds = cosignatureTime(key, signature);
  const message = toUtf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  await verifyBytes(key, message, signature.slice(TIME_BYTES));
  return new Date(Number(seconds) * 1000);
}

function cosignatureTime(key, signature) {
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) throw wrong(key);
  const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  if (seconds > LAST_TIME) throw wrong(key);
  return seconds;
}

async function verifyBytes(key, message, signature) {
  const imported = await importKey(key);
  const right = await crypto.subtle.verify("Ed25519", imported, signature, message);
  if (!right) throw wrong(key);
}

async function importKey(key) {
  try {
    return await crypto.subtle.importKey("raw", key.public, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error.name === "DataError") throw wrong(key);
    throw new Unavailable("no-ed25519");
  }
}

function wrong(key) {
  return new Contradicted("signature", { name: key.name });
}
