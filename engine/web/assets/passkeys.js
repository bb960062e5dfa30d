// Passkeys (Web Authentication): they are offered where this browser makes and uses them, at the address of the site.
const known = Boolean(window.PublicKeyCredential && navigator.credentials);
const here = (origin) => known && origin === location.origin;
const TEXTS = {
  NotAllowedError: "No passkey was used. Try again.",
  InvalidStateError: "This device has a passkey of yours already.",
  old: "This took too long. Load the page again.",
};
const OTHER = "This did not work. Try again.";

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

function text(buffer) {
  const signs = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
  return btoa(signs).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// What the server asks for, as browsers take it.
function read(asked) {
  const described = (one) => ({ ...one, id: bytes(one.id) });
  const found = { ...asked, challenge: bytes(asked.challenge) };
  if (asked.user) found.user = { ...asked.user, id: bytes(asked.user.id) };
  if (asked.excludeCredentials) found.excludeCredentials = asked.excludeCredentials.map(described);
  if (asked.allowCredentials) found.allowCredentials = asked.allowCredentials.map(described);
  return found;
}

// What the device answered, as the server reads it.
function written(made) {
  const response = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  if (made.response.getTransports) response.transports = made.response.getTransports();
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
}

async function answered(place, form) {
  const { passkeyAsked: at, passkeyOptions: options } = place.dataset;
  if (options) return navigator.credentials.create({ publicKey: read(JSON.parse(options)) });
  const csrf = form.elements.csrf ? { csrf: form.elements.csrf.value } : {};
  const said = await fetch(at, { method: "POST", body: new URLSearchParams(csrf) });
  if (!said.ok || !said.headers.get("content-type").startsWith("application/json")) throw { name: "old" };
  return navigator.credentials.get({ publicKey: read(await said.json()) });
}

function offer(place) {
  const form = place.closest("form");
  const [button, told] = [place.querySelector("button"), place.querySelector("[role=alert]")];
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = "";
    try {
      place.querySelector("[name=credential]").value = written(await answered(place, form));
      form.submit();
    } catch (error) {
      told.textContent = TEXTS[error.name] || OTHER;
      button.disabled = false;
    }
  });
}

export function offerPasskeys() {
  for (const place of document.querySelectorAll("[data-passkeys-not-at]")) place.hidden = here(place.dataset.passkeysNotAt);
  for (const place of document.querySelectorAll("[data-passkeys-at]")) place.hidden = !here(place.dataset.passkeysAt);
  for (const place of document.querySelectorAll("[data-passkey-asked]")) offer(place);
}
