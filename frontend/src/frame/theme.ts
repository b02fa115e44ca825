// The switch between light, dark, and whatever the system prefers; kept in this browser.
import { say } from "./say";

const KEY = "rtk-theme";
const CHOICES = ["auto", "light", "dark"] as const;
type Choice = (typeof CHOICES)[number];
const WORDS: Record<Choice, string> = { auto: "as the system", light: "light", dark: "dark" };
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

export function startTheme(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-next]");
  apply(kept(), button);
  prefersDark.addEventListener("change", () => apply(kept(), button));
  button?.addEventListener("click", () => {
    const next = CHOICES[(CHOICES.indexOf(kept()) + 1) % CHOICES.length] ?? "auto";
    keep(next);
    apply(next, button);
    say(`Colours: ${WORDS[next]}.`);
  });
}

function apply(choice: Choice, button: HTMLButtonElement | null): void {
  const dark = choice === "dark" || (choice === "auto" && prefersDark.matches);
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
  if (button) {
    button.dataset.themeNext = choice;
    button.title = `Colours: ${WORDS[choice]}`;
    const word = button.querySelector("[data-word]");
    if (word) word.textContent = `Colours: ${WORDS[choice]}. Change them.`;
  }
}

function kept(): Choice {
  try {
    const found = localStorage.getItem(KEY);
    return CHOICES.find((each) => each === found) ?? "auto";
  } catch {
    return "auto";
  }
}

function keep(choice: Choice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // It lasts as long as this page, then.
  }
}
