/** Tiles: where they lie, how wide they are, and nodes of the tree read from them (C2SP tlog-tiles). */

import { Contradicted, Unavailable } from "./faults.js";
import { HASH_BYTES, hashPerfect } from "./tree.js";

const TILE_BITS = 8;
const TILE_WIDTH = 256;

/** Path below the log's address: `tile/0/x001/x234/067`, or `tile/0/273.p/112`. */
export function tilePath(level, number, width = TILE_WIDTH) {
  const groups = String(number).padStart(3, "0");
  const last = groups.slice(-3);
  const rest = groups.slice(0, -3);
  const first = rest.padStart(Math.ceil(rest.length / 3) * 3, "0").match(/.{3}/g) ?? [];
  const name = [...first.map((group) => `x${group}`), last].join("/");
  return `tile/${level}/${name}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** Width of a tile in a tree of `size` leaves; 0 when it is not there. */
export function widthAt(level, number, size) {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.max(0, Math.min(TILE_WIDTH, hashes - number * TILE_WIDTH));
}

/** The first `width` hashes of a tile, which may have grown since. */
export function decodeTile(bytes, width) {
  if (bytes.length < width * HASH_BYTES || bytes.length % HASH_BYTES) throw new Contradicted("tile-form");
  return Array.from({ length: width }, (_, at) => bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/**
 * The nodes of a tree of `size` leaves, each computed once. `read`: gives the bytes of a path, or null where there is
 * nothing.
 */
export function nodesOf(size, read) {
  const tiles = new Map();
  const nodes = new Map();

  async function readTile(level, number) {
    const width = widthAt(level, number, size);
    // A partial tile may have become full meanwhile.
    const bytes = (await read(tilePath(level, number, width))) ?? (await read(tilePath(level, number)));
    if (!bytes) throw new Unavailable("tile-missing", { path: tilePath(level, number, width) });
    return decodeTile(bytes, width);
  }

  async function compute(level, index) {
    const tileLevel = Math.floor(level / TILE_BITS);
    const count = 2 ** (level % TILE_BITS);
    const number = Math.floor((index * count) / TILE_WIDTH);
    const start = (index * count) % TILE_WIDTH;
    const tile = await kept(tiles, `${tileLevel}/${number}`, () => readTile(tileLevel, number));
    return hashPerfect(tile.slice(start, start + count));
  }

  return (level, index) => kept(nodes, `${level}/${index}`, () => compute(level, index));
}

/** The value of a name, made once; what failed is made again the next time. */
function kept(map, name, make) {
  if (!map.has(name)) {
    const made = make();
    made.catch(() => map.delete(name));
    map.set(name, made);
  }
  return map.get(name);
}
