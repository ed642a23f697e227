// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"html"
	"regexp"
	"strings"
)

// The look of mails is written on the elements: mail programs drop style sheets.
const (
	mailBody  = "margin:0;padding:24px;background:#ffffff;color:#17324d;font:16px/1.5 'Titillium Web',Helvetica,Arial,sans-serif"
	mailQuote = "margin:8px 0 0;padding:4px 0 4px 14px;border-left:4px solid #d9dadb"
	mailFoot  = "margin-top:24px;padding-top:12px;border-top:1px solid #d9dadb;font-size:14px"
)

// asHTML says what a text part says: paragraphs, quoted lines ("| "), lists
// ("- "), addresses that can be followed, the signature apart.
func asHTML(text, language string) string {
	body, foot, _ := strings.Cut(strings.TrimSpace(text), "\n-- \n")
	var b strings.Builder
	for paragraph := range strings.SplitSeq(strings.TrimSpace(body), "\n\n") {
		writeParagraph(&b, strings.Split(strings.Trim(paragraph, "\n"), "\n"))
	}
	return framed(b.String(), foot, language)
}

// framed is the page around HTML of ours, with the signature apart.
func framed(body, foot, language string) string {
	if foot != "" {
		body += `<p style="` + mailFoot + `">` + strings.ReplaceAll(linked(foot), "\n", "<br>") + "</p>"
	}
	return `<!DOCTYPE html><html lang="` + html.EscapeString(language) + `"><head><meta charset="utf-8"></head><body style="` + mailBody + `"><div style="max-width:40em">` + body + "</div></body></html>"
}

// writeParagraph writes lines that belong together, those of a kind in one block.
func writeParagraph(b *strings.Builder, lines []string) {
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lineKind(lines[n]) == lineKind(lines[0]) {
			n++
		}
		writeBlock(b, lineKind(lines[0]), lines[:n])
		lines = lines[n:]
	}
}

// lineKind is how a line begins: "| " quotes somebody, "- " is one of a list, "" is ours.
func lineKind(line string) string {
	line = strings.TrimLeft(line, " ")
	for _, kind := range []string{"| ", "- "} {
		if strings.HasPrefix(line, kind) || line == strings.TrimSpace(kind) {
			return kind
		}
	}
	return ""
}

func writeBlock(b *strings.Builder, kind string, lines []string) {
	open, between, end := "<p>", "<br>", "</p>"
	switch kind {
	case "| ":
		open, end = `<blockquote style="`+mailQuote+`">`, "</blockquote>"
	case "- ":
		open, between, end = "<ul><li>", "</li><li>", "</li></ul>"
	}
	for i, line := range lines {
		line = strings.TrimLeft(line, " ")
		switch kind {
		case "| ": // nobody else's address becomes a link of ours
			lines[i] = html.EscapeString(strings.TrimPrefix(strings.TrimPrefix(line, "|"), " "))
		default:
			lines[i] = linked(strings.TrimPrefix(line, kind))
		}
	}
	b.WriteString(open + strings.Join(lines, between) + end)
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"]+`)

// linked escapes a text and makes links of the addresses in it.
func linked(text string) string {
	var b strings.Builder
	for {
		at := webAddress.FindStringIndex(text)
		if at == nil {
			b.WriteString(html.EscapeString(text))
			return b.String()
		}
		to := html.EscapeString(text[at[0]:at[1]])
		b.WriteString(html.EscapeString(text[:at[0]]) + `<a style="color:#0055b3;word-break:break-all" href="` + to + `">` + to + "</a>")
		text = text[at[1]:]
	}
}
