// SPDX-License-Identifier: EUPL-1.2

package browser

import (
	"encoding/json"
	"fmt"
)

// Target says how to find an element of the page.
type Target struct {
	name   string // for people
	script string // a JavaScript expression that gives the element or null
}

// CSS finds the first element that a CSS selector matches.
func CSS(selector string) Target {
	return Target{name: selector, script: fmt.Sprintf("document.querySelector(%s)", quote(selector))}
}

// Label finds the field whose label reads so; a mark such as "*" or
// "(facoltativo)" after the words does not matter.
func Label(words string) Target {
	return Target{
		name: "the field " + quote(words),
		script: fmt.Sprintf(`(function(words) {
			const text = l => l.textContent.replace(/\s+/g, " ").trim();
			const labels = [...document.querySelectorAll("label")];
			const label = labels.find(l => text(l) === words) ?? labels.find(l => text(l).startsWith(words));
			return label?.control ?? [...document.querySelectorAll("[aria-label]")].find(e => e.ariaLabel === words) ?? null;
		})(%s)`, quote(words)),
	}
}

// Words finds the visible link or button that says exactly that.
func Words(words string) Target {
	return Target{
		name: "the link or button " + quote(words),
		script: fmt.Sprintf(`(function(words) {
			const says = e => (e.innerText || e.value || e.ariaLabel || "").replace(/\s+/g, " ").trim() === words || e.ariaLabel === words;
			const all = document.querySelectorAll("a[href], button, summary, input[type=submit], [role=button], [role=option], [role=tab]");
			return [...all].find(e => says(e) && e.checkVisibility()) ?? null;
		})(%s)`, quote(words)),
	}
}

// LinkWith finds the first visible link whose text holds those words.
func LinkWith(words string) Target {
	return Target{
		name: "a link with " + quote(words),
		script: fmt.Sprintf(`([...document.querySelectorAll("main a[href]")].find(
			a => a.checkVisibility() && a.innerText.replace(/\s+/g, " ").includes(%s)) ?? null)`, quote(words)),
	}
}

// quote writes a JavaScript string.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""` // a Go string always marshals
	}
	return string(text)
}
