/** Bytes and their texts: base64 in its only spelling (RFC 4648, section 4), UTF-8, hexadecimal. Pure. */

import { Contradicted } from "./faults.js";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function toBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The bytes of a text; Contradicted for any other text than theirs. */
export function fromBase64(text) {
  if (!BASE64.test(text)) throw new Contradicted("note-base64");
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  // Spare bits of the last letter must be zero: two texts must not stand for the same bytes.
  if (toBase64(bytes) !== text) throw new Contradicted("note-base64");
  return bytes;
}

export function toUtf8(text) {
  return new TextEncoder().encode(text);
}

/** The text of UTF-8; throws TypeError for other bytes. */
export function fromUtf8(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sameBytes(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
