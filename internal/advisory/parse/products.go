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
	var heading, above string // of a list; of lines that say versions alone
	rows := productRows(s)
	for i, r := range rows {
		var next row
		if i+1 < len(rows) {
			next = rows[i+1]
		}
		name := strings.TrimRight(r.text, " :")
		switch named := splitVersions(r.text).Versions == ""; {
		case named && !r.listed && next.listed:
			heading, above = name, ""
		case named && next.bare() && !next.listed && !next.apart:
			if above = name; !r.listed {
				heading = ""
			}
		case r.listed:
			above = ""
			b.product(r.product(heading))
		case r.bare() && above != "" && !r.apart:
			p := r.product(above)
			p.Vendor = heading
			b.product(p)
		default:
			heading, above = "", ""
			b.product(r.product(""))
		}
	}
}

// bareVersions are versions that a line begins with: a number, or few words before one.
var bareVersions = regexp.MustCompile(`(?i)^(?:v?\d|[<>≤≥]|tutte le versioni|all versions|alle versjoner|` +
	`(?:version[eis]?|vers\.|ver\.|versjon(?:er)?|dall[ae]|fino all[ae]|prior to|before|earlier than|up to|precedent[ei]|antecedent[ei]|inferior[ei]|før|eldre enn)[\s:]+(?:\pL+\s+){0,3}v?\d|` +
	`(?:release|rel\.|build|firmware)[\s:]*v?\d)`)

// bare says whether a line has versions and does not say of what.
func (r row) bare() bool {
	p := splitVersions(r.text)
	return p.Product == "" && p.Versions != "" && bareVersions.MatchString(r.text)
}

// row is a line of a list of products.
type row struct {
	text   string
	listed bool // it has a bullet or is indented
	apart  bool // an empty line stands before it
}

func productRows(s string) (rows []row) {
	apart := false
	for line := range strings.Lines(s) {
		text := bullet.ReplaceAllString(strings.TrimRight(line, "\n"), "")
		listed := text != strings.TrimRight(line, "\n") || strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
		if text = oneLine(strings.TrimRight(text, ";, ")); text != "" && len(rows) < 2*maxProducts {
			rows = append(rows, row{text, listed, apart})
		}
		apart = text == ""
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
