// Runs before anything is drawn, so that no page flashes in the wrong colours. It may import nothing: it is loaded as a
// plain script. The frame's theme.ts does the switching.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem("rtk-theme");
  } catch {
    // A browser that keeps nothing follows the system's preference.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
