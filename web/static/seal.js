/**
 * The seals beside events: this browser proves each event by the public log, one by one as they come into view.
 *
 * A seal is `<a class="seal" data-seal data-position data-shown data-entry>`; `#seal-log` says which log, and with which
 * keys. `web/templates/components/seal.html` writes both.
 */

import { element } from "./proof/elements.js";
import { Contradicted, Unavailable } from "./proof/faults.js";
import { askFor, Log, reader } from "./proof/log.js";
import { Memory, storageOf } from "./proof/memory.js";
import { evidenced, explained, Panel } from "./proof/panel.js";
import { Words } from "./proof/words.js";

const SEAL = "a.seal[data-position]";
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

class Seals {
  constructor(place, texts) {
    this.place = place;
    this.site = JSON.parse(place.dataset.site);
    this.words = new Words(texts, document.documentElement.lang, this.site.zone);
    this.memory = new Memory(storageOf(window), this.site.origin);
    this.log = new Log(this.site, this.memory, reader(this.site.log));
    this.panel = new Panel(this.words, this.site);
    this.findings = new WeakMap();
    this.waiting = new Set();
    this.queue = Promise.resolve();
    this.pause = FIRST_RETRY_MS;
    this.observer = new IntersectionObserver((seen) => this.arrived(seen));
  }

  /** Watch the seals below an element, those that are there and those that come. */
  watch(root) {
    const take = (node) => {
      const seals = node.querySelectorAll?.(SEAL) ?? [];
      for (const seal of node.matches?.(SEAL) ? [node] : seals) this.observer.observe(seal);
    };
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) addedNodes.forEach(take);
    }).observe(root, { childList: true, subtree: true });
    root.addEventListener("click", (event) => this.clicked(event));
    take(root);
  }

  /** Check the log itself, for pages that show it. */
  async start() {
    if (!globalThis.crypto?.subtle) return;
    try {
      this.announce(await this.log.head());
    } catch (fault) {
      this.warn(fault);
    }
  }

  arrived(seen) {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      this.observer.unobserve(target);
      this.check(target);
    }
  }

  /** Behind those that came before it. */
  check(seal) {
    this.queue = this.queue.then(() => this.prove(seal));
  }

  async prove(seal) {
    const { position, shown, entry } = seal.dataset;
    let finding;
    try {
      if (!globalThis.crypto?.subtle) throw new Unavailable("insecure");
      finding = await this.log.prove(Number(position), JSON.parse(shown), () => askFor(entry));
    } catch (fault) {
      const state = fault instanceof Contradicted ? "contradicted" : "unavailable";
      finding = { state, fault: fault.code ? fault : new Unavailable("broken") };
    }
    this.show(seal, finding);
    if (finding.state === "unproven") this.later(seal);
  }

  show(seal, finding) {
    seal.dataset.seal = finding.state;
    this.findings.set(seal, finding);
    seal.querySelector("span").textContent = this.words.say(finding.state);
    seal.title = explained(this.words, finding);
    this.panel.update(seal.dataset.position, finding);
  }

  /** What is not under a checkpoint yet is looked at again, at growing intervals. */
  later(seal) {
    this.waiting.add(seal);
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.pause = Math.min(this.pause * 2, LAST_RETRY_MS);
      const seals = [...this.waiting].filter(({ isConnected }) => isConnected);
      this.waiting.clear();
      seals.forEach((each) => this.check(each));
    }, this.pause);
  }

  clicked(event) {
    const seal = event.target.closest?.(SEAL);
    // A second tab, or a page to keep, is what the link is for.
    if (!seal || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const finding = this.findings.get(seal) ?? { state: seal.dataset.seal };
    this.panel.open(seal.dataset.position, finding);
  }

  /** What the reader should know of the log, at the top. */
  announce(head) {
    this.place.dataset.seal = head ? "proven" : "unproven";
    const told = head ? (head.before ? "head" : "first-head") : "no-head";
    const notices = (head?.notices ?? []).map(({ code, detail }) => this.notice(code, detail));
    // Elsewhere than on the page of the log silence says that all is well.
    if ("told" in this.place.dataset) this.place.querySelector("[data-head]").append(this.words.say(told, { size: head?.size }));
    this.place.append(...notices);
  }

  warn(fault) {
    this.place.dataset.seal = fault instanceof Contradicted ? "contradicted" : "unavailable";
    this.place.append(this.notice(fault.code ? `fault.${fault.code}` : "fault.broken", fault.detail));
    this.place.append(...evidenced(this.words, fault.evidence, 2));
  }

  notice(code, detail = {}) {
    const notice = element("p", { class: "seal-notice", role: "status" }, this.words.say(code, detail));
    if (/key-(rotated|replaced)$/.test(code)) notice.append(" ", this.trustButton());
    return notice;
  }

  trustButton() {
    const button = element("button", { type: "button" }, this.words.say("trust"));
    button.addEventListener("click", () => {
      this.memory.trust(this.site.keys);
      location.reload();
    });
    return button;
  }
}

const place = document.getElementById("seal-log");
if (place) {
  const seals = new Seals(place, await (await fetch(place.dataset.words)).json());
  seals.watch(document.body);
  seals.start();
}
