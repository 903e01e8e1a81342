"use strict";
// The keys of a queue: j and k to the next and previous row, o or Enter to open it, c to claim it or let it go.
// Nothing needs this script: each key does what a link or button of the row does. On /toetsen the letters are switched
// off, for whoever dictates or presses them by accident (WCAG 2.1.4); what this script does besides goes on then.
(() => {
  const rows = Array.from(document.querySelectorAll("[data-row]"));
  let current = -1;

  const select = (index) => {
    if (current >= 0) rows[current].removeAttribute("data-current");
    current = Math.max(0, Math.min(rows.length - 1, index));
    rows[current].setAttribute("data-current", "");
    const open = rows[current].querySelector("[data-open]");
    if (open) open.focus();
    rows[current].scrollIntoView({ block: "nearest" });
  };

  const press = (selector) => {
    const found = current >= 0 && rows[current].querySelector(selector);
    if (found) found.click();
  };

  const actions = {
    j: () => select(current + 1),
    k: () => select(current - 1),
    o: () => press("[data-open]"),
    c: () => press("[data-claim], [data-key='claim']"),
  };

  // Typing is typing: a key counts only where nothing can be typed or chosen.
  const isTyping = (place) => place.closest("input, select, textarea, [contenteditable]") !== null;

  const isOff = document.body.dataset.keys === "off";
  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.altKey || event.metaKey;
    if (isOff || rows.length === 0 || modified || isTyping(event.target) || !(event.key in actions)) return;
    event.preventDefault();
    actions[event.key]();
  });

  // Tab and the mouse move the same mark, so that the keys go on from there.
  rows.forEach((row, index) => row.addEventListener("focusin", () => {
    if (index === current) return;
    if (current >= 0) rows[current].removeAttribute("data-current");
    current = index;
    row.setAttribute("data-current", "");
  }));

  // Whoever comes back from an act stands at the row where it was done.
  const target = document.getElementById(location.hash.slice(1));
  const here = target === null ? -1 : rows.indexOf(target.closest("[data-row]"));
  if (here >= 0) select(here);

  // One press is one act: a second press while the answer is under way would only be refused. A download brings no new
  // page, so its form is never blocked; any other is free again after a while, for an answer that never came.
  const BLOCKED = 5000;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("download" in form.dataset) return;
    if (form.dataset.sent) event.preventDefault();
    else setTimeout(() => delete form.dataset.sent, BLOCKED);
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // How many go out follows the ticks. Without a script the answer asks again when the number is another.
  for (const shown of document.querySelectorAll("[data-ticked]")) {
    const form = shown.closest("form");
    const follow = () => {
      const ticked = form.querySelectorAll(`input[name="${shown.dataset.ticked}"]:checked`).length;
      shown.textContent = ticked;
      if (form.elements.number) form.elements.number.value = ticked;
    };
    form.addEventListener("change", follow);
    window.addEventListener("pageshow", follow); // a browser that goes back ticks again what was ticked
  }

  // What was written down at a door and is not sent yet is kept in this browser (door.js). The page of its round sends
  // it, and signing out removes it: every other page of whoever wrote it says so.
  const unsent = (own) => {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(own)).map((name) => name.slice(own.length));
    } catch {
      return [];
    }
  };
  const leaving = document.querySelector("form[data-unsent]");
  if (leaving !== null && document.querySelector("[data-round]") === null) {
    const say = leaving.dataset;
    const own = `signals.door/${encodeURIComponent(say.owner)}/`;
    const line = document.createElement("p");
    const way = document.createElement("a");
    line.className = "utrecht-alert utrecht-alert--warning signals-no-print";
    way.className = "utrecht-link";
    way.textContent = say.unsent;
    line.append(way);
    window.addEventListener("pageshow", () => {
      const [first] = unsent(own);
      line.remove();
      if (first === undefined) return;
      way.href = say.onTheWay.replace("/0/", `/${Number.parseInt(first, 10)}/`);
      document.querySelector("main").prepend(line);
    });
    leaving.addEventListener("submit", (event) => {
      if (unsent(own).length === 0 || confirm(say.leaving)) return;
      event.preventDefault();
      event.stopPropagation(); // it was not sent, so it may be pressed again at once
    });
  }
  // What was wrong with a form is read out and stands in view.
  const summary = document.querySelector(".utrecht-alert--error[role='alert']");
  if (summary) summary.focus();
})();
