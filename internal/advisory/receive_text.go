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
	dot  = regexp.MustCompile(`^(\s*)[•▪◦·]\s+`)
	dash = regexp.MustCompile(`^(\s*)–\s+`) // a bullet, or the dash of a sentence
)

// asMarkdown writes a received text so that Markdown shows its lines as they
// came: short ones below each other stay so, those of a paragraph flow on, and
// bullets of any form are a list. What stands between fences stays as it is.
func asMarkdown(text string) string {
	var out, block []string
	fenced := false
	end := func() {
		out, block = append(out, keepLines(block)...), nil
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence || fenced || strings.TrimSpace(line) == "":
			end()
			out = append(out, line)
		default:
			block = append(block, line)
		}
		fenced = fenced != fence
	}
	end()
	return strings.Join(out, "\n")
}

// keepLines does it to lines without an empty one between them.
func keepLines(lines []string) []string {
	flows := flowing(lines)
	dashes := len(lines) > 0 && dash.MatchString(lines[0])
	for i, line := range lines {
		line = dot.ReplaceAllString(line, "$1- ")
		if !flows || dashes {
			line = dash.ReplaceAllString(line, "$1- ")
		}
		if lines[i] = line; i > 0 && !flows && !item.MatchString(line) {
			lines[i-1] = strings.TrimRight(lines[i-1], " ") + "  " // a break in Markdown
		}
	}
	return lines
}

// flowing says whether lines are a paragraph: each but the last is as long as it could be.
func flowing(lines []string) bool {
	for i, line := range lines {
		if i+1 < len(lines) && utf8.RuneCountInString(line) < wrapped {
			return false
		}
	}
	return true
}
