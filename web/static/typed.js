/* What is typed at a step, secrets apart, is there again when one comes back to it from a note, a pause or elsewhere. */

export const arrive = (form) => {
  const place = `typed ${location.pathname}`;
  // What has no name is not sent: a long list's search, which another script may or may not have made yet.
  const fields = [...form.querySelectorAll("[name]:is(textarea, input:not([type=password], [type=hidden], [type=radio], [type=checkbox]))")];
  const [visit, ...given] = JSON.parse(sessionStorage.getItem(place) || "[]");
  if (visit === form.dataset.visit) {
    const values = new Map(given);
    fields.forEach((field) => (field.value ||= values.get(field.name) || ""));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("input", () => {
    sessionStorage.setItem(place, JSON.stringify([form.dataset.visit, ...fields.map((field) => [field.name, field.value])]));
  });
  form.addEventListener("submit", (event) => {
    if ((event.submitter || {}).name !== "instead") sessionStorage.removeItem(place);
  });
};
