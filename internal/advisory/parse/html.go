// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlText makes text of HTML as a person sees it: a line for each block, a
// tabulator between the cells of a row, the address behind a link's words. It
// reads tokens, not a tree: nothing can be nested too deep for it.
func htmlText(page string) string {
	w := htmlWriter{}
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(Limit)
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				w.out.WriteString("\n")
			}
			return w.out.String()
		case html.TextToken:
			w.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			w.start(z.Token())
		case html.EndTagToken:
			w.end(z.Token().DataAtom)
		}
	}
}

type htmlWriter struct {
	out    strings.Builder
	hidden atom.Atom // inside an element nobody sees
	link   string
	words  int // where the words of the link begin
}

func (w *htmlWriter) text(s string) {
	if w.hidden != 0 {
		return
	}
	w.out.WriteString(blanks.ReplaceAllString(s, " "))
}

func (w *htmlWriter) start(t html.Token) {
	if w.hidden != 0 {
		return
	}
	switch t.DataAtom {
	case atom.Script, atom.Style, atom.Title, atom.Noscript, atom.Template, atom.Svg, atom.Iframe, atom.Textarea:
		if t.Type != html.SelfClosingTagToken {
			w.hidden = t.DataAtom
		}
	case atom.Td, atom.Th:
		w.out.WriteString("\t")
	case atom.Li:
		w.out.WriteString("\n- ")
	case atom.A:
		w.link, w.words = href(t), w.out.Len()
	default:
		w.block(t.DataAtom)
	}
}

func href(t html.Token) string {
	for _, a := range t.Attr {
		if a.Key == "href" && isWebAddress(strings.TrimSpace(a.Val)) {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func (w *htmlWriter) end(a atom.Atom) {
	switch {
	case w.hidden != 0:
		if a == w.hidden {
			w.hidden = 0
		}
	case a == atom.A:
		if w.link != "" && !strings.Contains(w.out.String()[w.words:], w.link) {
			w.out.WriteString(" <" + w.link + ">")
		}
		w.link = ""
	default:
		w.block(a)
	}
}

// block ends the line where the page begins a new one.
func (w *htmlWriter) block(a atom.Atom) {
	switch a {
	case atom.Br, atom.Div, atom.Tr, atom.Ul, atom.Ol, atom.Table, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Blockquote, atom.Pre, atom.Dt, atom.Dd, atom.Hr:
		w.out.WriteString("\n")
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.out.WriteString("\n\n")
	}
}

// tidy takes the blanks off the ends of lines and the third empty line in a row.
func tidy(s string) string {
	var out strings.Builder
	empty := 0
	for line := range strings.Lines(s) {
		if line = strings.Trim(line, " \n"); strings.TrimSpace(line) == "" {
			if empty++; empty == 1 && out.Len() > 0 {
				out.WriteString("\n")
			}
			continue
		}
		empty = 0
		out.WriteString(strings.TrimRight(strings.TrimPrefix(line, "\t"), "\t ") + "\n")
	}
	return out.String()
}

func pageText(data []byte) ([]Document, error) {
	b := newBuilder(FormatText)
	b.text(tidy(htmlText(b.decodeText(data, ""))), told{})
	return b.only()
}
