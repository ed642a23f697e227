// SPDX-License-Identifier: EUPL-1.2
// Passkeys: asks the server for a challenge, the browser for an answer, and
// sends the answer with the form it belongs to. A form with data-passkey is
// hidden until there are scripts and WebAuthn to use it with.

export function passkeys(root) {
  for (const form of root.querySelectorAll("form[data-passkey]")) {
    if (form.dataset.ready) continue;
    form.dataset.ready = "1";
    const box = form.closest("[data-passkey-box]");
    if (!window.PublicKeyCredential) {
      box.querySelector("[data-passkey-unsupported]").hidden = false;
      continue;
    }
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer(form, box).catch((error) => say(box, reason(box, error)));
    });
  }
}

async function answer(form, box) {
  say(box, "");
  const response = await fetch(form.dataset.begin, { method: "POST", headers: { Accept: "application/json" } });
  const body = await response.json();
  if (!response.ok) throw new Told(body.detail);
  const options = body.options.publicKey;
  options.challenge = bytes(options.challenge);
  const create = form.dataset.passkey === "create";
  if (create) options.user.id = bytes(options.user.id);
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    for (const c of list ?? []) c.id = bytes(c.id);
  }
  const made = await navigator.credentials[create ? "create" : "get"]({ publicKey: options });
  form.querySelector("[data-passkey-token]").value = body.token;
  form.querySelector("[data-passkey-answer]").value = JSON.stringify(plain(made));
  form.submit();
}

// Told is a failure the server has a sentence for.
class Told extends Error {}

function reason(box, error) {
  if (error instanceof Told && error.message) return error.message;
  if (error.name === "InvalidStateError") return box.dataset.known;
  return error.name === "NotAllowedError" ? box.dataset.cancelled : box.dataset.failed;
}

function say(box, text) {
  const place = box.querySelector("[data-passkey-said]");
  place.hidden = !text;
  place.textContent = text;
}

// plain writes a credential as JSON, as PublicKeyCredential.toJSON does, which
// not every browser has yet (WebAuthn, section 5.1, RegistrationResponseJSON).
function plain(c) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (c.response[name]) response[name] = text(c.response[name]);
  }
  if (c.response.getTransports) response.transports = c.response.getTransports();
  return {
    id: c.id, rawId: text(c.rawId), type: c.type, response,
    authenticatorAttachment: c.authenticatorAttachment ?? undefined,
    clientExtensionResults: c.getClientExtensionResults(),
  };
}

// bytes and text turn base64url into bytes and back.
function bytes(base64url) {
  const binary = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (ch) => ch.charCodeAt(0));
}

function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
