// SPDX-License-Identifier: EUPL-1.2
// The copy button is hidden until there is a clipboard to copy to.

export function copyButtons(root) {
  if (!navigator.clipboard) return;
  for (const box of root.querySelectorAll("[data-copy]")) {
    const button = box.querySelector("[data-copy-button]");
    if (!button.hidden) continue;
    button.hidden = false;
    button.addEventListener("click", () => copy(box, button));
  }
}

async function copy(box, button) {
  await navigator.clipboard.writeText(box.querySelector("[data-copy-text]").textContent);
  let said = box.querySelector("[role=status]");
  if (!said) {
    said = document.createElement("span");
    said.setAttribute("role", "status");
    said.className = "copy-said";
    button.after(said);
  }
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = document.body.dataset.copied; });
}
