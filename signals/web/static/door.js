"use strict";
// The page of a round where the connection is bad. What is written down at a door is sent from here; when that fails it
// is kept in this browser until it is taken, and sent again by itself. Every form has a key, so it counts once however
// often it comes. The page stays as it is meanwhile: all that is needed at the next doors stands on it.
// Nothing needs this script: without it the browser sends the form itself.
(() => {
  const round = document.querySelector("[data-round]");
  if (round === null) return;
  const say = round.dataset;
  const PLACE = "signals.door/";
  const own = `${PLACE}${encodeURIComponent(say.owner)}/`;
  const PATIENCE = 15000;
  const FIRST_WAIT = 5000;
  const LONGEST_WAIT = 120000;
  const AGAIN_LATER = [408, 429];
  const unkept = new Map(); // what the browser has no room for, or may not keep

  const filled = (text, ...values) => values.reduce((found, value, at) => found.replace(`%${at + 1}`, value), text);

  // An entry: the fields of a form of a stop, and the words of a refusal once there was one.
  const nameOf = (list, stop) => `${own}${list}/${stop}`;
  const names = (begin) => {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(begin));
    } catch {
      return [];
    }
  };
  const read = (name) => {
    try {
      return unkept.get(name) ?? JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const drop = (name) => {
    unkept.delete(name);
    try {
      localStorage.removeItem(name);
    } catch {
      // there was nothing to remove
    }
  };
  const keep = (name, entry) => {
    drop(name);
    try {
      localStorage.setItem(name, JSON.stringify(entry));
    } catch {
      unkept.set(name, entry);
    }
  };
  const kept = () => [...new Set([...names(own), ...unkept.keys()])].sort();
  const waiting = () => kept().filter((name) => read(name)?.fields && read(name).words === undefined);

  const stopAt = (name) => {
    const [list, stop] = name.slice(own.length).split("/");
    return list === say.round ? document.querySelector(`[data-stop="${CSS.escape(stop)}"]`) : null;
  };
  const stops = Array.from(document.querySelectorAll("[data-stop]"));
  const already = Number(say.going) - stops.length;

  const isTold = (place) => ["waits", "taken"].includes(place.dataset.told);

  // What the page shows follows what is kept.
  const mark = (place, state, words) => {
    place.querySelector("[data-state]").textContent = state;
    const box = place.querySelector("[data-kept]");
    const told = box.querySelector("[data-words]");
    box.hidden = words === "";
    told.textContent = words;
    told.classList.toggle("utrecht-alert--ok", place.dataset.told === "taken");
    box.querySelector("[data-change]").hidden = place.dataset.told !== "waits";
    box.querySelector("[data-discard]").hidden = place.dataset.told !== "refused";
    place.querySelector("[data-body]").hidden = isTold(place);
  };
  // What was refused, of a stop that is not to be told any more (a colleague was first): read here, then thrown away.
  const showLost = () => {
    const lost = kept().filter((name) => read(name)?.words !== undefined && stopAt(name) === null);
    const lines = lost.map((name) => {
      const line = document.createElement("p");
      const away = document.createElement("button");
      const { words, fields } = read(name);
      line.className = "utrecht-alert utrecht-alert--warning signals-door__note";
      line.textContent = `${words}\n${new URLSearchParams(fields).get("note") ?? ""}\n`;
      away.className = "utrecht-button utrecht-button--secondary-action";
      away.type = "button";
      away.textContent = say.discard;
      away.addEventListener("click", () => {
        drop(name);
        show();
      });
      line.append(away);
      return line;
    });
    round.querySelector("[data-lost]").replaceChildren(...lines);
  };
  const show = () => {
    showLost();
    const names = waiting();
    const outbox = round.querySelector("[data-outbox]");
    outbox.hidden = names.length === 0;
    outbox.dataset.waiting = names.length;
    outbox.querySelector("[data-again]").hidden = !isAway;
    outbox.querySelector("[data-words]").textContent = isAway ? say.away : filled(say.unsent, names.length);
    const done = already + stops.filter(isTold).length;
    round.querySelector("[data-shown]").textContent = filled(say.progress, done, say.going);
  };
  const fill = (form, fields) => {
    for (const [name, value] of fields) {
      const field = form.elements.namedItem(name);
      if (field === null || name === "csrf_token") continue;
      field.value = value;
      const drawer = value === "" ? null : field.closest?.("form details");
      if (drawer) drawer.open = true;
    }
  };
  const newKey = () => {
    const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)));
    return bytes.map((one) => one.toString(16).padStart(2, "0")).join("");
  };
  const renew = (place) => {
    place.querySelector("form").elements.key.value = newKey();
  };
  // Under "now" stands where one goes next; what was just told stands below, and what was refused comes before all.
  const behind = round.querySelector("[data-behind]");
  const here = round.querySelector("[data-now]");
  const isDue = (one) => one.dataset.told === undefined && !("hindered" in one.dataset);
  // After this stop; or before it, when one went in another order.
  const turnFrom = (place) => {
    const next = stops.slice(stops.indexOf(place) + 1).find(isDue) ?? stops.find(isDue);
    const nobody = round.querySelector("[data-nobody]");
    if (nobody !== null) nobody.hidden = next !== undefined;
    if (next === undefined) return undefined;
    here?.append(next);
    next.open = true;
    return next;
  };
  const leaveNoGap = (place) => {
    behind.hidden = behind.querySelector("[data-stop]") === null;
    if (here !== null && here.querySelector("[data-stop]") === null) turnFrom(place);
  };
  const setAside = (place) => {
    place.open = false;
    behind.append(place);
    leaveNoGap(place);
  };
  const showEntry = (name) => {
    const place = stopAt(name);
    const entry = read(name);
    if (place === null || entry === null) return;
    const refused = entry.words !== undefined;
    place.dataset.told = refused ? "refused" : "waits";
    fill(place.querySelector("form"), entry.fields);
    if (refused) renew(place); // nothing was written down under the key that it had
    const words = unkept.has(name) ? say.unkept : say.waits;
    mark(place, refused ? say.failed : say.waiting, refused ? entry.words : words);
    if (!refused) {
      setAside(place);
      return;
    }
    place.open = true;
    round.querySelector("[data-outbox]").after(place);
    leaveNoGap(place);
    if (document.activeElement?.closest("textarea, input") === null) place.scrollIntoView({ block: "start" });
  };
  const toNext = (place) => {
    const next = turnFrom(place);
    (next ?? place).querySelector("summary").focus({ preventScroll: true });
    next?.scrollIntoView({ block: "start" });
  };

  // Sending, one after the other; who is not answered waits longer each time.
  let busy = false;
  let isAway = false;
  let wait = FIRST_WAIT;
  let timer = 0;
  const answerOf = async (address, fields) => {
    const body = new URLSearchParams(fields);
    body.set("csrf_token", document.querySelector("input[name=csrf_token]").value); // an entry may be older than it
    body.set("answer", "script");
    const giveUp = new AbortController();
    const late = setTimeout(() => giveUp.abort(), PATIENCE);
    try {
      const answer = await fetch(address, { method: "POST", body, redirect: "manual", signal: giveUp.signal });
      const ours = (answer.headers.get("content-type") ?? "").startsWith("application/json");
      return { status: answer.status, type: answer.type, told: ours ? await answer.json() : null };
    } finally {
      clearTimeout(late);
    }
  };
  // Whether one changed it while this was under way: what is kept there is another form, or one is still writing it.
  const keyOf = (fields) => new URLSearchParams(fields).get("key");
  const isOther = (name, fields, place) => {
    const entry = read(name);
    return entry === null ? place !== null && !isTold(place) : keyOf(entry.fields) !== keyOf(fields);
  };
  // "taken" or refused: "settled"; no longer signed in: "away"; else "later". Without any connection it throws.
  const send = async (name) => {
    const [list, stop] = name.slice(own.length).split("/");
    const address = say.record.replace("/0/", `/${list}/`).replace("/0/", `/${stop}/`);
    const { fields } = read(name);
    const { status, type, told } = await answerOf(address, fields);
    const place = stopAt(name);
    if (isOther(name, fields, place)) return "settled"; // what stands there now is answered when it is sent itself
    if (told?.taken === true) {
      drop(name);
      if (place === null) return "settled";
      place.dataset.told = "taken";
      mark(place, say.done, told.words);
      return "settled";
    }
    if (type === "opaqueredirect" || status === 403) return "away";
    if (status < 400 || status >= 500 || AGAIN_LATER.includes(status)) return "later";
    keep(name, { fields, words: told?.words ?? say.refused });
    showEntry(name);
    return "settled";
  };
  const sendEach = async () => {
    const tried = new Set();
    for (let name = waiting()[0]; name !== undefined; name = waiting().find((one) => !tried.has(one))) {
      tried.add(name);
      const outcome = await send(name);
      if (outcome === "settled") wait = FIRST_WAIT;
      isAway = outcome === "away";
      if (isAway) return;
    }
  };
  const sendAll = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    try {
      await sendEach();
    } catch {
      // there is no connection
    } finally {
      busy = false;
    }
    show();
    if (waiting().length === 0 || isAway) return;
    timer = setTimeout(sendAll, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  };
  const now = () => {
    wait = FIRST_WAIT;
    sendAll();
  };

  // What one does on the page.
  round.addEventListener("submit", (event) => {
    event.preventDefault();
    const place = event.target.closest("[data-stop]");
    const name = nameOf(say.round, place.dataset.stop);
    if (isTold(place)) return;
    const fields = Array.from(new FormData(event.target)).filter(([field]) => field !== "csrf_token");
    keep(name, { fields });
    showEntry(name);
    show();
    toNext(place);
    now();
  });
  for (const place of stops) {
    const begun = (again) => {
      drop(nameOf(say.round, place.dataset.stop));
      delete place.dataset.told;
      if (!again) place.querySelector("form").reset();
      renew(place); // what was kept may have come in: what is sent now is another form
      mark(place, "", "");
      show();
    };
    place.querySelector("[data-change]").addEventListener("click", () => begun(true));
    place.querySelector("[data-discard]").addEventListener("click", () => begun(false));
  }
  for (const form of document.querySelectorAll(`form[action="${say.signOut}"]`)) {
    form.addEventListener("submit", (event) => {
      if (kept().length > 0 && !confirm(say.leaving)) {
        event.preventDefault();
        return;
      }
      for (const name of names(PLACE)) drop(name);
    });
  }
  window.addEventListener("online", now);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) now(); // out of a pocket
  });
  window.addEventListener("pageshow", () => {
    for (const name of names(PLACE)) if (!name.startsWith(own)) drop(name); // of whoever was signed in here before
    for (const name of kept()) showEntry(name);
    show();
    now();
  });
})();
