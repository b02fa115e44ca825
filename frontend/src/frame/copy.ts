// Copies the text beside a button. Where the clipboard cannot be had (plain http, old browsers), the text is selected,
// so that one key does it.
import { changeIcon } from "./icon";
import { say } from "./say";

const BACK = 2000; // ms until the button says again what it does

export function startCopying(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>(".copy-button") : null;
    const source = button?.closest("[data-copy]")?.querySelector<HTMLElement>("[data-text]");
    if (button && source) void copy(button, source);
  });
}

async function copy(button: HTMLButtonElement, source: HTMLElement): Promise<void> {
  select(source);
  let copied = true;
  try {
    await navigator.clipboard.writeText(textOf(source));
  } catch {
    copied = document.execCommand("copy");
  }
  confirm(button, copied);
  say(copied ? "Copied to the clipboard." : "Selected: copy it with Ctrl+C.");
}

function confirm(button: HTMLButtonElement, copied: boolean): void {
  const word = button.querySelector("[data-word]");
  if (!word) return;
  word.textContent = copied ? "Copied" : "Press Ctrl+C";
  changeIcon(button, copied ? "check" : "copy");
  setTimeout(() => {
    word.textContent = "Copy";
    changeIcon(button, "copy");
  }, BACK);
}

function textOf(source: HTMLElement): string {
  return source instanceof HTMLInputElement ? source.value : (source.textContent ?? "");
}

function select(source: HTMLElement): void {
  if (source instanceof HTMLInputElement) source.select();
  else getSelection()?.selectAllChildren(source);
}
