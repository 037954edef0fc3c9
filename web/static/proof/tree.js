/**
 * The Merkle tree (RFC 9162, 2.1): hashes, and proofs made from nodes and checked. Positions in it count
 * from 0. Sizes are numbers up to 2^53, so they are halved by division: operators on bits end at 2^32.
 */

import { joined, sameBytes, sha256 } from "./bytes.js";
import { Contradicted } from "./faults.js";

export const HASH_BYTES = 32;
export const EMPTY_ROOT = Uint8Array.from(
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".match(/../g),
  (digits) => parseInt(digits, 16),
);
const LEAF = Uint8Array.of(0);
const INNER = Uint8Array.of(1);

export function hashLeaf(entry) {
  return sha256(joined(LEAF, entry));
}

export function hashChildren(left, right) {
  return sha256(joined(INNER, left, right));
}

/** Root over neighbouring hashes of one level; their number is a power of 2. */
export async function hashPerfect(hashes) {
  if (hashes.length === 1) return hashes[0];
  const half = hashes.length / 2;
  const sides = [hashPerfect(hashes.slice(0, half)), hashPerfect(hashes.slice(half))];
  return hashChildren(...(await Promise.all(sides)));
}

/** Root over perfect subtrees that shrink from left to right; at least one. */
async function fold(hashes) {
  let root = hashes.at(-1);
  for (const left of hashes.slice(0, -1).reverse()) root = await hashChildren(left, root);
  return root;
}

/** The perfect subtrees [level, index] over the leaves [first, end), largest first. */
export function subtrees(first, end) {
  const found = [];
  for (let at = first; at < end; ) {
    const level = height(end - at);
    found.push([level, at / 2 ** level]);
    at += 2 ** level;
  }
  return found;
}

/** The largest power of 2 below a count of at least 2. */
function split(count) {
  return 2 ** height(count - 1);
}

/** Exponent of the largest power of 2 up to a count; a logarithm would round near 2^53. */
function height(count) {
  let exponent = 0;
  while (2 ** (exponent + 1) <= count) exponent += 1;
  return exponent;
}

async function hashSpan([first, end], node) {
  return fold(await Promise.all(subtrees(first, end).map((place) => node(...place))));
}

/** Root over the first `size` leaves. `node`: gives the hash of the perfect subtree (level, index). */
export async function rootAt(size, node) {
  return size ? hashSpan([0, size], node) : EMPTY_ROOT;
}

/** Hashes from a leaf to the root (2.1.3.1), the lowest first. */
export async function inclusionProof(index, size, node) {
  const spans = [];
  let [first, end] = [0, size];
  while (end - first > 1) {
    const middle = first + split(end - first);
    if (index < middle) {
      spans.unshift([middle, end]);
      end = middle;
    } else {
      spans.unshift([first, middle]);
      first = middle;
    }
  }
  return Promise.all(spans.map((span) => hashSpan(span, node)));
}

/** Hashes that show a tree of `size` leaves to begin with one of `old` (2.1.4.1). */
export async function consistencyProof(old, size, node) {
  if (old === 0 || old === size) return [];
  const spans = [];
  let [first, end, whole] = [0, size, true];
  while (old !== end) {
    const middle = first + split(end - first);
    if (old <= middle) {
      spans.unshift([middle, end]);
      end = middle;
    } else {
      spans.unshift([first, middle]);
      [first, whole] = [middle, false];
    }
  }
  if (!whole) spans.unshift([first, end]);
  return Promise.all(spans.map((span) => hashSpan(span, node)));
}

/**
 * Climb from a leaf hash to a root (2.1.3.2). Returns the steps, each {sibling, side, hash}: the hash beside, on
 * which side it is, and what both come to. Contradicted when the proof has another length, or leads elsewhere.
 */
export async function verifyInclusion(leaf, index, size, proof, root) {
  checkHashes([leaf, root, ...proof]);
  if (!(index >= 0 && index < size)) throw new Contradicted("proof-form");
  const steps = [];
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) throw new Contradicted("proof-form");
    const left = isOdd(place) || place === last;
    hash = left ? await hashChildren(sibling, hash) : await hashChildren(hash, sibling);
    steps.push({ sibling, side: left ? "left" : "right", hash });
    if (left) [place, last] = upToRightChild(place, last);
    [place, last] = [half(place), half(last)];
  }
  if (last !== 0) throw new Contradicted("proof-form");
  if (!sameBytes(hash, root)) throw new Contradicted("path");
  return steps;
}

/** Check that a tree begins with an older one (2.1.4.2); Contradicted otherwise. */
export async function verifyConsistency(old, size, oldRoot, root, proof) {
  checkHashes([oldRoot, root, ...proof]);
  if (!(old >= 0 && old <= size)) throw new Contradicted("rolled-back", { old, size });
  if (old === 0 && !sameBytes(oldRoot, EMPTY_ROOT)) throw forked(old, size);
  if (old === 0 || old === size) {
    if (proof.length) throw new Contradicted("proof-form");
    if (old === size && !sameBytes(oldRoot, root)) throw forked(old, size);
    return;
  }
  // An old tree that is perfect is a node itself, and the proof leaves it out.
  const hashes = 2 ** height(old) === old ? [oldRoot, ...proof] : proof;
  const [oldComputed, computed] = await climbBoth(old, size, hashes);
  if (!sameBytes(oldComputed, oldRoot) || !sameBytes(computed, root)) throw forked(old, size);
}

async function climbBoth(old, size, [lowest, ...siblings]) {
  if (!lowest) throw new Contradicted("proof-form");
  let [place, last] = upToLeftChild(old - 1, size - 1);
  let [oldHash, hash] = [lowest, lowest];
  for (const sibling of siblings) {
    if (last === 0) throw new Contradicted("proof-form");
    if (isOdd(place) || place === last) {
      oldHash = await hashChildren(sibling, oldHash);
      hash = await hashChildren(sibling, hash);
      [place, last] = upToRightChild(place, last);
    } else {
      hash = await hashChildren(hash, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  if (last !== 0) throw new Contradicted("proof-form");
  return [oldHash, hash];
}

function upToLeftChild(place, last) {
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  return [place, last];
}

/** Skip the levels on which a node at the right edge has no sibling. */
function upToRightChild(place, last) {
  while (place && !isOdd(place)) [place, last] = [half(place), half(last)];
  return [place, last];
}

function isOdd(count) {
  return count % 2 === 1;
}

function half(count) {
  return Math.floor(count / 2);
}

function checkHashes(hashes) {
  if (hashes.some(({ length }) => length !== HASH_BYTES)) throw new Contradicted("proof-form");
}

function forked(old, size) {
  return new Contradicted("forked", { old, size });
}
