/** How far long work is, without loading the page again; its result is a page of its own. */

const PAUSE_MS = 1_000;
const PLACE = "[data-running]";

async function look(place) {
  const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector(PLACE);
  if (!now) return true;
  place.replaceWith(now);
  document.querySelector(".answer")?.replaceWith(page.querySelector(".answer"));
  return false;
}

async function follow() {
  const place = document.querySelector(PLACE);
  if (!place) return;
  // A server that is away meanwhile is asked again.
  const ended = await look(place).catch(() => false);
  if (ended) location.reload();
  else setTimeout(follow, PAUSE_MS);
}

setTimeout(follow, PAUSE_MS);
