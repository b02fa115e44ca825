// The line that says what a plan can prove: asked of the server while one types, so that there is one arithmetic.
const PATIENCE = 250; // ms of rest before it is asked
const FIELDS = "input, select";
// What is no part of a plan stays here: the experiment may be large, and its names are nobody's business.
const APART = new Set(["source", "file", "once", "seen", "proposals", "csrfmiddlewaretoken", "name", "objective_name"]);

let asked: AbortController | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

export function startPlan(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-plan]");
  if (!form) return;
  form.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.matches(FIELDS) && !apart(event.target)) later(form);
  });
  form.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-better]") : null;
    if (button) better(form, button.dataset.better ?? "", button.dataset.unit ?? "");
  });
  showWhen(form);
}

/** Takes over for how long it had better be measured. */
function better(form: HTMLFormElement, number: string, unit: string): void {
  const length = form.querySelector<HTMLInputElement>("[name=duration_0]");
  const units = form.querySelector<HTMLSelectElement>("[name=duration_1]");
  if (!length || !units) return;
  [length.value, units.value] = [number, unit];
  length.focus();
  later(form);
}

/** Shows what belongs to the choice that was made. Without a script, all of it is there. */
export function showWhen(form: HTMLFormElement): void {
  const chosen = form.querySelector<HTMLInputElement>("input[name=attach]:checked, input[name=attach][type=hidden]");
  if (!chosen) return;
  for (const part of form.querySelectorAll<HTMLElement>("[data-when]"))
    part.hidden = part.dataset.when !== chosen.value;
}

function later(form: HTMLFormElement): void {
  showWhen(form);
  document.getElementById("doubt")?.remove(); // it was about the plan as it was sent
  clearTimeout(timer);
  timer = setTimeout(() => void ask(form), PATIENCE);
}

async function ask(form: HTMLFormElement): Promise<void> {
  const place = document.getElementById("plan");
  if (!place || !form.dataset.plan) return;
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(`${form.dataset.plan}?${query(form)}`, { signal: asked.signal });
    if (!answer.ok) return;
    const fragment = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...fragment.body.childNodes);
  } catch {
    // A newer question replaced this one, or there is no connection: what is there stays.
  }
}

function query(form: HTMLFormElement): string {
  const told = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !APART.has(name)) told.append(name, value);
  }
  return told.toString();
}

function apart(field: Element): boolean {
  return APART.has(field.getAttribute("name") ?? "");
}
