/**
 * Entries: what the log holds of an event, taken apart without losing a byte, and compared with what the
 * database holds now and with what the page shows of it.
 *
 * Members are compared as the texts that were signed, not as numbers or objects of this browser: two
 * spellings of one number are a difference, and a long number is not rounded.
 */

import { fromUtf8, sameBytes } from "./bytes.js";
import { Contradicted } from "./faults.js";

const STRING = /"(?:[^"\\]|\\.)*"/y;
const STRINGS = new RegExp(STRING.source, "g");
// Members that are told apart further, since a reader wants to know which of them it is.
const NESTED = ["facts", "sealed", "origin"];

/**
 * Every member of an entry, name -> its text: those of the header, then those of the state; `facts.amount` for one inside
 * another. Contradicted when the bytes are no entry.
 */
export function membersOf(entry) {
  const newline = entry.indexOf(0x0a);
  try {
    const header = membersOfObject(fromUtf8(entry.slice(0, newline)));
    const state = membersOfObject(fromUtf8(entry.slice(newline + 1)));
    return new Map([...header, ...unfolded(state)]);
  } catch {
    throw new Contradicted("entry-form");
  }
}

function* unfolded(members) {
  for (const [name, text] of members) {
    if (!NESTED.includes(name)) yield [name, text];
    else for (const [inner, value] of membersOfObject(text)) yield [`${name}.${inner}`, value];
  }
}

/** The members of a JSON object without white space, name -> text; throws for anything else. */
export function membersOfObject(text) {
  const object = JSON.parse(text);
  if (typeof object !== "object" || Array.isArray(object) || object === null) throw new SyntaxError();
  const found = new Map();
  for (let at = 1; text[at] === '"'; ) {
    const colon = endOfValue(text, at);
    const end = endOfValue(text, colon + 1);
    const name = JSON.parse(text.slice(at, colon));
    if (found.has(name)) throw new SyntaxError();
    found.set(name, text.slice(colon + 1, end));
    at = end + 1;
  }
  // The ledger writes no white space; with it a member could go unseen.
  if (found.size !== Object.keys(object).length || /\s/.test(text.replace(STRINGS, ""))) throw new SyntaxError();
  return found;
}

/** Where a value ends: at the comma, colon or bracket that is not its own. */
function endOfValue(text, start) {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '"') {
      STRING.lastIndex = at;
      at += STRING.exec(text)[0].length - 1;
    } else if ("{[".includes(text[at])) depth += 1;
    else if ("}],:".includes(text[at])) {
      if (depth === 0) return at;
      if ("}]".includes(text[at])) depth -= 1;
    }
  }
  return text.length;
}

/**
 * What differs, each {name, signed, found, where}. `row`: the entry as the database holds it now, null when it holds
 * none. `shown`: name -> text of what the page shows. A text is null where there is no such member.
 */
export function differences(entry, row, shown) {
  const signed = membersOf(entry);
  return [...databaseDifferences(entry, signed, row), ...pageDifferences(signed, shown)];
}

function databaseDifferences(entry, signed, row) {
  if (row && sameBytes(entry, row)) return [];
  if (!row) return [{ name: "position", signed: signed.get("position"), found: null, where: "database" }];
  let stored;
  try {
    stored = membersOf(row);
  } catch {
    stored = new Map();
  }
  const names = new Set([...signed.keys(), ...stored.keys()]);
  const found = [...names].map((name) => difference(name, signed, stored.get(name), "database"));
  const real = found.filter(Boolean);
  // The same members in other bytes: no program of the ledger writes them so.
  return real.length ? real : [{ name: "state", signed: null, found: null, where: "database" }];
}

function pageDifferences(signed, shown) {
  return Object.entries(shown)
    .map(([name, text]) => difference(name, signed, text, "page"))
    .filter(Boolean);
}

function difference(name, signed, found, where) {
  const [one, other] = [signed.get(name) ?? "null", found ?? "null"];
  if (one === other) return null;
  return { name, signed: signed.get(name) ?? null, found: found ?? null, where };
}
