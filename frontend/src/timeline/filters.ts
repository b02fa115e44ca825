// Kinds are chosen at once, in the chart and in the list; the address keeps telling what is shown.
import { htmx } from "../frame/fragments";
import type { Month } from "./month";

export function startFilters(month: Month | null): void {
  const form = document.getElementById("filters");
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.name !== "kind") return;
    const chosen = new FormData(form);
    month?.choose(chosen.getAll("kind").map(String));
    const to = address(chosen);
    window.history.replaceState(null, "", to);
    void htmx.ajax("get", to, { source: form, target: "#events", select: "#events", swap: "outerHTML" });
  });
  // Empty fields would only make the address longer.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    window.location.assign(address(new FormData(form)));
  });
}

function address(form: FormData): string {
  const said = [...form].filter(([, value]) => value !== "").map(([name, value]) => [name, String(value)]);
  const text = new URLSearchParams(said).toString();
  return text ? `?${text}` : window.location.pathname;
}
