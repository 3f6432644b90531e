/* Shepherd's one script. Every page works without it; with it there are keys, and a saved answer is never taken twice. */
"use strict";
(() => {
  const page = document.body;
  const status = document.getElementById("status");
  const say = (text, seen = true) => {
    status.className = seen ? "toast" : "hide";
    status.textContent = text;
  };
  let saving = false;

  const typing = (at) =>
    at instanceof HTMLElement &&
    (at.isContentEditable || at.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=submit], [type=button])"));

  /* One submission at a time. The same token goes out with a repeat, so that the desk can tell it from a new answer. */
  const send = async (form, button) => {
    const body = new URLSearchParams(new FormData(form, button));
    const reply = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (!reply || reply.status >= 500) {
      saving = false;
      form.classList.remove("saving");
      say("Not saved: the desk did not answer. What you entered is still here. Press again; it can't be taken twice.");
    } else if (reply.type === "opaqueredirect") {
      location.replace((button && button.dataset.next) || form.dataset.next || location.pathname);
    } else {
      /* Refused: the browser sends the same form again, and shows the page that says why. Its token makes that harmless. */
      if (button && button.name) {
        const kept = document.createElement("input");
        kept.type = "hidden";
        kept.name = button.name;
        kept.value = button.value;
        form.append(kept);
      }
      form.submit();
    }
  };

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

  /* Keys: off, plain, or with Alt. Never while typing, composing or repeating, never with other modifiers. */
  const pressed = (event) => {
    if (event.code.startsWith("Digit")) return event.altKey ? event.code.slice(5) : event.key;
    if (event.altKey && event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
    return event.key;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.repeat || event.defaultPrevented) return;
    const at = event.target;
    if (event.key === "Enter" && event.ctrlKey && at instanceof HTMLTextAreaElement && at.closest(".note")) {
      event.preventDefault();
      at.form.requestSubmit(at.closest(".note").querySelector("button"));
      return;
    }
    if (event.key === "Escape") {
      const keys = document.getElementById("keys");
      if (keys) keys.open = false;
      if (typing(at)) at.blur();
      return;
    }
    const mode = page.dataset.keys;
    if (mode === "off" || typing(at) || event.ctrlKey || event.metaKey) return;
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
    } else {
      target.click();
    }
  });

  /* A new step: its heading is where reading begins, and one polite line says it has come. */
  window.addEventListener("load", () => {
    const focused = document.querySelector("[data-focus]");
    setTimeout(() => { if (focused && document.activeElement === page) focused.focus(); }, 100);
    if (page.dataset.says && !saving) setTimeout(() => saving || say(page.dataset.says, false), 150);
  });

  /* Type-ahead: the list gets shorter while one types. */
  const narrows = document.querySelector("[data-narrows]");
  if (narrows) {
    const list = document.getElementById(narrows.dataset.narrows);
    const narrow = async () => {
      const asked = narrows.value;
      const reply = await fetch(`${narrows.dataset.from}?find=${encodeURIComponent(asked)}`).catch(() => null);
      if (!list || !reply || !reply.ok || reply.redirected || narrows.value !== asked) return;
      const found = await reply.json().catch(() => null);
      if (!found) return;
      const rows = [...list.children];
      rows.forEach((row) => { row.hidden = !found.includes(row.dataset.id); });
      list.append(...rows.sort((a, b) => found.indexOf(a.dataset.id) - found.indexOf(b.dataset.id)));
      say(`${rows.filter((row) => !row.hidden).length} of ${rows.length} flows`, false);
    };
    let due = 0;
    narrows.addEventListener("input", () => {
      clearTimeout(due);
      due = setTimeout(narrow, 150);
    });
  }

  /* Type-ahead for customers: the browser's own list under the field, filled by the desk while one types. */
  const offered = document.getElementById("customers");
  const offer = async (field) => {
    const asked = field.value.trim();
    if ([...offered.options].some((option) => option.value === asked)) return;
    const reply = asked && (await fetch(`${offered.dataset.from}?find=${encodeURIComponent(asked)}`).catch(() => null));
    const found = reply && reply.ok && !reply.redirected ? await reply.json().catch(() => []) : [];
    if (field.value.trim() !== asked) return;
    offered.replaceChildren(...found.map((customer) => new Option(customer.name, customer.ref)));
    say(asked ? `${found.length} ${found.length === 1 ? "customer fits" : "customers fit"}` : "", false);
  };
  if (offered) {
    let typed = 0;
    document.querySelectorAll("[list=customers]").forEach((field) => field.addEventListener("input", () => {
      clearTimeout(typed);
      typed = setTimeout(offer, 150, field);
    }));
  }

  /* While a call is made: look each second, and load the page only when there is something new. */
  const call = document.querySelector("[data-watch]");
  if (call) {
    const look = async () => {
      try {
        const reply = await fetch(call.dataset.watch);
        if (reply.ok && (await reply.text()) !== call.dataset.state) return location.reload();
      } catch { /* the next look will tell */ }
      setTimeout(look, 1000);
    };
    setTimeout(look, 700);
  }
})();
