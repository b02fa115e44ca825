// Texts from elsewhere, made harmless for one line of a page.

// Controls and marks that turn the direction of text would disarrange what stands beside it.
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** One line of text, cut to a length. */
export function plain(text: string, most = 120): string {
  const line = text.replace(UNSEEN, " ").replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most - 1).trimEnd()}…` : line;
}
