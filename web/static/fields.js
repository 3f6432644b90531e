/* What helps to fill a form: a long list that is searched by typing, "None of these", and fields that come and go. */

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const wordsOf = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
const made = (tag, attributes, text = "") => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
};

/* A list of many options becomes a combobox (WAI-ARIA: editable, with a list that gets shorter): each word typed has to
   begin a word of the option, of its value or of its heading. What is sent stands in a hidden field. */
const combobox = (select, say) => {
  const { id, name } = select;
  const label = select.labels[0];
  const held = made("input", { type: "hidden", name, value: select.value || select.dataset.typed || "" });
  const field = made("input", {
    id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`,
  });
  for (const kept of ["aria-describedby", "aria-invalid", "data-focus", "disabled"]) {
    if (select.hasAttribute(kept)) field.setAttribute(kept, select.getAttribute(kept));
  }
  held.disabled = select.disabled;
  const list = made("div", { id: `${id}-list`, role: "listbox", "aria-label": label.textContent.trim(), hidden: "" });
  const nothing = made("p", { class: "help", hidden: "" }, "Nothing in the list fits.");
  const rows = [];
  const add = (option, into, heading) => {
    const row = made("div", { id: `${id}-${rows.length}`, role: "option", "aria-selected": "false" }, option.label);
    rows.push({ row, value: option.value, label: option.label, words: wordsOf(`${option.label} ${option.value} ${heading}`) });
    into.append(row);
  };
  for (const child of select.children) {
    if (child instanceof HTMLOptGroupElement) {
      const group = made("div", { role: "group", "aria-labelledby": `${id}-g${list.children.length}` });
      group.append(made("div", { id: `${id}-g${list.children.length}`, role: "presentation", class: "label" }, child.label));
      [...child.children].forEach((option) => add(option, group, child.label));
      list.append(group);
    } else if (child.value) {
      add(child, list, "");
    }
  }

  let active = null;
  const open = () => field.getAttribute("aria-expanded") === "true";
  const seen = () => rows.filter(({ row }) => !row.hidden);
  const point = (at) => {
    if (active) active.row.setAttribute("aria-selected", "false");
    active = at || null;
    if (!active) return field.removeAttribute("aria-activedescendant");
    active.row.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", active.row.id);
    active.row.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    point(null);
    list.hidden = nothing.hidden = true;
    field.setAttribute("aria-expanded", "false");
  };
  const show = (typed) => {
    const asked = wordsOf(typed);
    rows.forEach((one) => { one.row.hidden = !asked.every((word) => one.words.some((w) => w.startsWith(word))); });
    for (const group of list.querySelectorAll("[role=group]")) {
      group.hidden = !group.querySelector("[role=option]:not([hidden])");
    }
    const some = seen().length > 0;
    list.hidden = !some;
    nothing.hidden = some;
    field.setAttribute("aria-expanded", String(some));
  };
  const take = (value) => {
    if (held.value === value) return;
    held.value = value;
    held.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const choose = (one) => {
    field.value = one.label;
    close();
    take(one.value);
  };
  /* What was typed and not chosen: an option's own words are that option, anything else is for the desk to refuse. */
  const settle = () => {
    const typed = field.value.trim();
    const held_label = rows.find((one) => one.value === held.value)?.label;
    if (typed !== held_label) {
      const same = rows.find((one) => [one.label, one.value].some((text) => plain(text) === plain(typed)));
      if (same) field.value = same.label;
      take(same ? same.value : typed);
    }
    close();
  };

  const steps = {
    ArrowDown: (all, at) => all[(at + 1) % all.length],
    ArrowUp: (all, at) => all[(at <= 0 ? all.length : at) - 1],
    Home: (all) => all[0],
    End: (all) => all[all.length - 1],
  };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && (open() || !nothing.hidden || field.value)) {
      event.preventDefault();
      if (open() || !nothing.hidden) return close();
      field.value = "";
      take("");
    } else if (event.key === "Enter" && open() && active) {
      event.preventDefault();
      choose(active);
    } else if (event.key.startsWith("Arrow") ? event.key in steps : open() && active && event.key in steps) {
      event.preventDefault();
      const chosen = rows.find((one) => one.value === held.value);
      if (!open()) {
        show(chosen ? "" : field.value);
        if (chosen && open()) return point(chosen);
      }
      const all = seen();
      if (all.length) point(steps[event.key](all, all.indexOf(active)));
    }
  });
  field.addEventListener("input", (event) => {
    event.stopPropagation();
    show(field.value);
    point(field.value.trim() ? seen()[0] : null);
    say(`${seen().length} of ${rows.length} fit`, false);
  });
  field.addEventListener("click", () => {
    if (open()) return;
    const chosen = rows.find((one) => one.value === held.value);
    show(chosen ? "" : field.value);
    if (chosen) point(chosen);
  });
  field.addEventListener("blur", settle);
  select.form.addEventListener("submit", settle);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const one = rows.find(({ row }) => row === event.target);
    if (one) choose(one);
  });

  field.value = rows.find((one) => one.value === held.value)?.label || held.value;
  const focused = document.activeElement === select;
  const box = made("div", { class: "combo" });
  box.append(field, held, list, nothing);
  select.replaceWith(box);
  if (focused) field.focus();
};

/* "None of these" and any of these exclude each other. */
const exclusive = (none) => {
  const boxes = [...none.form.elements].filter((box) => box.name === none.name);
  boxes.forEach((box) => box.addEventListener("input", () => {
    if (box.checked) boxes.filter((other) => other !== box && (box === none || other === none)).forEach((other) => { other.checked = false; });
  }));
};

/* Fields come and go with what is filled in; which, the desk says. Nothing that was typed is lost. Secrets and notes
   stay here. */
const coming = (form, say) => {
  const fields = [...form.querySelectorAll("[data-field]")];
  const controls = (field) => [...field.querySelectorAll("input, select, textarea")];
  const filled = () => {
    const body = new URLSearchParams({ visit: form.elements.visit.value });
    for (const control of fields.flatMap(controls)) {
      const out = control.type === "password" || (/^(radio|checkbox)$/.test(control.type) && !control.checked);
      if (control.name && !out) body.append(control.name, control.value);
    }
    return body;
  };
  const names = (some) => some.map((field) => field.querySelector("legend, label").textContent.trim()).join(", ");
  let asked = 0, open = false;
  const ask = async () => {
    const now = ++asked;
    const reply = await fetch(form.dataset.shown, { method: "POST", body: filled() }).catch(() => null);
    if (now !== asked || !reply || !reply.ok || reply.redirected) return;
    const { shown } = await reply.json();
    if (now !== asked) return;
    open = false;
    const turned = fields.filter((field) => field.hidden === shown.includes(field.dataset.field));
    const lost = turned.some((field) => field.contains(document.activeElement));
    for (const field of turned) {
      field.hidden = !field.hidden;
      controls(field).forEach((control) => { control.disabled = field.hidden; });
    }
    if (lost) form.querySelector(".main").focus();
    const [came, went] = [false, true].map((hidden) => names(turned.filter((field) => field.hidden === hidden)));
    const told = [came && `Now also asked: ${came}.`, went && `No longer asked: ${went}.`].filter(Boolean).join(" ");
    if (told) say(told, false);
  };
  let due = 0;
  form.addEventListener("input", () => {
    asked++;
    open = true;
    clearTimeout(due);
    due = setTimeout(ask, 150);
  });
  /* Sent before the desk has said it: all goes along, and the desk passes over what is not shown. */
  form.addEventListener("submit", () => {
    if (open) fields.flatMap(controls).forEach((control) => { control.disabled = false; });
  });
};

export const arrive = (form, say) => {
  form.querySelectorAll("select[data-find]").forEach((select) => combobox(select, say));
  form.querySelectorAll("[data-none]").forEach(exclusive);
  if (form.dataset.shown) coming(form, say);
};
