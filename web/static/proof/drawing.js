/** The path from an entry to the root as a small tree: the path filled, what stands beside it outlined. */

import { toHex } from "./bytes.js";
import { drawn } from "./elements.js";

const STEP = 40;
const WIDTH = 400;
const MIDDLE = WIDTH / 2;
const ASIDE = 70;
const TOP = 18;

/** `steps`: as `verifyInclusion` gives them, the lowest first. `labels`: {root, entry, path}. */
export function drawPath(leaf, steps, labels) {
  const height = TOP * 2 + steps.length * STEP + 10;
  const bottom = TOP + steps.length * STEP;
  const svg = drawn("svg", {
    class: "seal-path", viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, role: "img", "aria-label": labels.path,
  });
  // The node below a parent leans away from its sibling, so that left and right are seen.
  const places = [[MIDDLE, TOP]];
  for (const [at, { side }] of [...steps.entries()].reverse()) {
    const y = bottom - at * STEP;
    const away = side === "left" ? 1 : -1;
    svg.append(line(places.at(-1), [MIDDLE + away * ASIDE / 2, y], "on"));
    svg.append(line(places.at(-1), [MIDDLE - away * ASIDE / 2, y], "beside"));
    places.push([MIDDLE + away * ASIDE / 2, y]);
  }
  const hashes = [...steps.map(({ hash }) => hash).reverse(), leaf];
  for (const [at, place] of places.entries()) {
    const step = steps[steps.length - at];
    const away = step?.side === "left" ? 1 : -1;
    const label = at === 0 ? labels.root : at === steps.length ? labels.entry : "";
    svg.append(...node(place, "on", hashes[at], at === 0 ? 1 : away, label));
    if (step) svg.append(...node([MIDDLE - away * ASIDE / 2, place[1]], "beside", step.sibling, -away, ""));
  }
  return svg;
}

function line([fromX, fromY], [toX, toY], kind) {
  return drawn("line", { class: kind, x1: fromX, y1: fromY, x2: toX, y2: toY });
}

function node([x, y], kind, hash, away, label) {
  const text = `${toHex(hash.slice(0, 4))}${label ? ` ${label}` : ""}`;
  return [
    drawn("circle", { class: kind, cx: x, cy: y, r: 6 }),
    drawn("text", { x: x + away * 12, y: y + 4, "text-anchor": away > 0 ? "start" : "end" }, text),
  ];
}
