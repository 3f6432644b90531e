/* Finding while one types: flows on a ticket, customers everywhere. Without it the buttons do the same. */
const soon = (field, act) => {
  let due = 0;
  field.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(act, 150);
  });
};

const ask = async (address, words) => {
  const reply = await fetch(`${address}?find=${encodeURIComponent(words)}`).catch(() => null);
  return reply && reply.ok && !reply.redirected ? reply.json().catch(() => null) : null;
};

/* The list of flows gets shorter, the best first: Enter takes that one, the arrows go through the others. */
const narrowing = (field, say) => {
  const list = document.getElementById(field.dataset.narrows);
  if (!list) return;
  const shown = () => [...list.children].filter((row) => !row.hidden).map((row) => row.querySelector("button"));
  const none = document.getElementById(field.dataset.empty);
  let narrowed = field.value;

  const narrow = async () => {
    const asked = field.value;
    const found = await ask(field.dataset.from, asked);
    if (!found || field.value !== asked) return;
    const rows = [...list.children];
    rows.forEach((row) => { row.hidden = !found.includes(row.dataset.id); });
    list.append(...rows.sort((a, b) => found.indexOf(a.dataset.id) - found.indexOf(b.dataset.id)));
    narrowed = asked;
    const [first] = shown();
    if (none) none.hidden = !!first;
    rows.forEach((row) => row.querySelector("button").classList.toggle("main", !!asked.trim() && row.contains(first)));
    if (!first) return say("No flow fits.", false);
    const taken = asked.trim() ? ` Enter takes “${first.textContent.trim()}”.` : "";
    say(`${shown().length} of ${rows.length} flows.${taken}`, false);
  };
  soon(field, narrow);

  field.addEventListener("keydown", async (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      shown()[0]?.focus();
    } else if (event.key === "Enter" && field.value.trim()) {
      event.preventDefault();
      if (event.repeat) return;
      if (field.value !== narrowed) await narrow();
      const [first] = shown();
      if (first && field.value === narrowed) first.click();
      else field.form.requestSubmit();
    }
  });

  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = shown().indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    (at + step < 0 ? field : shown()[at + step])?.focus();
  });

  const help = document.getElementById(field.getAttribute("aria-describedby"));
  if (help) help.hidden = false;
};

/* Customers: the browser's own list under the field, filled by the desk. */
const offering = (field, say) => {
  const list = field.list;
  soon(field, async () => {
    const asked = field.value.trim();
    if ([...list.options].some((option) => option.value === asked)) return;
    const found = (asked && (await ask(list.dataset.from, asked))) || [];
    if (field.value.trim() !== asked) return;
    list.replaceChildren(...found.map((customer) => new Option(customer.name, customer.ref)));
    say(asked ? `${found.length} ${found.length === 1 ? "customer fits" : "customers fit"}` : "", false);
  });
};

/* Whoever presses the key that leads into the search where they are in it already means no letter. */
const inIt = (field) => field.addEventListener("keydown", (event) => {
  if (event.key === field.dataset.key && !field.value && !event.isComposing) event.preventDefault();
});

export const arrive = (_, say) => {
  document.querySelectorAll("input[data-key]").forEach(inIt);
  document.querySelectorAll("[data-narrows]").forEach((field) => narrowing(field, say));
  document.querySelectorAll("[list=customers]").forEach((field) => offering(field, say));
};
