// Tags as chips: typed with commas between them as without a script, which the field keeps underneath.

export function startTags(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>("input[data-tags]")) chips(field);
}

function chips(field: HTMLInputElement): void {
  const box = document.createElement("div");
  box.className = `${field.className} chips`;
  const input = document.createElement("input");
  input.type = "text";
  input.autocomplete = "off";
  input.placeholder = field.placeholder;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    const told = field.getAttribute(name);
    if (told !== null) input.setAttribute(name, told);
  }
  field.after(box);
  box.append(input);
  field.type = "hidden";
  input.id = field.id;
  field.removeAttribute("id");
  let tags = split(field.value);

  const show = () => {
    field.value = [...tags, ...split(input.value)].join(", ");
    for (const shown of box.querySelectorAll(".chip")) shown.remove();
    input.before(...tags.map((tag) => chip(tag, () => take(tag))));
    input.placeholder = tags.length ? "" : field.placeholder;
  };
  const add = () => {
    tags = [...new Set([...tags, ...split(input.value)])];
    input.value = "";
    show();
  };
  const take = (tag: string) => {
    tags = tags.filter((each) => each !== tag);
    show();
    input.focus();
  };
  input.addEventListener("input", () => (input.value.includes(",") ? add() : show()));
  input.addEventListener("change", add);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value.trim()) {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && !input.value && tags.length) take(tags[tags.length - 1] ?? "");
  });
  box.addEventListener("click", (event) => event.target === box && input.focus());
  show();
}

function split(text: string): string[] {
  return [
    ...new Set(
      text
        .split(",")
        .map((each) => each.trim())
        .filter(Boolean),
    ),
  ];
}

function chip(tag: string, take: () => void): HTMLElement {
  const made = document.createElement("span");
  made.className = "chip";
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "×";
  remove.setAttribute("aria-label", `Remove the tag ${tag}`);
  // Else leaving the input would draw the chips anew before the click arrives.
  remove.addEventListener("mousedown", (event) => event.preventDefault());
  remove.addEventListener("click", take);
  made.append(tag, remove);
  return made;
}
