/* Follows the flows as they are saved: told by the server as it happens, else by looking now and then. Without it, loading the page again shows the same. */
"use strict";
(() => {
  const EACH = 2000, SOON = 500, SELDOM = 30000;
  const live = () => document.getElementById("live");
  const say = (text, seen = false) => {
    const status = document.getElementById("status");
    status.className = seen ? "toast" : "hide";
    status.textContent = text;
  };
  const SCROLLED = ".pane, .picture, .scroll, .findings";
  const name = (part) => part.id || part.getAttribute("aria-label") || "";

  /* Nobody's half filled form is taken away: it is renewed once it is sent. */
  const busy = () => {
    const at = document.activeElement;
    return at && at.form && at.matches("input, textarea, select") && at.form.matches("[data-filled]");
  };
  document.addEventListener("input", (event) => { if (event.target.form) event.target.form.dataset.filled = ""; });

  /* The first line that is another one now tells which step was just written. */
  const changed = (before, now) => {
    const old = [...before.querySelectorAll(".lines code")].map((line) => line.textContent);
    const fresh = [...now.querySelectorAll(".lines code")];
    const at = fresh.findIndex((line, n) => line.textContent !== old[n]);
    if (!old.length || (at < 0 && old.length === fresh.length)) return null;
    const line = fresh[at < 0 ? fresh.length - 1 : at];
    return line ? line.closest("li").id : null;
  };

  const renew = (page) => {
    const main = document.getElementById("main"), fresh = page.getElementById("main");
    if (!fresh || !page.getElementById("live")) return;
    fresh.querySelectorAll("noscript").forEach((part) => part.remove());
    const places = new Map([...main.querySelectorAll(SCROLLED)].map((part) => [name(part), [part.scrollLeft, part.scrollTop]]));
    const open = new Map([...main.querySelectorAll("details")].map((part) => [part.querySelector("summary").textContent, part.open]));
    const focused = document.activeElement && main.contains(document.activeElement) ? name(document.activeElement) : "";
    const line = changed(main, fresh);
    document.title = page.title;
    main.replaceChildren(...document.adoptNode(fresh).childNodes);
    main.querySelectorAll("details").forEach((part) => {
      const was = open.get(part.querySelector("summary").textContent);
      if (was !== undefined) part.open = was;
    });
    main.querySelectorAll(SCROLLED).forEach((part) => {
      const [left, top] = places.get(name(part)) || [0, 0];
      part.scrollTo({ left, top, behavior: "instant" });
    });
    const again = focused && [...main.querySelectorAll("[id], [aria-label]")].find((part) => name(part) === focused);
    if (again) again.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("renewed", { detail: line }));
    const heading = main.querySelector(".stands h2");
    say(heading ? heading.textContent : live().textContent);
  };

  let loading = false, wanted = 0;
  const load = (number) => {
    wanted = Math.max(wanted, number);
    if (loading || !live() || wanted <= Number(live().dataset.number) || busy()) return;
    loading = true;
    const asked = location.href;
    const call = new XMLHttpRequest();
    call.open("GET", asked);
    call.responseType = "document";
    call.onloadend = () => {
      loading = false;
      if (asked !== location.href) return load(wanted);
      if (call.status === 200 && call.response) renew(call.response);
      if (call.status === 404) location.reload();
      else if (live() && wanted > Number(live().dataset.number)) setTimeout(() => load(wanted), call.status ? EACH : missed());
    };
    call.send();
  };

  /* A server that does not answer is asked ever more seldom; that it does not is said once, until it does again. One that
     was started anew counts its changes from the beginning. */
  let failed = 0, lost = false;
  const missed = () => {
    const wait = Math.min(SOON * 2 ** failed, SELDOM);
    failed += 1;
    if (failed > 1 && !lost) {
      lost = true;
      say("The workshop does not answer. This page goes on as soon as it does.", true);
    }
    return wait;
  };
  const answered = () => {
    failed = 0;
    if (!lost) return;
    lost = false;
    say("The workshop answers again.");
    wanted = 0;
    if (live()) live().dataset.number = -1;
    load(0);
  };

  const look = async () => {
    let wait = EACH;
    if (document.visibilityState === "visible" && live()) {
      const number = await fetch(live().dataset.state).then((reply) => (reply.ok ? reply.text() : "")).catch(() => "");
      if (number) {
        answered();
        load(Number(number));
      } else wait = Math.max(EACH, missed());
    }
    setTimeout(look, wait);
  };

  /* A page that nobody sees gives its stream to one that is seen. */
  let stream = null;
  const listen = () => {
    if (stream || !live() || document.visibilityState !== "visible") return;
    stream = new EventSource(`${live().dataset.events}?number=${live().dataset.number}`);
    stream.onopen = answered;
    stream.onmessage = (event) => load(Number(event.data));
    stream.onerror = () => {
      if (!stream) return;
      if (stream.readyState === EventSource.CLOSED) return look();
      hush();
      setTimeout(listen, missed());
    };
  };
  const hush = () => {
    if (stream && stream.readyState !== EventSource.CLOSED) stream.close();
    else if (stream) return;
    stream = null;
  };
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? listen() : hush()));
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
})();
