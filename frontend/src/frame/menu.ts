// Menus are <details>, which open by themselves; this closes them again and lets arrow keys walk through them.
const ITEMS = "a[href], button:not([disabled])";

export function startMenus(): void {
  document.addEventListener("click", (event) => closeAll(event.target));
  document.addEventListener("focusin", (event) => closeAll(event.target));
  document.addEventListener("keydown", onKey);
  startSide();
}

function closeAll(except: EventTarget | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!(except instanceof Node && menu.contains(except))) menu.open = false;
  }
}

function onKey(event: KeyboardEvent): void {
  const menu = event.target instanceof Element ? event.target.closest<HTMLDetailsElement>("details.menu") : null;
  if (event.key === "Escape") {
    const open = menu ?? document.querySelector<HTMLDetailsElement>("details.menu[open]");
    if (open?.open) {
      open.open = false;
      open.querySelector("summary")?.focus();
    }
  } else if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    menu.open = true;
    walk(menu, event.key === "ArrowDown" ? 1 : -1);
  }
}

function walk(menu: HTMLDetailsElement, step: number): void {
  const items = [...menu.querySelectorAll<HTMLElement>(`.menu-sheet :is(${ITEMS})`)];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length + (at < 0 && step < 0 ? 1 : 0)) % items.length]?.focus();
}

// On small screens the navigation opens below the bar.
function startSide(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-menu]");
  const side = document.getElementById("side");
  if (!button || !side) return;
  const show = (open: boolean): void => {
    side.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(!side.classList.contains("open")));
  side.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !side.classList.contains("open")) return;
    show(false);
    button.focus();
  });
}
