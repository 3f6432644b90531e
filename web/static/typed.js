/* What is typed at a step, secrets apart, is there again when one comes back to it from a note, a pause or elsewhere. */

export const arrive = (form) => {
  const place = `typed ${location.pathname}`;
  const fields = [...form.querySelectorAll("textarea, input:not([type=password], [type=hidden], [type=radio], [type=checkbox])")];
  const [visit, ...given] = JSON.parse(sessionStorage.getItem(place) || "[]");
  if (visit === form.dataset.visit) {
    fields.forEach((field, n) => (field.value ||= given[n] || ""));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("input", () => {
    sessionStorage.setItem(place, JSON.stringify([form.dataset.visit, ...fields.map((field) => field.value)]));
  });
  form.addEventListener("submit", (event) => {
    if ((event.submitter || {}).name !== "instead") sessionStorage.removeItem(place);
  });
};
