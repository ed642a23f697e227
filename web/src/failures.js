// SPDX-License-Identifier: EUPL-1.2
// A partial update that fails must say so: htmx by itself stays silent.

export function failures(doc) {
  const say = () => {
    const place = doc.getElementById("flashes");
    if (!place) return;
    const box = doc.createElement("div");
    box.className = "callout is-warning";
    box.setAttribute("role", "alert");
    const text = doc.createElement("p");
    text.textContent = doc.body.dataset.failed;
    box.append(text);
    place.replaceChildren(box);
  };
  doc.addEventListener("htmx:responseError", say);
  doc.addEventListener("htmx:sendError", say);
  doc.addEventListener("htmx:timeout", say);
}
