"use strict";
// The timeline of a person: keyboard, a period by dragging, and two handles. Without it the list says the same.

for (const figure of document.querySelectorAll("[data-timeline]")) {
  const svg = figure.querySelector("svg");
  const told = figure.querySelector("[data-told]");
  const help = told.textContent;
  const [start, end] = [Number(figure.dataset.start), Number(figure.dataset.end)];
  const acts = [...svg.querySelectorAll("[data-known]")];
  const links = [...svg.querySelectorAll("a")];
  const middle = (link) => { const box = link.getBoundingClientRect(); return box.x + box.width / 2; };
  const laneOf = (link) => link.closest("[data-lane]");
  const tell = (link) => { told.textContent = link ? link.querySelector("title").textContent : help; };

  // Keyboard: one stop for Tab; arrows go along a lane and from lane to lane.
  const enter = (link) => {
    if (!link) return;
    for (const other of links) other.setAttribute("tabindex", other === link ? "0" : "-1");
    link.focus();
  };
  const along = (link, step) => {
    const lane = [...laneOf(link).querySelectorAll("a")].sort((a, b) => middle(a) - middle(b));
    return lane[lane.indexOf(link) + step];
  };
  const across = (link, step) => {
    const lanes = [...svg.querySelectorAll("[data-lane]")].filter((lane) => lane.querySelector("a"));
    const lane = lanes[lanes.indexOf(laneOf(link)) + step];
    const near = (other) => Math.abs(middle(other) - middle(link));
    return lane && [...lane.querySelectorAll("a")].reduce((best, other) => (near(other) < near(best) ? other : best));
  };
  const moves = {
    ArrowRight: (link) => along(link, 1), ArrowLeft: (link) => along(link, -1),
    ArrowDown: (link) => across(link, 1), ArrowUp: (link) => across(link, -1),
    Home: () => links[0], End: () => links[links.length - 1],
  };
  links[0]?.setAttribute("tabindex", "0");
  svg.addEventListener("keydown", (event) => {
    const link = event.target.closest("a");
    if (!link || !moves[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    enter(moves[event.key](link));
  });
  svg.addEventListener("focusin", (event) => tell(event.target.closest("a")));
  svg.addEventListener("focusout", () => tell(null));
  svg.addEventListener("pointerover", (event) => tell(event.target.closest("a")));

  // A period by dragging: the page is asked for again, so that the link and the back button know it.
  const shade = document.createElementNS(svg.namespaceURI, "rect");
  shade.setAttribute("class", "shade");
  shade.setAttribute("height", "100%");
  let from = null;
  const share = (event) => {
    const box = svg.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.x) / box.width, 0), 1);
  };
  const zone = figure.dataset.zone;
  // Sweden writes dates as addresses do: 2026-03-12.
  const inAddress = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
  const day = (of) => inAddress.format((start + of * (end - start)) * 1000);
  const draw = (to) => {
    shade.setAttribute("x", `${Math.min(from, to) * 100}%`);
    shade.setAttribute("width", `${Math.abs(to - from) * 100}%`);
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch" || event.target.closest("a")) return;
    from = share(event);
    draw(from);
    svg.append(shade);
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => { if (from !== null) draw(share(event)); });
  svg.addEventListener("pointercancel", () => { from = null; shade.remove(); });
  svg.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [first, last] = [from, share(event)].sort((a, b) => a - b);
    from = null;
    shade.remove();
    if (last - first < 0.01) return;
    const address = new URL(location.href);
    address.searchParams.set("from", day(first));
    address.searchParams.set("until", day(last));
    location.assign(address);
  });

  // Two handles: what had happened, and what was known of it. The acts that are later turn pale.
  const handles = figure.querySelector("[data-handles]");
  const [occurred, recorded] = handles.querySelectorAll("input");
  const [saysOccurred, saysRecorded] = handles.querySelectorAll("output");
  const date = new Intl.DateTimeFormat(document.documentElement.lang === "nl" ? "nl-NL" : "en-GB", { dateStyle: "long", timeZone: zone });
  // What was told later than it happened may be known only after the end of the picture.
  const lastKnown = Math.max(...acts.flatMap((act) => act.dataset.known.split(/[ :]/)).map((hours) => (Number(hours) + 1) * 3600));
  const ends = new Map([[occurred, end], [recorded, Math.max(end, lastKnown)]]);
  const at = (handle) => start + (Number(handle.value) / 1000) * (ends.get(handle) - start);
  const say = (words, time) => words.replace("{}", date.format(time * 1000));
  const isKnown = (pair) => {
    const [happened, noted] = pair.split(":").map((hours) => Number(hours) * 3600);
    return happened <= at(occurred) && noted <= at(recorded);
  };
  const line = document.createElementNS(svg.namespaceURI, "line");
  line.setAttribute("class", "handle");
  line.setAttribute("y2", svg.getAttribute("height") - 24);
  const show = () => {
    saysOccurred.textContent = say(handles.dataset.occurred, at(occurred));
    saysRecorded.textContent = say(handles.dataset.recorded, at(recorded));
    for (const act of acts) act.classList.toggle("later", !act.dataset.known.split(" ").some(isKnown));
    const x = `${Number(occurred.value) / 10}%`;
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
  };
  handles.hidden = false;
  handles.addEventListener("input", () => { svg.append(line); show(); });
  handles.addEventListener("submit", (event) => {
    event.preventDefault();
    const address = new URL(location.href);
    address.searchParams.delete("at-position");
    for (const [name, handle] of [["as-of", occurred], ["recorded-by", recorded]]) {
      const instant = new Date(at(handle) * 1000).toISOString().replace(".000", "");
      address.searchParams.set(name, instant);
    }
    location.assign(address);
  });
  show();
}
