// SPDX-License-Identifier: EUPL-1.2

package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// file collects objects; their numbers begin at 1.
type file struct{ objects []string }

// reserve gives a number to an object that is written later.
func (f *file) reserve() int {
	f.objects = append(f.objects, "")
	return len(f.objects)
}

func (f *file) set(n int, format string, args ...any) { f.objects[n-1] = fmt.Sprintf(format, args...) }

func (f *file) add(format string, args ...any) int {
	n := f.reserve()
	f.set(n, format, args...)
	return n
}

// stream adds packed bytes.
func (f *file) stream(dictionary string, data []byte) (int, error) {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	return f.plain(dictionary+" /Filter /FlateDecode", b.Bytes()), nil
}

// plain adds bytes as they are.
func (f *file) plain(dictionary string, data []byte) int {
	return f.add("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(data), data)
}

// bytes writes everything, with its table (ISO 32000-1, 7.5).
func (f *file) bytes(root, info int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	places := make([]int, len(f.objects))
	for i, o := range f.objects {
		places[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	sum := sha256.Sum256(b.Bytes())
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, at := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%X> <%[4]X>] >>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, root, info, sum[:16], table)
	return b.Bytes()
}

// text writes a text string: UTF-16 with its mark.
func text(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

// literal writes ASCII; an address has nothing else.
func literal(s string) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '(' || c == ')' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, "%%%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + ")"
}

func refs(numbers []int) string {
	var b strings.Builder
	for i, n := range numbers {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%d 0 R", n)
	}
	return b.String()
}

// file writes the document.
func (l *layout) file() ([]byte, error) {
	f := &file{}
	root, pages := f.reserve(), f.reserve()
	info := f.add("<< /Title %s /Author %s /Producer (Martinella) /CreationDate (D:%s) >>", text(l.doc.Title), text(l.doc.Author), l.doc.Made.UTC().Format("20060102150405Z"))
	fonts, err := l.writeFonts(f)
	if err != nil {
		return nil, err
	}
	sheets := make([]int, len(l.pages))
	for i := range sheets {
		sheets[i] = f.reserve()
	}
	places := l.writeAnnotations(f, sheets)
	for i, p := range l.pages {
		content, err := f.stream("", p.content.Bytes())
		if err != nil {
			return nil, err
		}
		var links []int
		for _, a := range p.annotations {
			links = append(links, places[a])
		}
		f.set(sheets[i], "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.2f %.2f] /Resources << /Font << %s >> >> /Contents %d 0 R /Annots [%s] /StructParents %d /Tabs /S >>",
			pages, paperWidth, paperHeight, fonts, content, refs(links), i)
	}
	f.set(pages, "<< /Type /Pages /Kids [%s] /Count %d >>", refs(sheets), len(sheets))
	tree := l.writeTree(f, sheets, places)
	profile, err := f.stream("/N 3", sRGB())
	if err != nil {
		return nil, err
	}
	meta := f.plain("/Type /Metadata /Subtype /XML", []byte(l.doc.xmp()))
	f.set(root, "<< /Type /Catalog /Pages %d 0 R /Lang %s /MarkInfo << /Marked true >> /StructTreeRoot %d 0 R /Metadata %d 0 R /ViewerPreferences << /DisplayDocTitle true >> /Outlines %d 0 R"+
		" /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) /DestOutputProfile %d 0 R >>] >>",
		pages, literal(l.doc.Lang), tree, meta, l.writeOutline(f, sheets), profile)
	return f.bytes(root, info), nil
}

func (l *layout) writeFonts(f *file) (string, error) {
	var out strings.Builder
	for i, x := range l.fonts {
		data, err := f.stream(fmt.Sprintf("/Length1 %d", len(x.data)), x.data)
		if err != nil {
			return "", err
		}
		letters, err := f.stream("", []byte(x.unicode()))
		if err != nil {
			return "", err
		}
		name := "MARTNL+" + x.name
		about := f.add("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [-600 -400 2000 1300] /ItalicAngle 0 /Ascent 1069 /Descent -293 /CapHeight 714 /StemV %d /FontFile2 %d 0 R >>", name, x.stem, data)
		cid := f.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 600 /W [%s] >>", name, about, x.widths())
		font := f.add("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", name, cid, letters)
		fmt.Fprintf(&out, "/F%d %d 0 R ", i, font)
	}
	return out.String(), nil
}

// xmpTime is how metadata write a moment.
func xmpTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
