// Messages can be put away; what goes wrong with a passkey or with a fragment is said on the page.
import { icon } from "./icon";

export function startMessages(): void {
  for (const message of document.querySelectorAll<HTMLElement>("[data-message]")) message.append(closer(message));
  document.addEventListener("allauth.error", (event) => complain(passkey(event)));
  for (const kind of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(kind, () => complain("The console did not answer. Load the page again."));
  }
}

/** Says what went wrong, at the top of the page. */
export function complain(text: string): void {
  const place = document.getElementById("page-error");
  if (!place) return;
  place.textContent = text;
  place.hidden = false;
}

function closer(message: HTMLElement): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "alert-close";
  button.setAttribute("aria-label", "Put this message away");
  button.append(icon("x", 16));
  button.addEventListener("click", () => {
    message.remove();
    document.getElementById("main")?.focus();
  });
  return button;
}

// The second-factor scripts tell only the browser's console what went wrong with a passkey.
function passkey(event: Event): string {
  const { exception } = (event as CustomEvent<{ exception: Error }>).detail;
  return exception.name === "NotAllowedError"
    ? "The passkey was not used: the browser's question was closed or took too long. Try again."
    : `The passkey could not be used: ${exception.message}`;
}
