// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"regexp"
	"strings"
)

var (
	bullet = regexp.MustCompile(`^\s*(?:[-–•*·▪◦o]|\d{1,2}[.)])\s+`)
	// What a statement of versions begins with.
	versions = regexp.MustCompile(`(?i)(?:^|[\s,(:;])((?:tutte le versioni|version[eis]?\b|vers\.|ver\.|release\b|rel\.|build\b|firmware\b|all versions|prior to\b|before\b|earlier than\b|up to\b|` +
		`fino all[ae]\b|precedent[ei]\b|antecedent[ei]\b|inferior[ei]\b|dall[ae]\b|<=?|≤|>=?|alle versjoner|versjon(?:er)?\b|før\b|eldre enn\b|v?\d+(?:\.(?:\d+|x))+|\d+\.x\b).*)$`)
	cpeName = regexp.MustCompile(`(?i)\bcpe:(?:2\.3:[aho*-](?::(?:[^\s:\\]|\\.)+){10}|/[aho](?::[^\s:]*){1,6})`)
	purl    = regexp.MustCompile(`\bpkg:[a-zA-Z][a-zA-Z0-9.+-]*/[^\s<>"']{1,500}`)
)

// productLines reads a list of products. A line without versions above lines
// that begin with versions is their product; above other lines that are
// indented or have bullets, their vendor, when it ends in a colon.
func (b *builder) productLines(s string) {
	var group string
	rows := productRows(s)
	for i, r := range rows {
		if !r.listed && i+1 < len(rows) && (rows[i+1].listed || rows[i+1].bare()) && splitVersions(r.text).Versions == "" {
			group = strings.TrimRight(r.text, " :")
			continue
		}
		if !r.listed && !r.bare() {
			group = ""
		}
		b.product(r.product(group))
	}
}

// bare says whether a line has versions and does not say of what.
func (r row) bare() bool {
	p := splitVersions(r.text)
	return p.Product == "" && p.Versions != ""
}

// row is a line of a list of products.
type row struct {
	text   string
	listed bool // it has a bullet or is indented
}

func productRows(s string) (rows []row) {
	for line := range strings.Lines(s) {
		text := bullet.ReplaceAllString(strings.TrimRight(line, "\n"), "")
		listed := text != strings.TrimRight(line, "\n") || strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
		if text = oneLine(strings.TrimRight(text, ";, ")); text != "" && len(rows) < 2*maxProducts {
			rows = append(rows, row{text, listed})
		}
	}
	return rows
}

func (r row) product(group string) Product {
	p := splitVersions(r.text)
	switch {
	case group == "":
	case p.Product == "":
		p.Product, p.Text = group, group+": "+r.text
	default:
		p.Vendor = group
	}
	p.CPE, p.PURL = cpeName.FindString(r.text), purl.FindString(r.text)
	return p
}

// splitVersions cuts a line where the versions begin.
func splitVersions(text string) Product {
	p := Product{Text: text}
	head := short(text, maxLine)
	for _, name := range []string{cpeName.FindString(head), purl.FindString(head)} {
		if name != "" {
			head = strings.TrimSpace(strings.Replace(head, name, "", 1))
		}
	}
	m := versions.FindStringSubmatchIndex(head)
	if m == nil {
		p.Product = strings.Trim(head, " ,:;()-–")
		return p
	}
	p.Product = strings.Trim(head[:m[2]], " ,:;(-–")
	p.Versions = strings.Trim(head[m[2]:m[3]], " ,:;")
	if strings.Count(p.Versions, ")") > strings.Count(p.Versions, "(") {
		p.Versions = strings.TrimSuffix(p.Versions, ")")
	}
	return p
}

// cveTable reads scores and severities beside the CVEs of a table, in the same
// row or, where its cells stand one below the other, under the CVE.
func (b *builder) cveTable(s string) {
	of := ""
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		if m := cveID.FindStringSubmatch(short(line, maxLine)); m != nil {
			of = cveOf(m)
		}
		if containsAny(line, "CVSS", "cvss") || of == "" || len(line) > maxLine {
			continue // lines has read it
		}
		if m := numeral.FindStringSubmatch(line); m != nil && b.first("score", scoreKey(of, decimal(m[1]))) {
			b.cvss(CVSS{CVE: of, Score: decimal(m[1])})
		}
	}
}
