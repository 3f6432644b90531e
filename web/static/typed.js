/* What is typed at a step, secrets apart, is there again when one comes back to it from a note, a pause or elsewhere. */

export const arrive = (form) => {
  const place = `typed ${location.pathname}`, visit = form.dataset.visit;
  // What has no name is not sent: a long list's search, which another script may or may not have made yet.
  const fields = [...form.querySelectorAll("[name]:is(textarea, input:not([type=password], [type=hidden], [type=radio], [type=checkbox]))")];
  const keep = () => sessionStorage.setItem(place, JSON.stringify([visit, ...fields.map((field) => [field.name, field.value])]));
  const [kept, ...given] = JSON.parse(sessionStorage.getItem(place) || "[]");
  if (kept === visit) {
    const values = new Map(given);
    fields.forEach((field) => (field.value ||= values.get(field.name) || ""));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // Who was quicker than this script has typed already, and may have come back from a note since: the step is the same.
  const now = document.querySelector("[data-keeps]");
  if (now?.dataset.visit === visit && fields.some((field) => field.value !== field.defaultValue)) {
    keep();
    if (now !== form) arrive(now);
  }
  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => {
    if ((event.submitter || {}).name !== "instead") sessionStorage.removeItem(place);
  });
};
