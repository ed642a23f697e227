// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// underTitle is the level above an advisory's headings: the page or the mail has its own so far.
const underTitle = 2

// Markdown gives HTML of what an analyst wrote. HTML in it is shown as the
// text it is, dangerous links lead nowhere, and images become links: reading
// an alert must fetch nothing from anybody.
func Markdown(source string) string {
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(asText{}, 1))),
	)
	raw := []byte(source)
	doc := md.Parser().Parse(text.NewReader(raw))
	tame(doc)
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, raw, doc); err != nil {
		return "<pre>" + escape(source) + "</pre>" // it writes to memory: never
	}
	return out.String()
}

// tame puts headings under the page's, none of them deeper than one below the one
// it stands under whatever the analyst skipped, and makes links of images.
func tame(doc ast.Node) {
	var images []*ast.Image
	var above []int                                                             // levels as written of the headings a heading stands under
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function gives no error
		switch n := n.(type) {
		case *ast.Heading:
			if entering {
				for len(above) > 0 && above[len(above)-1] >= n.Level {
					above = above[:len(above)-1]
				}
				above = append(above, n.Level)
				n.Level = min(underTitle+len(above), 6)
			}
		case *ast.Image:
			if entering {
				images = append(images, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, image := range images {
		link := ast.NewLink()
		link.Destination, link.Title = image.Destination, image.Title
		for c := image.FirstChild(); c != nil; c = image.FirstChild() {
			link.AppendChild(link, c)
		}
		if !link.HasChildren() {
			link.AppendChild(link, ast.NewString(link.Destination))
		}
		image.Parent().ReplaceChild(image.Parent(), image, link)
	}
}

// asText renders HTML in the source as text.
type asText struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (asText) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		block := n.(*ast.HTMLBlock)
		lines := segments(source, block.Lines())
		if block.HasClosure() {
			lines += string(block.ClosureLine.Value(source))
		}
		_, err := w.WriteString("<p>" + escape(lines) + "</p>\n")
		return ast.WalkContinue, err
	})
	r.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkSkipChildren, nil
		}
		_, err := w.WriteString(escape(segments(source, n.(*ast.RawHTML).Segments)))
		return ast.WalkSkipChildren, err
	})
}

func segments(source []byte, list *text.Segments) string {
	var b strings.Builder
	for i := range list.Len() {
		s := list.At(i)
		b.Write(s.Value(source))
	}
	return b.String()
}

func escape(s string) string { return html.EscapeString(s) }

// paragraphs gives the plainest HTML of texts; a line that is an address can be followed.
func paragraphs(texts []string) string {
	var b strings.Builder
	for _, t := range texts {
		if t == "" {
			continue
		}
		b.WriteString("<p>")
		for i, line := range strings.Split(t, "\n") {
			if i > 0 {
				b.WriteString("<br>")
			}
			b.WriteString(linked(line))
		}
		b.WriteString("</p>")
	}
	return b.String()
}

func linked(line string) string {
	safe := escape(line)
	if web := strings.HasPrefix(line, "https://") || strings.HasPrefix(line, "http://"); web && !strings.ContainsAny(line, " \t") {
		return `<a href="` + safe + `">` + safe + `</a>`
	}
	return safe
}
