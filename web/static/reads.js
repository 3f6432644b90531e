/* What was typed is read back beside its field before it counts: a day in words, a number as it will be kept. */

const reading = (field) => {
  const shown = document.createElement("output");
  shown.className = "help";
  shown.htmlFor = field.id;
  shown.hidden = true;
  (field.closest(".amount") || field).after(shown);
  let due = 0;
  const ask = async () => {
    const text = field.value;
    const { kind, currency = "", from } = field.dataset;
    const about = field.labels[0]?.textContent || "";
    const body = new URLSearchParams({ kind, currency, about, text });
    const reply = text.trim() ? await fetch(from, { method: "POST", body }).catch(() => null) : null;
    const said = reply && reply.ok && !reply.redirected ? await reply.text() : "";
    if (field.value !== text || shown.textContent === said) return;
    shown.hidden = !said;
    shown.textContent = said;
  };
  field.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(ask, 250);
  });
  if (field.value) ask();
};

export const arrive = () => document.querySelectorAll("[data-reads]").forEach(reading);
