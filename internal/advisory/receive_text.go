// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// wrapped is how long a line is at least that a program broke, and no person.
const wrapped = 60

var (
	item = regexp.MustCompile(`^\s*(?:[-*+]|\d{1,2}[.)])\s`)
	dot  = regexp.MustCompile(`^(\s*)[•▪◦·–]\s+`)
)

// asMarkdown writes a received text so that Markdown shows its lines as they
// came: short ones below each other stay so, those of a paragraph flow on, and
// bullets of any form are a list.
func asMarkdown(text string) string {
	blocks := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n")
	for i, block := range blocks {
		blocks[i] = keepLines(strings.Split(block, "\n"))
	}
	return strings.Join(blocks, "\n\n")
}

func keepLines(lines []string) string {
	flows := flowing(lines)
	for i, line := range lines {
		if lines[i] = dot.ReplaceAllString(line, "$1- "); i > 0 && !flows && !item.MatchString(lines[i]) && strings.TrimSpace(lines[i-1]) != "" {
			lines[i-1] = strings.TrimRight(lines[i-1], " ") + "  " // a break in Markdown
		}
	}
	return strings.Join(lines, "\n")
}

// flowing says whether lines are a paragraph: each but the last is as long as it could be.
func flowing(lines []string) bool {
	for _, line := range lines[:len(lines)-1] {
		if utf8.RuneCountInString(line) < wrapped {
			return false
		}
	}
	return true
}
