/* Shepherd's one script. Every page works without it; with it there are keys, and a saved answer is never taken twice. */
"use strict";
(() => {
  let saving = false;
  const say = (text, seen = true) => {
    const status = document.getElementById("status");
    status.className = seen ? "toast" : "hide";
    status.textContent = text;
  };

  const typing = (at) =>
    at instanceof HTMLElement &&
    (at.isContentEditable || at.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=submit], [type=button])"));

  /* What the browser fetched takes this page's place: at once where both are made of the same parts, else by going there. */
  const parts = (page) => [...page.head.querySelectorAll("link, script")].map((part) => part.outerHTML).join();
  const put = (page, address, key, typing = false) => {
    if (parts(page) !== parts(document)) return location.replace(address);
    history.replaceState(null, "", address);
    document.title = page.title;
    document.body.replaceWith(document.adoptNode(page.body));
    scrollTo(0, 0);
    saving = false;
    came = { at: performance.now(), key, typing, alone: typing };
    arrive();
  };

  const bring = (method, address, body, done) => {
    const call = new XMLHttpRequest();
    call.open(method, address);
    call.setRequestHeader("X-In-Place", "1");
    call.responseType = "document";
    call.onloadend = () => {
      const page = call.status < 500 && call.response;
      if (page) page.querySelectorAll("noscript").forEach((part) => part.remove()); // read as without scripts
      done(page, call.responseURL);
    };
    call.send(body);
  };

  /* One submission at a time, and each goes out once; the reply is a page.
     A repeat after a lost reply bears the same token, so that the desk can tell it from a new answer. */
  const send = (form, button) => {
    const key = last.key, given = new FormData(form, button);
    if (begun() && !given.has("note")) given.set("note", begun());
    bring("POST", form.action, new URLSearchParams(given), (page, address) => {
      if (page) {
        // A page that is not the run's knows nothing of the note.
        if (page.getElementById("note") || address.startsWith(`${form.action}/`)) keep("");
        return put(page, address, key);
      }
      lost(form, given.get("seq"));
    });
  };

  /* No page came back. Whether the answer was taken all the same is asked; where it was, the run has gone on. */
  const lost = async (form, seq) => {
    const reply = await fetch(`${form.action}/state`).catch(() => null);
    const now = reply && reply.ok && !reply.redirected ? await reply.text() : "";
    if (Number(now) > Number(seq)) return location.replace(form.action);
    saving = false;
    form.classList.remove("saving");
    const what = now ? "Not saved: the desk did not answer." : "The desk does not answer, so whether this was saved is not known.";
    say(`${what} What you entered is still here. Press again; it can't be taken twice.`);
  };

  /* A note that was begun goes along to every page of its run, until it is saved with whatever is sent next. */
  const place = () => `note ${(/^\/runs\/[^/]+/.exec(location.pathname) || [""])[0]}`;
  const begun = () => sessionStorage.getItem(place()) || "";
  const keep = (text) => (text.trim() ? sessionStorage.setItem(place(), text) : sessionStorage.removeItem(place()));
  document.addEventListener("input", (event) => {
    if (event.target.id === "note") keep(event.target.value);
  });
  const noteArrives = () => {
    const note = document.getElementById("note");
    if (note && note.value) keep(note.value);
    else if (note) note.value = begun();
    else if (begun() && document.querySelector("form[data-send]")) say(`The note that you began goes along: ${begun()}`);
  };

  /* Who presses twice, types on while the page changes by itself, or presses as it does, did not mean the step that came. */
  const BOUNCE = 200, PAUSE = 700, DOUBLE = 500, GLANCE = 400;
  /* A page whose digits send the contact away is not meant by who was typing digits as it came. */
  const wary = "wary" in document.body.dataset;
  let last = { key: "", at: wary ? performance.now() : -Infinity };
  let came = { key: "", at: -Infinity, typing: wary, wary };
  const unseen = (event) => came.alone && event.timeStamp - came.at < GLANCE;
  const early = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    say("The step changed while you pressed. That was not taken.");
  };
  document.addEventListener("keydown", (event) => {
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    came.typing &&= event.timeStamp - last.at < PAUSE;
    const again = event.key === came.key && event.timeStamp - came.at < BOUNCE;
    if (!again) came.key = "";
    last = { key: event.key, at: event.timeStamp };
    if ((came.typing && !(came.wary && !/\d/.test(event.key))) || again || unseen(event)) early(event);
  }, true);
  document.addEventListener("click", (event) => {
    if (!event.detail) return;
    const same = Math.hypot(event.clientX - last.x, event.clientY - last.y) < 5;
    const again = last.at < came.at && same && (event.timeStamp - last.at < DOUBLE || event.timeStamp - came.at < BOUNCE);
    last = { key: "", at: event.timeStamp, x: event.clientX, y: event.clientY };
    if (again || unseen(event)) early(event);
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (saving) {
      event.preventDefault();
      say("Your first answer is still being saved. The second one was not taken.");
      return;
    }
    saving = true;
    form.classList.add("saving");
    say("Saving …");
    if (form.hasAttribute("data-send")) {
      event.preventDefault();
      send(form, event.submitter);
    }
  });

  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    saving = false;
    document.querySelectorAll(".saving").forEach((form) => form.classList.remove("saving"));
  });

  /* Keys: off, plain, or with Alt. Never while typing, composing or repeating. */
  const pressed = (event) => {
    if (event.code.startsWith("Digit")) return event.altKey ? event.code.slice(5) : event.key;
    if (event.altKey && event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
    return event.key;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.repeat || event.defaultPrevented) return;
    const at = event.target;
    if (event.key === "Enter" && event.ctrlKey && at instanceof HTMLTextAreaElement && at.form) {
      event.preventDefault();
      at.form.requestSubmit((at.closest(".note") || at.form).querySelector("button"));
      return;
    }
    if (event.key === "Escape") {
      const keys = document.getElementById("keys");
      if (keys) keys.open = false;
      if (typing(at)) at.blur();
      return;
    }
    const mode = document.body.dataset.keys;
    // Who was filling in a form goes on typing, though its list of problems has the focus now.
    if (mode === "off" || typing(at) || at.matches?.("[role=alert]") || event.ctrlKey || event.metaKey) return;
    if (event.altKey !== (mode === "alt")) return;
    const key = pressed(event);
    if (event.shiftKey && /^[a-z]$/i.test(key)) return;
    const target = key.length === 1 && [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].pop();
    if (!target) return;
    event.preventDefault();
    if (saving) {
      say("Your first answer is still being saved. The second one was not taken.");
    } else if (target instanceof HTMLDetailsElement) {
      target.open = !target.open;
      if (target.open) target.querySelector("summary").focus();
    } else if (typing(target)) {
      const folded = target.closest("details");
      if (folded) folded.open = true;
      target.focus();
      if (target.matches("input")) target.select();
    } else {
      target.click();
    }
  });

  /* A part asks for its script until it comes, each time by another address: a browser remembers one that failed. */
  const need = (part, address, again = 0) => import(again ? `${address}&${again}` : address).then(
    (module) => module.arrive(part, say, { typing, bring, put }),
    () => setTimeout(() => part.isConnected && need(part, address, again + 1), 1000),
  );

  /* A page has come: its heading is where reading begins, one polite line says so, and what it needs is set going. */
  const arrive = (event) => {
    const page = document.body;
    const alerts = !event && document.querySelector("[role=alert]");
    setTimeout(() => {
      const begin = document.querySelector("[data-focus]");
      if (begin && document.activeElement === document.body) begin.focus();
      if (begin && document.activeElement === begin && begin.matches("input") && begin.value === begin.defaultValue) begin.select();
    }, 100);
    const told = document.getElementById("status");
    if (page.dataset.says && !alerts) setTimeout(() => told.textContent || say(page.dataset.says, false), 150);
    noteArrives();
    for (const name of ["finds", "keeps", "fields", "reads", "watches"]) {
      const part = document.querySelector(`[data-${name}]`);
      if (part) need(part, part.dataset[name]);
    }
  };
  window.addEventListener("load", arrive);
})();
