/* What changes by itself is looked at now and then, and the page loaded where there is something new; of a page with
   fields its list alone. */

export const arrive = (step, say, { typing, bring, put }) => {
  const each = 1000 * step.dataset.each;
  const filling = () => document.activeElement.id !== "note" && typing(document.activeElement);
  const look = async () => {
    if (!step.isConnected) return;
    try {
      const reply = await fetch(step.dataset.watch);
      const isNew = reply.ok && !reply.redirected && (await reply.text()) !== step.dataset.state;
      if (isNew && "inPlace" in step.dataset) return renew();
      if (isNew && !filling()) return bring("GET", location.href, null, (page, address) => {
        if (!page || filling()) return setTimeout(look, each);
        const at = document.activeElement, noting = at.id === "note";
        const caret = [at.selectionStart, at.selectionEnd];
        put(page, address, "", !noting);
        const note = document.getElementById("note");
        if (!noting || !note) return;
        note.focus();
        note.setSelectionRange(...caret);
      });
      if (isNew) say("There is something new. Leave the field to see it.");
    } catch { /* the next look will tell */ }
    setTimeout(look, each);
  };
  const renew = () => bring("GET", location.href, null, (page) => {
    const now = page && page.getElementById(step.id);
    if (now) {
      step.replaceChildren(...now.childNodes);
      step.dataset.state = now.dataset.state;
    }
    setTimeout(look, 0.7 * each);
  });
  setTimeout(look, 0.7 * each);
};
