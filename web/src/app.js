// SPDX-License-Identifier: EUPL-1.2
// What the pages gain where scripts run. Everything works without this file.
import "htmx.org";
import { typeaheads } from "./typeahead.js";
import { copyButtons } from "./copy.js";
import { bulkChoice } from "./bulk.js";
import { menus } from "./menus.js";
import { passkeys } from "./passkey.js";
import { failures } from "./failures.js";

// enhance is run on the page and on every fragment htmx brings in.
function enhance(root) {
  typeaheads(root);
  copyButtons(root);
  bulkChoice(root);
  passkeys(root);
}

menus(document);
failures(document);
document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
