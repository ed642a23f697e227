// SPDX-License-Identifier: EUPL-1.2
// Menus are <details>: they open without script. This closes them with Escape,
// by a click elsewhere, and when the keyboard leaves them.

function close(menu, refocus) {
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
}

export function menus(doc) {
  const open = () => doc.querySelectorAll("details[data-menu][open]");
  doc.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) close(menu, false);
  });
  doc.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) close(menu, menu.contains(doc.activeElement));
  });
  doc.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) close(menu, false);
  });
}
