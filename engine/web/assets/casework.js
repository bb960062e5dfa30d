// What script adds on top of pages that work without it.
import { initAll } from "./govuk-frontend.min.js";
import { offerPasskeys } from "./passkeys.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

// What a page has to say first takes the focus, but not from those who were at a field before this script was there:
// what they type next would go nowhere.
const focus = { disableAutoFocus: document.activeElement !== document.body };
initAll({ errorSummary: focus, notificationBanner: focus });

offerPasskeys();

// Filters take effect as soon as one is chosen; typing waits for the button or the Enter key.
for (const form of document.querySelectorAll("form[data-live]")) {
  for (const choice of form.querySelectorAll("select, input[type=checkbox]")) {
    choice.addEventListener("change", () => form.requestSubmit());
  }
}

// A box that chooses every row of its table.
for (const all of document.querySelectorAll("input[data-choose-all]")) {
  all.closest(".casework-choose-all").hidden = false;
  all.addEventListener("change", () => {
    for (const one of all.form.querySelectorAll(`input[name="${all.dataset.chooseAll}"]`)) one.checked = all.checked;
  });
}

// A diagram that is wider than its frame is shown first where it begins, not with an empty corner of it.
for (const frame of document.querySelectorAll("[data-diagram]")) showBeginning(frame, frame.querySelector("img"));

async function showBeginning(frame, picture) {
  const answer = await fetch(picture.src).catch(() => null);
  if (!answer?.ok) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  const first = drawn.querySelector(".oval ellipse");
  await picture.decode().catch(() => null);
  if (!first || frame.scrollLeft || frame.scrollTop) return; // it was moved meanwhile
  const [left, top] = drawn.getAttribute("viewBox").split(" ").map(Number);
  const at = (name) => Number(first.getAttribute(name));
  frame.scrollLeft = at("cx") - left - frame.clientWidth / 2;
  frame.scrollTop = at("cy") - top - at("ry") - 20;
}

// Files are sent one after another as soon as they are chosen or dropped. What came of each stands beside its name;
// the list of those that are kept is taken from the page that the server answers with.
function made(kind, classes, text = "") {
  const one = document.createElement(kind);
  one.className = classes;
  one.textContent = text;
  return one;
}

class MultiFileUpload {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=file]");
    this.rows = made("div", "govuk-summary-list moj-multi-file-upload__list");
    this.status = made("div", "govuk-visually-hidden");
    this.status.setAttribute("role", "status");
    this.zone = made("div", "moj-multi-file-upload__dropzone");
    const button = made("label", "govuk-button govuk-button--secondary", "Choose files");
    button.htmlFor = this.input.id;
    this.input.replaceWith(this.zone);
    this.zone.append(made("p", "govuk-body", "Drag and drop files here or"), this.input, button, this.status);
    this.form.querySelector(".moj-multi-file-upload").classList.add("moj-multi-file-upload--enhanced");
    this.form.querySelector(".moj-multi-file-upload").prepend(this.rows);
    this.input.addEventListener("focus", () => button.classList.add("moj-multi-file-upload--focused"));
    this.input.addEventListener("blur", () => button.classList.remove("moj-multi-file-upload--focused"));
    this.input.addEventListener("change", () => this.send([...this.input.files]));
    this.takeDrops();
    if (this.input.files.length) this.send([...this.input.files]); // chosen before this script was there
  }

  takeDrops() {
    const shade = (event, on) => {
      event.preventDefault();
      this.zone.classList.toggle("moj-multi-file-upload--dragover", on);
    };
    this.zone.addEventListener("dragover", (event) => shade(event, true));
    this.zone.addEventListener("dragleave", (event) => shade(event, false));
    this.zone.addEventListener("drop", (event) => {
      shade(event, false);
      this.send([...event.dataTransfer.files]);
    });
  }

  async send(files) {
    this.input.value = "";
    this.status.textContent = "Sending files, please wait";
    for (const file of files) await this.sendOne(file);
  }

  sendOne(file) {
    const row = made("div", "govuk-summary-list__row moj-multi-file-upload__row");
    const told = made("div", "govuk-summary-list__value moj-multi-file-upload__message", `${file.name}: 0%`);
    row.append(told);
    this.rows.append(row);
    const body = new FormData(this.form);
    body.delete(this.input.name);
    body.append(this.input.name, file);
    const sending = new XMLHttpRequest();
    sending.open("POST", this.form.action);
    sending.responseType = "document";
    sending.upload.addEventListener("progress", (one) => {
      if (one.lengthComputable) told.textContent = `${file.name}: ${Math.round((100 * one.loaded) / one.total)}%`;
    });
    return new Promise((done) => {
      sending.addEventListener("loadend", () => {
        const [kept, text] = this.came(sending, file);
        told.replaceChildren(made("span", `moj-multi-file-upload__${kept ? "success" : "error"}`, text));
        this.status.textContent = text;
        done();
      });
      sending.send(body);
    });
  }

  // Whether a file is kept, and the sentence that says so.
  came(sending, file) {
    const page = sending.response;
    const fresh = page && page.getElementById(this.form.dataset.upload);
    if (sending.status === 0 || !page) return [false, `${file.name} could not be sent. Check your connection, and try again.`];
    if (!fresh) return [false, `${file.name} is not kept: ${page.querySelector("h1").textContent.trim()}.`];
    if (sending.status >= 400) return [false, page.querySelector(".govuk-error-summary__list li").textContent];
    document.getElementById(fresh.id).replaceWith(document.adoptNode(fresh));
    return [true, `${file.name} is kept.`];
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new MultiFileUpload(form);

// Whether anything in a form is not as it came: something may have been typed before this script was there.
function isTyped(form) {
  return [...form.elements].some((one) => {
    if (one.options) return one.selectedIndex !== Math.max(0, [...one.options].findIndex((option) => option.defaultSelected));
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    return "defaultValue" in one && one.value !== one.defaultValue;
  });
}

// What was typed into a part of a draft is kept whichever way its page is left.
class Keeper {
  constructor(form) {
    this.form = form;
    this.typed = isTyped(form);
    this.failed = false;
    this.kept = Promise.resolve();
    form.addEventListener("input", () => {
      this.typed = true;
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.keep(), 500);
    });
    form.addEventListener("change", () => this.keep());
    form.addEventListener("submit", () => (this.typed = this.failed = false));
    addEventListener("pagehide", () => this.keep());
    addEventListener("beforeunload", (event) => this.failed && event.preventDefault());
    document.addEventListener("click", (event) => this.leave(event));
    document.addEventListener("submit", (event) => this.leave(event));
  }

  keep() {
    if (!this.typed) return this.kept;
    this.typed = false;
    const body = new URLSearchParams(new FormData(this.form));
    body.set("step", "keep");
    const keepalive = body.toString().length < 60_000; // browsers send no more than that for a page that is gone
    const sent = fetch(this.form.action, { method: "POST", body, keepalive });
    this.kept = sent.then((said) => (this.failed = !said.ok || said.url.includes("/sign-in"))).catch(() => (this.failed = true));
    return this.kept;
  }

  // A link, or the button of another form: it is followed once what was typed is kept.
  leave(event) {
    const link = event.type === "click" && event.target.closest("a[href]");
    const form = event.type === "submit" && event.target !== this.form && event.target;
    const plain = !event.defaultPrevented && !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!plain || !(form || (link && !link.target && !link.hash))) return;
    event.preventDefault();
    this.keep().then(() => (form ? form.submit() : location.assign(link.href)));
  }
}

for (const form of document.querySelectorAll("form[data-keep]")) new Keeper(form);

// Before a page is left on which something was typed that is not kept yet, the browser asks.
for (const form of document.querySelectorAll("form[data-typed]")) {
  let typed = isTyped(form) || document.querySelector(".govuk-error-summary") !== null; // sent, and not kept
  form.addEventListener("input", () => (typed = true));
  form.addEventListener("submit", () => (typed = false));
  addEventListener("beforeunload", (event) => typed && event.preventDefault());
}
