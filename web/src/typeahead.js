// SPDX-License-Identifier: EUPL-1.2
// A text field that proposes: the combobox pattern of the ARIA Authoring
// Practices (editable, list autocomplete, manual selection). The focus never
// leaves the field; aria-activedescendant points at the proposal in view.

const WAIT = 150; // ms of silence before asking: one typed word, one request

class Typeahead {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input.control");
    this.value = box.querySelector("[data-typeahead-value]");
    this.active = -1;
    this.build();
    this.listen();
  }

  build() {
    const { input, box } = this;
    input.removeAttribute("list"); // one list is enough
    this.list = document.createElement("ul");
    this.list.id = `${input.id}-listbox`;
    this.list.className = "typeahead-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.dataset.label);
    this.list.hidden = true;
    this.said = document.createElement("div");
    this.said.className = "hide";
    this.said.setAttribute("role", "status");
    box.append(this.list, this.said);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
  }

  listen() {
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // mousedown, so that the field does not lose the focus first
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option);
    });
  }

  typed() {
    if (this.value) this.value.value = "";
    clearTimeout(this.timer);
    const q = this.input.value.trim();
    if (q.length < Number(this.box.dataset.min)) return this.close();
    this.timer = setTimeout(() => this.ask(q), WAIT);
  }

  // An answer that arrives after a newer question is thrown away.
  async ask(q) {
    this.asking?.abort();
    this.asking = new AbortController();
    const url = new URL(this.box.dataset.url, location.href);
    url.searchParams.set("q", q);
    try {
      const answer = await fetch(url, {
        signal: this.asking.signal,
        headers: { "HX-Request": "true", Accept: "text/html" },
      });
      if (answer.ok) this.show(await answer.text());
    } catch (err) {
      if (err.name !== "AbortError") this.close(); // the field still works as it is
    }
  }

  show(html) {
    if (document.activeElement !== this.input) return;
    const parsed = new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html");
    this.list.replaceChildren(...parsed.querySelectorAll("li[role=option]"));
    const options = this.options();
    options.forEach((o, i) => { o.id = `${this.list.id}-${i}`; });
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.said.textContent = options.length
      ? this.box.dataset.found.replace("{n}", options.length)
      : this.box.dataset.none;
  }

  options() { return [...this.list.children]; }

  key(event) {
    const open = !this.list.hidden;
    switch (event.key) {
      case "ArrowDown":
        if (!open) return this.typed();
        event.preventDefault();
        return this.move(this.active + 1);
      case "ArrowUp":
        if (!open) return;
        event.preventDefault();
        return this.move(this.active - 1);
      case "Enter":
        if (!open || this.active < 0) return;
        event.preventDefault();
        return this.choose(this.options()[this.active]);
      case "Escape":
        if (!open) return;
        event.preventDefault();
        return this.close();
    }
  }

  move(to) {
    const options = this.options();
    this.active = (to + options.length) % options.length;
    options.forEach((o, i) => o.setAttribute("aria-selected", String(i === this.active)));
    const now = options[this.active];
    this.input.setAttribute("aria-activedescendant", now.id);
    now.scrollIntoView({ block: "nearest" });
  }

  choose(option) {
    this.input.value = option.dataset.text;
    if (this.value) this.value.value = option.dataset.value;
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

export function typeaheads(root) {
  for (const box of root.querySelectorAll("[data-typeahead]")) {
    if (box.dataset.ready) continue;
    box.dataset.ready = "yes";
    new Typeahead(box);
  }
}
