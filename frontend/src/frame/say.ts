// Tells screen readers what has just happened, once, politely.

/** Says a sentence aloud where one listens to the page. */
export function say(text: string): void {
  const place = document.getElementById("page-status");
  if (!place) return;
  place.textContent = "";
  setTimeout(() => {
    place.textContent = text;
  }, 50); // said twice in a row it has to change in between
}
