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

/* The whole picture at once, its own size, or between: by buttons, or by - and + while the picture has the focus. */
(() => {
  const STEP = 1.25, MOST = 2;
  /* 0 is the whole picture, however large the pane is. */
  let wanted = 1;
  document.documentElement.classList.add("scripted");
  const fits = (pane, drawn) => {
    drawn.style.width = drawn.style.height = "";
    const { width, height } = drawn.viewBox.baseVal;
    return Math.min(1, pane.clientWidth / width, pane.clientHeight / height);
  };
  const size = (step = "") => {
    const pane = document.getElementById("picture"), drawn = pane && pane.querySelector("svg");
    if (!drawn || !document.getElementById("zoom")) return;
    const middle = ["Left", "Top"].map((side, n) => {
      const [seen, all] = n ? [pane.clientHeight, pane.scrollHeight] : [pane.clientWidth, pane.scrollWidth];
      return (pane[`scroll${side}`] + seen / 2) / all;
    });
    const { scrollLeft, scrollTop } = pane;
    const least = fits(pane, drawn);
    if (step === "own") wanted = 1;
    else if (step === "whole") wanted = 0;
    else if (step) wanted = Math.min(MOST, (wanted || least) * (step === "+" ? STEP : 1 / STEP));
    if (wanted <= least && step !== "own") wanted = least < 1 ? 0 : Math.max(wanted, least);
    const { width, height } = drawn.viewBox.baseVal, scale = wanted || least;
    if (scale !== 1) {
      drawn.style.width = `${width * scale}px`;
      drawn.style.height = `${height * scale}px`;
    }
    if (step) {
      pane.scrollTo({ left: middle[0] * pane.scrollWidth - pane.clientWidth / 2, top: middle[1] * pane.scrollHeight - pane.clientHeight / 2, behavior: "instant" });
    } else {
      pane.scrollTo({ left: scrollLeft, top: scrollTop, behavior: "instant" });
    }
    document.getElementById("zoom-whole").setAttribute("aria-pressed", String(wanted === 0));
    document.getElementById("zoom-own").setAttribute("aria-pressed", String(scale === 1));
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#zoom button");
    if (button) size(button.dataset.zoom);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !event.target.closest("#picture")) return;
    if (!["-", "+"].includes(event.key)) return;
    event.preventDefault();
    size(event.key);
  });
  document.addEventListener("DOMContentLoaded", () => size());
  document.addEventListener("renewed", () => size());
  addEventListener("resize", () => size());
})();
