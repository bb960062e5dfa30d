// Keys of one letter, for those who work here all day. Whoever speaks to their computer, or meets them by mistake, turns
// them off in the list that ? shows; that is kept in this browser. In boxes, and with Ctrl, Alt or Meta, they do nothing.
const OFF = "casework-keys-off";
const ROWS = "main table tbody tr";
const PLACES = { h: "/", c: "/cases", t: "/tasks", d: "/dates", m: "/meetings", p: "/places" };

function kept() {
  try {
    return localStorage.getItem(OFF) === "yes";
  } catch {
    return false; // this browser keeps nothing: they are on
  }
}

function keep(off) {
  try {
    if (off) localStorage.setItem(OFF, "yes");
    else localStorage.removeItem(OFF);
  } catch {
    // then it holds for this page
  }
}

const isTyping = (at) => at.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
const links = () => [...document.querySelectorAll(".casework-nav a")];
const nav = (letter) => links().find((one) => one.getAttribute("href") === PLACES[letter]);
const rows = () => [...document.querySelectorAll(ROWS)].filter((one) => one.querySelector("a[href], input[type=checkbox]"));

class Keys {
  constructor() {
    this.off = kept();
    this.led = 0;
    document.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (isTyping(event.target) || event.target.closest("dialog")) return;
    const goes = Date.now() - this.led < 1500;
    this.led = 0;
    if (event.key === "?") this.show();
    else if (this.off) return;
    else if (goes && nav(event.key)) nav(event.key).click();
    else if (event.key === "g") this.led = Date.now();
    else if (event.key === "/") document.getElementById("casework-find")?.focus();
    else if (event.key === "j") this.move(1);
    else if (event.key === "k") this.move(-1);
    else if (event.key === "x") this.choose();
    else return;
    event.preventDefault();
  }

  // The row in which the focus is, and the one behind or before it; from elsewhere the first, or the last.
  move(by) {
    const all = rows();
    const here = all.findIndex((one) => one.contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1);
    all[next]?.querySelector("a[href], input[type=checkbox]").focus();
  }

  choose() {
    document.activeElement?.closest(ROWS)?.querySelector("input[type=checkbox]")?.click();
  }

  show() {
    this.list ??= this.made();
    if (!this.list.open) this.list.showModal();
  }

  made() {
    const list = document.createElement("dialog");
    list.className = "casework-keys";
    list.setAttribute("aria-labelledby", "casework-keys-title");
    list.append(part("h2", "Keys", "govuk-heading-m", "casework-keys-title"));
    const table = part("dl", "", "govuk-summary-list");
    for (const [keys, does] of this.told()) {
      const row = part("div", "", "govuk-summary-list__row");
      row.append(part("dt", keys, "govuk-summary-list__key"), part("dd", does, "govuk-summary-list__value"));
      table.append(row);
    }
    const turn = part("button", "", "govuk-button govuk-button--secondary");
    const said = () => (turn.textContent = this.off ? "Turn keys on" : "Turn keys off");
    said();
    turn.type = "button";
    turn.addEventListener("click", () => (keep((this.off = !this.off)), said()));
    const close = part("button", "Close", "govuk-button");
    close.type = "button";
    close.addEventListener("click", () => list.close());
    const group = part("div", "", "govuk-button-group");
    group.append(close, turn);
    list.append(table, group);
    document.body.append(list);
    return list;
  }

  told() {
    const find = document.getElementById("casework-find") ? [["/", "Find a case"]] : [];
    const places = Object.keys(PLACES).filter(nav).map((one) => [`g, then ${one}`, nav(one).textContent.trim()]);
    const inRows = [["j, k", "The next row of a table, the one before"], ["x", "Choose the row"]];
    return [...find, ...places, ...inRows, ["?", "This list"]];
  }
}

function part(kind, text, classes, id = "") {
  const one = document.createElement(kind);
  one.className = classes;
  one.textContent = text;
  if (id) one.id = id;
  return one;
}

export function offerKeys() {
  if (document.querySelector(".casework-nav")) new Keys();
}
