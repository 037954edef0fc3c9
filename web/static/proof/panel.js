/** What a seal says when it is opened: what was found, the signed event, its path, who signed, how to check it without us. */

import { toBase64, toHex } from "./bytes.js";
import { drawPath } from "./drawing.js";
import { element } from "./elements.js";
import { membersOf } from "./entries.js";

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const HEADER = ["position", "recorded", "stream", "version", "type", "id", "source", "time"];

export class Panel {
  constructor(words, site) {
    this.words = words;
    this.site = site;
    this.dialog = element("dialog", { class: "seal-panel", "aria-labelledby": "seal-title" });
    document.body.append(this.dialog);
    // A click on the backdrop is one on the dialog itself.
    this.dialog.addEventListener("click", ({ target }) => target === this.dialog && this.dialog.close());
  }

  /** Show what was found of a position. */
  open(position, finding) {
    this.position = position;
    this.draw(finding);
    this.dialog.showModal();
  }

  /** What was found meanwhile, if this position is still shown. */
  update(position, finding) {
    if (this.dialog.open && position === this.position) this.draw(finding);
  }

  draw(finding) {
    const { state } = finding;
    const close = element("button", { type: "button", class: "seal-close" }, this.words.say("close"));
    close.addEventListener("click", () => this.dialog.close());
    this.dialog.dataset.seal = state;
    this.dialog.replaceChildren(
      close,
      element("h2", { id: "seal-title" }, this.words.say("title", { position: this.position })),
      element("p", { class: "seal-verdict" }, explained(this.words, finding)),
      ...this.differences(finding),
      ...evidenced(this.words, finding.fault?.evidence, 3),
      ...this.signed(finding),
      ...this.path(finding),
      ...this.signatures(finding.head),
      ...this.commands(),
    );
  }

  section(name, ...children) {
    return element("section", {}, element("h3", {}, this.words.say(name)), ...children);
  }

  differences({ fault }) {
    if (!fault?.wrong) return [];
    const rows = fault.wrong.map(({ name, signed, found, where }) =>
      element("tr", {},
        element("th", { scope: "row" }, this.member(name)),
        element("td", {}, signed ?? "–"),
        element("td", {}, found ?? "–", element("small", {}, ` ${this.words.say(where)}`))));
    return [this.section("differs-title", this.table(["member", "as-signed", "as-found"], rows))];
  }

  signed({ entry, fault }) {
    if (!entry || fault) return [];
    const members = membersOf(entry);
    const rows = HEADER.filter((name) => members.has(name)).map((name) =>
      element("tr", {}, element("th", { scope: "row" }, this.member(name)), element("td", {}, this.plain(members.get(name)))));
    return [this.section("signed-title", this.table(["member", "as-signed"], rows))];
  }

  table(heads, rows) {
    const cells = heads.map((name) => element("th", { scope: "col" }, this.words.say(name)));
    return element("table", {}, element("thead", {}, element("tr", {}, ...cells)), element("tbody", {}, ...rows));
  }

  /** What a member is called: in words where there are some. */
  member(name) {
    const word = `member.${name}`;
    return this.words.has(word) ? this.words.say(word) : name;
  }

  /** What was signed, as a reader writes it: a text without its marks, a time in words. */
  plain(text) {
    const value = JSON.parse(text);
    if (typeof value !== "string") return text;
    return INSTANT.test(value) ? this.words.time(new Date(value)) : element("bdi", {}, value);
  }

  path({ head, steps, leaf }) {
    if (!steps) return [];
    const { words } = this;
    const labels = {
      root: words.say("root"), entry: words.say("entry"), path: words.say("path-label", { count: steps.length }),
    };
    const hashes = steps.map(({ sibling, side }) =>
      element("li", {}, `${words.say(side)} `, element("code", {}, toHex(sibling))));
    return [this.section("path-title",
      drawPath(leaf, steps, labels),
      element("details", {},
        element("summary", {}, words.say("hashes")),
        element("p", {}, `${words.say("leaf")} `, element("code", {}, toHex(leaf))),
        element("ol", {}, ...hashes),
        element("p", {}, `${words.say("root")} `, element("code", {}, toBase64(head.root)))))];
  }

  signatures(head) {
    if (!head) return [];
    const { words } = this;
    const seen = head.before
      ? words.say("extends", { size: head.before.size, seen: new Date(head.before.seen) })
      : words.say("first-visit");
    const witnesses = head.witnesses.map(({ name, time }) =>
      element("li", {}, words.say(time ? "witnessed" : "not-witnessed", { name, time })));
    return [this.section("signature-title",
      element("p", {}, words.say("signed-by", { name: head.signer.name, id: head.signer.id })),
      element("p", {}, seen),
      witnesses.length ? element("ul", {}, ...witnesses) : element("p", {}, words.say("no-witness")),
      element("details", {}, element("summary", {}, words.say("note")), element("pre", {}, head.published)))];
  }

  commands() {
    const { position, site } = this;
    const keys = site.keys.map((key) => `--key '${key}'`).join(" ");
    const lines = `ledger prove ${position} --entry ${position}.entry &&\n`
      + `ledger verify ${position}.tlog-proof --entry ${position}.entry ${keys}`;
    return [this.section("command-title", element("p", {}, this.words.say("command")), element("pre", {}, lines))];
  }
}

/** One sentence that says what was found. */
export function explained(words, { state, fault, head }) {
  if (fault) return words.say(`fault.${fault.code}`, fault.detail);
  return words.say(`explain.${state}`, { size: head?.size });
}

/** The two checkpoints that contradict each other. `level`: of the heading above them. */
export function evidenced(words, evidence, level) {
  if (!evidence) return [];
  const { published, remembered } = evidence;
  const notes = remembered ? [["published-note", published], ["remembered-note", remembered]] : [["published-note", published]];
  return [element("section", {},
    element(`h${level}`, {}, words.say("evidence-title")),
    element("p", {}, words.say("keep-evidence")),
    ...notes.flatMap(([name, note]) => [
      element(`h${level + 1}`, {}, words.say(name)), element("pre", {}, note),
    ]))];
}
