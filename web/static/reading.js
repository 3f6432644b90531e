/* Marks the step that is looked at in the picture, the sentences and the text alike. Without it, links alone do. */
"use strict";
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const step = (id) => {
    const target = document.getElementById(id);
    const at = target && target.closest("[data-at], [data-step]");
    return at ? at.dataset.at || at.dataset.step : "";
  };
  /* A picture may begin far down: without a step to look at, its beginning is what one sees first.
     Scrolls *part* into the middle of the pane it lies in, and nothing else. */
  const show = (part) => {
    const pane = part.closest(".pane, .picture");
    const box = part.getBoundingClientRect(), room = pane.getBoundingClientRect();
    if (box.top >= room.top && box.bottom <= room.bottom && box.left >= room.left && box.right <= room.right) return;
    pane.scrollBy({
      top: box.top - room.top - Math.max(8, (room.height - box.height) / 3),
      left: pane.matches(".picture") ? box.left - room.left - (room.width - box.width) / 2 : 0,
      behavior: calm.matches || document.readyState !== "complete" ? "instant" : "smooth",
    });
  };
  const mark = (event) => {
    document.querySelectorAll(".is-here").forEach((part) => part.classList.remove("is-here"));
    const written = event.type === "renewed" && event.detail;
    const here = step(written || decodeURIComponent(location.hash.slice(1)));
    if (!here) {
      const start = event.type === "DOMContentLoaded" && document.querySelector(".beside .picture .start");
      if (start) show(start);
      return;
    }
    const parts = [...document.querySelectorAll(`.beside [data-at="${CSS.escape(here)}"], .beside .node[data-step="${CSS.escape(here)}"]`)];
    parts.forEach((part) => part.classList.add("is-here"));
    const shown = new Set();
    for (const part of parts) {
      const pane = part.closest(".pane, .picture");
      if (!shown.has(pane) && (written || !pane.querySelector(":target"))) show(part);
      shown.add(pane);
    }
  };
  addEventListener("hashchange", mark);
  document.addEventListener("DOMContentLoaded", mark);
  document.addEventListener("renewed", mark);
})();
