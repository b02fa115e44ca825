// The wizard: a file that is dropped or chosen, or a text that is pasted, is looked at by the server at once, and what it
// found is put into the page. Without this script the same is done by a button.
import { say } from "../frame/say";
import { showWhen } from "./plan";

const PATIENCE = 700; // ms of rest before a pasted text is looked at
const PARTS = ["number-1", "look", "found", "step-2", "step-3", "step-4", "aside"];

let asked: AbortController | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

export function startWizard(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-wizard]");
  const file = form?.querySelector<HTMLInputElement>("input[name=file]");
  const source = form?.querySelector<HTMLTextAreaElement>("textarea[name=source]");
  if (!form || !file || !source) return;
  file.addEventListener("change", () => {
    if (file.files?.length) void look(form);
  });
  source.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(form), PATIENCE);
  });
  startDropping(form, file);
}

function startDropping(form: HTMLFormElement, file: HTMLInputElement): void {
  const zone = form.querySelector<HTMLElement>("[data-drop]");
  if (!zone) return;
  for (const hint of zone.querySelectorAll<HTMLElement>(".import-drag")) hint.hidden = false;
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("import-over");
  });
  zone.addEventListener("dragleave", () => {
    zone.classList.remove("import-over");
  });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("import-over");
    if (!event.dataTransfer?.files.length) return;
    file.files = event.dataTransfer.files;
    void look(form);
  });
}

async function look(form: HTMLFormElement): Promise<void> {
  const sent = new FormData(form);
  sent.set("do", "look");
  asked?.abort();
  asked = new AbortController();
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent, signal: asked.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.querySelector("form[data-wizard]")) show(form, page, sent);
    else if (answer.redirected || answer.status >= 400) say("The console could not look at this. Try the button.");
    form.removeAttribute("aria-busy");
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    form.removeAttribute("aria-busy");
    say("There is no connection to the console.");
  }
}

function show(form: HTMLFormElement, page: Document, sent: FormData): void {
  const typed = new FormData(form);
  for (const id of PARTS) {
    const [old, now] = [document.getElementById(id), page.getElementById(id)];
    if (old && now) old.replaceWith(document.adoptNode(now));
  }
  keep(form, typed, sent);
  take(form, page);
  showWhen(form);
  say(document.querySelector("#found h3")?.textContent ?? "");
}

/** What was typed while the server looked stays. */
function keep(form: HTMLFormElement, typed: FormData, sent: FormData): void {
  for (const [name, value] of typed) {
    if (typeof value !== "string" || value === sent.get(name)) continue;
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof RadioNodeList) {
      field.value = value;
    }
  }
}

/** What the server made of hidden fields and of a chosen file: its text stands in the field then, to be mended there. */
function take(form: HTMLFormElement, page: Document): void {
  const proposals = form.querySelector<HTMLInputElement>("#proposals");
  const read = page.querySelector<HTMLInputElement>("#proposals");
  if (proposals && read) proposals.value = read.value;
  const file = form.querySelector<HTMLInputElement>("input[name=file]");
  const source = form.querySelector<HTMLTextAreaElement>("textarea[name=source]");
  const told = page.querySelector<HTMLTextAreaElement>("textarea[name=source]");
  if (!file || !source || !told) return;
  if (file.files?.length) {
    source.value = told.value;
    // It is in the text by now, which may be changed there; sent again, the file would win.
    file.value = "";
  }
  source.classList.toggle("is-invalid", told.classList.contains("is-invalid"));
  if (told.hasAttribute("aria-invalid")) source.setAttribute("aria-invalid", "true");
  else source.removeAttribute("aria-invalid");
}
