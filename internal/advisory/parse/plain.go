// SPDX-License-Identifier: EUPL-1.2

package parse

import "strings"

// Plain is the text of a document in the order it is read, for somebody who only looks at it.
func (d Document) Plain() string {
	var parts []string
	if len(d.Sections) == 0 {
		parts = append(parts, d.Summary)
	}
	for _, s := range d.Sections {
		parts = append(parts, strings.TrimSpace(s.Title+"\n"+s.Text))
	}
	parts = append(parts, d.Unparsed...)
	if d.Mail != nil {
		for _, a := range d.Mail.Attachments {
			parts = append(parts, "["+a.Name+"]")
		}
	}
	return strings.TrimSpace(strings.Join(parts, "\n\n"))
}
