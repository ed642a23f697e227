// SPDX-License-Identifier: EUPL-1.2
// Bulk actions: choose all rows of the page, count the chosen ones.

export function bulkChoice(root) {
  for (const all of root.querySelectorAll("[data-pick-all]")) {
    const form = document.getElementById(all.dataset.pickAll);
    if (!form || !all.hidden) continue;
    const boxes = () => [...form.elements].filter((e) => e.type === "checkbox" && e.name === "id");
    const label = form.querySelector("[data-bulk-count]");
    const first = label.textContent;
    const update = () => {
      const total = boxes().length;
      const chosen = boxes().filter((b) => b.checked).length;
      all.checked = chosen > 0 && chosen === total;
      all.indeterminate = chosen > 0 && chosen < total;
      label.textContent = chosen ? `${label.dataset.bulkCount} ${chosen}` : first;
      form.classList.toggle("is-active", chosen > 0);
    };
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const b of boxes()) b.checked = all.checked;
      update();
    });
    all.closest("table").addEventListener("change", update);
    update();
  }
}
