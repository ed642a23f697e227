// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"regexp"
	"strconv"
	"strings"

	"martinella/internal/platform/tlp"
)

var (
	tlpLabel = regexp.MustCompile(`(?i)\bTLP\s*(?:v?2(?:\.0)?\s*)?[:_\-\s]\s*(RED|AMBER\s*\+\s*STRICT|AMBER|GREEN|CLEAR|WHITE|ROSSO|AMBRA|VERDE|BIANCO)\b`)
	papLabel = regexp.MustCompile(`(?i)\bPAP\s*[:\-]\s*(RED|AMBER|GREEN|CLEAR|WHITE)\b`)
	cveID    = regexp.MustCompile(`(?i)\bCVE[-–](\d{4})[-–](\d{4,19})\b`)
	cveLike  = regexp.MustCompile(`(?i)\bCVE[-–_ ]?\d[\d–_-]*`)
	score    = regexp.MustCompile(`(?i)\bCVSS\s*(?:v\.?\s*)?([234](?:\.[01])?)?\b(?:[^\d\n]{0,30})\b(\d{1,2}[.,]\d)\b`)
	vector   = regexp.MustCompile(`\bCVSS:([34]\.[01])(?:/[A-Z]{1,3}:[A-Za-z]{1,6}){4,40}`)
	numeral  = regexp.MustCompile(`(?:^|[\s(|;])(10[.,]0|\d[.,]\d)(?:$|[\s)|;])`)
	estimate = regexp.MustCompile(`(?i)(?:\b([a-z]{2,20}(?:\s*/\s*[a-z]{2,20})?)\s*)?\(?\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*/\s*100\b`)
	systemic = regexp.MustCompile(`(?i)\b(critic[oa]|alt[oa]|medi[oa]|bass[oa])\s*\(\s*(\d{1,3}[.,]\d{1,2})\s*\)`)
)

// labelOf reads a colour of the Traffic Light Protocol, also of its first
// version and in Italian.
func labelOf(colour string) tlp.Label {
	colour = strings.ToUpper(strings.Join(strings.Fields(colour), ""))
	switch colour {
	case "WHITE", "BIANCO":
		return tlp.Clear
	case "ROSSO":
		return tlp.Red
	case "AMBRA":
		return tlp.Amber
	case "VERDE":
		return tlp.Green
	}
	if l := tlp.Label("TLP:" + colour); l.Known() {
		return l
	}
	return ""
}

// statedLabel takes a label of a program's own format. One that is not known may
// well restrict more than any that is: it is shown.
func (b *builder) statedLabel(colour string) {
	colour = strings.TrimPrefix(strings.ToUpper(clean(colour)), "TLP:")
	if l := labelOf(colour); l != "" {
		b.label(l)
	} else if colour != "" {
		b.unplaced("TLP:" + colour)
	}
}

func papOf(colour string) PAP {
	switch p := PAP("PAP:" + strings.ToUpper(colour)); p {
	case PAPRed, PAPAmber, PAPGreen, PAPClear:
		return p
	case "PAP:WHITE":
		return PAPClear
	}
	return ""
}

// labels reads the TLP and PAP labels in s.
func (b *builder) labels(s string) (found bool) {
	if !containsAny(s, "TLP", "tlp", "Tlp", "PAP", "pap") {
		return false // most lines, at a hundredth of the cost
	}
	for _, m := range tlpLabel.FindAllStringSubmatch(s, 20) {
		b.label(labelOf(m[1]))
		found = true
	}
	for _, m := range papLabel.FindAllStringSubmatch(s, 20) {
		b.pap(papOf(m[1]))
		found = true
	}
	return found
}

// cveOf writes a CVE identifier as its authority does; "" when s is none.
func cveOf(m []string) string {
	if len(m[2]) > 4 && m[2][0] == '0' {
		return ""
	}
	return "CVE-" + m[1] + "-" + m[2]
}

// cves reads the CVE identifiers in s. What only looks like one is kept apart.
func (b *builder) cves(s string) (found []string) {
	if !containsAny(s, "CVE", "cve", "Cve") {
		return nil
	}
	for _, m := range cveID.FindAllStringSubmatch(s, -1) {
		if id := cveOf(m); id != "" {
			b.cve(id)
			found = append(found, id)
		}
	}
	for _, like := range cveLike.FindAllString(s, -1) {
		if m := cveID.FindStringSubmatch(like); m == nil || cveOf(m) == "" {
			b.unplaced(like)
		}
	}
	return found
}

// scores reads CVSS vectors and scores in a line; they belong to its CVE when it has one alone.
func (b *builder) scores(line string, found []string) {
	if !containsAny(line, "CVSS", "cvss") {
		return
	}
	of := ""
	if len(found) == 1 {
		of = found[0]
	}
	c := CVSS{CVE: of}
	if m := vector.FindStringSubmatch(line); m != nil {
		c.Vector, c.Version = m[0], m[1]
		line = strings.Replace(line, m[0], " CVSS ", 1)
	}
	if m := score.FindStringSubmatch(line); m != nil && (m[1] != "" || !isVersion(m[2])) {
		c.Score = decimal(m[2])
		if c.Version == "" {
			c.Version = m[1]
		}
	}
	b.cvss(c)
}

// isVersion tells "CVSS 3.1", which names the standard, from a score.
func isVersion(s string) bool { return s == "3.0" || s == "3.1" || s == "4.0" || s == "2.0" }

func decimal(s string) float64 {
	f, _ := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64) // digits, by the expressions above
	return f
}

// levelOf reads a word of severity in Italian, English or Norwegian.
func levelOf(word string) Level {
	switch strings.ToLower(strings.Trim(oneLine(word), " .:*_!")) {
	case "critico", "critica", "critical", "kritisk":
		return LevelCritical
	case "alto", "alta", "high", "important", "høy", "alvorlig":
		return LevelHigh
	case "medio", "media", "medium", "moderate", "middels":
		return LevelMedium
	case "basso", "bassa", "low", "lav":
		return LevelLow
	case "none", "nessuno", "nessuna", "ingen":
		return LevelNone
	}
	return ""
}

// impact reads ACN's estimate: "ARANCIONE (65,12/100)", "Alto (66,92)".
func (b *builder) impact(line string) bool {
	if !containsAny(line, "100", "(") {
		return false
	}
	if m := estimate.FindStringSubmatch(line); m != nil && decimal(m[2]) <= 100 {
		if b.doc.Severity.Impact == 0 {
			b.doc.Severity.Impact = decimal(m[2])
			b.estimateWord(m[1], line)
		}
		return true
	}
	if m := systemic.FindStringSubmatch(line); m != nil && decimal(m[2]) <= 100 {
		if b.doc.Severity.Impact == 0 {
			b.doc.Severity.Impact = decimal(m[2])
		}
		b.severity(levelOf(m[1]), line)
		return true
	}
	return false
}

// estimateWord reads what stands before the number: a colour, a level, or "ALTO/ARANCIONE".
func (b *builder) estimateWord(words, line string) {
	for word := range strings.SplitSeq(words, "/") {
		word = strings.TrimSpace(word)
		switch strings.ToLower(word) {
		case "rosso", "arancione", "giallo", "verde":
			b.doc.Severity.Colour = strings.ToUpper(word)
		default:
			b.severity(levelOf(word), line)
		}
	}
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
