// What script adds on top of pages that work without it.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

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

// How much of an upload has gone out.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const shown = form.querySelector("progress");
  form.addEventListener("submit", (event) => {
    if (!window.FormData || !shown) return;
    event.preventDefault();
    const sending = new XMLHttpRequest();
    sending.open("POST", form.action);
    shown.hidden = false;
    sending.upload.addEventListener("progress", (one) => {
      if (one.lengthComputable) shown.value = (100 * one.loaded) / one.total;
    });
    sending.addEventListener("load", () => {
      if (sending.status < 400 && sending.responseURL !== form.action) window.location.assign(sending.responseURL);
      else form.submit(); // the page that says what was wrong comes by itself
    });
    sending.addEventListener("error", () => form.submit());
    sending.send(new FormData(form));
  });
}
