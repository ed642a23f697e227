// SPDX-License-Identifier: EUPL-1.2

package ui

// Link is a text that leads somewhere.
type Link struct {
	Text string
	Href string
	// Current marks the place the reader is in.
	Current bool
	// Lang is the language of the text, where it is not the page's.
	Lang string
}
