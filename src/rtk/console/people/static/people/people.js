"use strict";
// Copies the field that a button names. Where the clipboard cannot be had (plain http, old browsers), the text is
// selected so that one key does it. Buttons are hidden without this script.
(() => {
  const say = (text) => { document.getElementById("page-status").textContent = text; };

  const copy = async (button) => {
    const field = document.getElementById(button.dataset.copy);
    field.focus();
    field.select();
    let copied = true;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      copied = document.execCommand("copy");
    }
    const before = button.textContent;
    button.textContent = copied ? "Copied" : "Press Ctrl+C";
    say(copied ? "Copied to the clipboard." : "Selected: copy it with Ctrl+C.");
    setTimeout(() => { button.textContent = before; }, 2000);
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }

  // The second-factor scripts tell only the browser's console what went wrong with a passkey.
  document.addEventListener("allauth.error", (event) => {
    const place = document.getElementById("page-error");
    const denied = event.detail.exception.name === "NotAllowedError";
    place.textContent = denied
      ? "The passkey was not used: the browser's question was closed or took too long. Try again."
      : `The passkey could not be used: ${event.detail.exception.message}`;
    place.hidden = false;
  });
})();
