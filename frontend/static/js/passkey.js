// The buttons that make or use a passkey; allauth's script does the ceremony and sends the form.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const forms = window.allauth.webauthn.forms;
  const ids = { credential: "credential", data: "js_data" };
  if (document.getElementById("passkey-add"))
    forms.addForm({ ids: { ...ids, add: "passkey-add", passwordless: "passwordless" } });
  if (document.getElementById("passkey-use")) forms.authenticateForm({ ids: { ...ids, authenticate: "passkey-use" } });
  if (document.getElementById("passkey-login")) forms.loginForm({ ids: { ...ids, login: "passkey-login" } });
});

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const { exception } = event.detail;
  const impossible = !window.PublicKeyCredential || (exception && exception.name === "SecurityError");
  const template = document.getElementById(impossible ? "passkey-impossible" : "passkey-failed");
  document.getElementById("messages").replaceChildren(template.content.cloneNode(true));
});
