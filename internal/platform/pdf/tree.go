// SPDX-License-Identifier: EUPL-1.2

package pdf

import (
	"fmt"
	"strings"
)

// writeAnnotations reserves the links' places and writes them.
func (l *layout) writeAnnotations(f *file, sheets []int) []int {
	out := make([]int, len(l.annotations))
	for i, a := range l.annotations {
		out[i] = f.add("<< /Type /Annot /Subtype /Link /Rect [%.2f %.2f %.2f %.2f] /Border [0 0 0] /F 4 /P %d 0 R /StructParent %d /Contents %s /A << /Type /Action /S /URI /URI %s >> >>",
			a.left, a.low, a.right, a.high, sheets[a.page], len(l.pages)+i, text(a.text), literal(a.href))
	}
	return out
}

// writeTree writes the structure (ISO 32000-1, 14.7): who reads it aloud, or on a
// small screen, gets headings, paragraphs and links in their order.
func (l *layout) writeTree(f *file, sheets, places []int) int {
	root, document := f.reserve(), f.reserve()
	numbers := make([]int, len(l.elements))
	for i := range numbers {
		numbers[i] = f.reserve()
	}
	var top []int
	for i, e := range l.elements {
		parent := document
		if e.parent >= 0 {
			parent = numbers[e.parent]
		} else {
			top = append(top, numbers[i])
		}
		lang := ""
		if e.lang != "" {
			lang = "/Lang " + literal(e.lang)
		}
		f.set(numbers[i], "<< /Type /StructElem /S /%s /P %d 0 R %s /K [%s] >>", e.tag, parent, lang, e.parts(numbers, sheets, places))
	}
	f.set(document, "<< /Type /StructElem /S /Document /P %d 0 R /K [%s] >>", root, refs(top))
	f.set(root, "<< /Type /StructTreeRoot /K [%d 0 R] /ParentTree << /Nums [%s] >> /ParentTreeNextKey %d >>", document, l.parents(numbers), len(l.pages)+len(l.annotations))
	return root
}

func (e element) parts(numbers, sheets, places []int) string {
	var b strings.Builder
	for _, k := range e.kids {
		switch {
		case k.annotation >= 0:
			fmt.Fprintf(&b, "<< /Type /OBJR /Obj %d 0 R >> ", places[k.annotation])
		case k.page >= 0:
			fmt.Fprintf(&b, "<< /Type /MCR /Pg %d 0 R /MCID %d >> ", sheets[k.page], k.mark)
		default:
			fmt.Fprintf(&b, "%d 0 R ", numbers[k.element])
		}
	}
	return strings.TrimSpace(b.String())
}

// parents finds the element of each marked content and each link.
func (l *layout) parents(numbers []int) string {
	var b strings.Builder
	for i, p := range l.pages {
		of := make([]int, len(p.marks))
		for n, e := range p.marks {
			of[n] = numbers[e]
		}
		fmt.Fprintf(&b, "%d [%s] ", i, refs(of))
	}
	for i, a := range l.annotations {
		fmt.Fprintf(&b, "%d %d 0 R ", len(l.pages)+i, numbers[a.element])
	}
	return strings.TrimSpace(b.String())
}

// writeOutline lists the chapters beside the text.
func (l *layout) writeOutline(f *file, sheets []int) int {
	root := f.reserve()
	var chapters []element
	var numbers []int
	for _, e := range l.elements {
		if e.level == 2 {
			chapters, numbers = append(chapters, e), append(numbers, f.reserve())
		}
	}
	for i, e := range chapters {
		around := ""
		if i > 0 {
			around += fmt.Sprintf(" /Prev %d 0 R", numbers[i-1])
		}
		if i < len(chapters)-1 {
			around += fmt.Sprintf(" /Next %d 0 R", numbers[i+1])
		}
		f.set(numbers[i], "<< /Title %s /Parent %d 0 R /Dest [%d 0 R /Fit]%s >>", text(e.title), root, sheets[e.kids[0].page], around)
	}
	if len(numbers) == 0 {
		f.set(root, "<< /Type /Outlines >>")
	} else {
		f.set(root, "<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>", numbers[0], numbers[len(numbers)-1], len(numbers))
	}
	return root
}
