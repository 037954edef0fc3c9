"use strict";
// Comfort only: every page works without this file.

// A form is sent once: a second press while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  // The answer may be a file, and then this page stays.
  setTimeout(() => delete form.dataset.sent, 5000);
});
// A page that comes back from the browser's memory may send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Errors of a form are where the reader is, so that a screen reader begins there.
document.querySelector(".notice.bad[tabindex]")?.focus();

// An open list of something closes with Escape, and the focus goes back to what opened it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = event.target.closest?.("details[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});

// What takes long streams in: the link stays where it cannot be fetched, and leads to the same by itself.
for (const place of document.querySelectorAll("[data-load]")) {
  const link = place.querySelector("a[href]");
  if (!link) continue;
  place.setAttribute("aria-busy", "true");
  place.append(document.createElement("progress"));
  fetch(link.href, { credentials: "same-origin", redirect: "error" })
    .then((response) => (response.ok ? response.text() : Promise.reject(new Error("refused"))))
    .then((text) => {
      const loaded = new DOMParser().parseFromString(text, "text/html").querySelector("[data-loaded]");
      if (loaded) place.replaceWith(loaded);
      else throw new Error("nothing loaded");
    })
    .catch(() => { place.removeAttribute("aria-busy"); place.querySelector("progress")?.remove(); });
}
