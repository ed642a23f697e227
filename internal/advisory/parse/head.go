// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"regexp"
	"strings"
)

var (
	mailLine      = regexp.MustCompile(`(?i)^(?:da|from|a|to|cc|inviato|sent|data|date|fra|til|sendt|dato)\s*:\s`)
	subjectLine   = regexp.MustCompile(`(?i)^(?:oggetto|subject|emne)\s*:\s*(.+)$`)
	subjectMarks  = regexp.MustCompile(`(?i)^(?:\s*(?:r|i|re|fw|fwd|inoltro|sv|vs)\s*:|\s*\[[^\]]{0,40}\])+\s*`)
	forwardMark   = regexp.MustCompile(`^[-_=*\s]*(?:(?i:messaggio originale|messaggio inoltrato|forwarded message|original message|inizio messaggio inoltrato).*)?$`)
	levelLine     = regexp.MustCompile(`(?i)^(?:gravità|severità|criticità|livello(?: di (?:rischio|gravità|criticità|severità))?|rischio|severity|risk|priority|priorità|alvorlighet|alvorlighetsgrad)\s*[:\-]\s*(.+)$`)
	furniture     = regexp.MustCompile(`(?i)^(?:home|csirt italia|acn|agenzia per la cybersicurezza nazionale|alert e bollettini|torna indietro|condividi|stampa|vai al contenuto|home\s*[/>›].*)$`)
	badge         = regexp.MustCompile(`(?i)^(alert|bollettino|bulletin|allerta)$`)
	referenceLine = regexp.MustCompile(`(?i)\b(?:riferimento|codice|identificativo|reference|id)\s*:?\s*$`)
	greeting      = regexp.MustCompile(`(?i)^(?:buongiorno|buonasera|salve|gentil[ei]|spett\.?(?:le|abile)?|cari|car[ao]|egregi[oa]?|dear|hello|hi|good (?:morning|afternoon)|hei|god (?:dag|morgen)|kjære)\b[^.]{0,60}[,!:]?$`)
	anyLetter     = regexp.MustCompile(`\pL`)
)

// head reads the lines before the first heading. In a plain text they are also
// its body, so what is no title is not called unplaced.
func (b *builder) head(s string, by told, plain bool) {
	h := header{b: b, plain: plain}
	n := 0
	for line := range strings.Lines(s) {
		if line = strings.Trim(oneLine(unquoted(line)), "#*_ "); line == "" {
			continue
		}
		if n++; n > maxHead || plain && len(line) > 2*maxTitle {
			break
		}
		h.line(line)
	}
	h.choose(by)
	if !plain {
		b.lines(s, SectionOther)
		h.leftover(s)
	}
}

// header finds the title among the lines of a head.
type header struct {
	b       *builder
	plain   bool
	rest    []string // lines that are nothing else
	titled  string   // the line with the reference, or the one before it
	subject string   // of a mail that was pasted
}

func (h *header) line(line string) {
	switch {
	case subjectLine.MatchString(line):
		h.subject = subjectLine.FindStringSubmatch(line)[1]
	case h.reference(line):
	case h.mark(line), h.b.plainLabel(line), len(line) < maxTitle && h.b.dates(line):
	case h.b.impact(line):
	case mailLine.MatchString(line), forwardMark.MatchString(line), furniture.MatchString(line), greeting.MatchString(line):
	default:
		h.rest = append(h.rest, line)
	}
}

// reference reads a line with ACN's number: the title is what else stands
// there, or in old feeds and pages the line before.
func (h *header) reference(line string) bool {
	if !acnReference.MatchString(line) || h.b.doc.Reference != nil || len(line) > maxTitle {
		return false
	}
	title := h.b.bareTitle(line)
	if title = referenceLine.ReplaceAllString(title, ""); !anyLetter.MatchString(title) || badge.MatchString(title) {
		title = ""
		if n := len(h.rest); n > 0 {
			title, h.rest = h.rest[n-1], h.rest[:n-1]
		}
	}
	h.titled = title
	return true
}

// mark reads badges: what it is, how severe, whether it is a revision.
func (h *header) mark(line string) bool {
	if m := levelLine.FindStringSubmatch(line); m != nil && levelOf(m[1]) != "" {
		h.b.severity(levelOf(m[1]), line)
		return true
	}
	if badge.MatchString(line) {
		h.b.doc.Kind = KindAlert
		if strings.HasPrefix(strings.ToLower(line), "b") {
			h.b.doc.Kind = KindBulletin
		}
		return true
	}
	if level := levelOf(line); level != "" {
		h.b.severity(level, line)
		return true
	}
	return h.b.readUpdate(line) == "" && line != ""
}

// plainLabel reads a line that is a label and little else.
func (b *builder) plainLabel(line string) bool {
	return len(line) < 80 && tlpLabel.FindStringIndex(line) != nil && tlpLabel.FindStringIndex(line)[0] < 20 && b.labels(line) ||
		len(line) < 40 && b.labels(line)
}

// choose takes the title, from the surest place to the least sure.
func (h *header) choose(by told) {
	carrier := subjectMarks.ReplaceAllString(oneLine(by.title), "")
	for {
		// "Fwd: [TLP:AMBER] R: …"
		bare := subjectMarks.ReplaceAllString(carrier, "")
		if bare == carrier {
			break
		}
		carrier = bare
	}
	candidates := []string{h.titled, carrier, subjectMarks.ReplaceAllString(h.subject, "")}
	if by.firm {
		candidates = []string{carrier, h.titled}
	}
	if len(h.rest) > 0 {
		candidates = append(candidates, h.rest[0])
	}
	for i, c := range candidates {
		if c = h.b.bareTitle(c); c != "" && h.b.doc.Title == "" {
			h.b.title(c)
			if i == len(candidates)-1 && len(h.rest) > 0 {
				h.rest = h.rest[1:]
			}
		}
	}
}

// leftover shows the lines of a head that nothing was made of.
func (h *header) leftover(s string) {
	for _, line := range h.rest {
		if line != h.b.doc.Title {
			h.b.unplaced(line)
		}
	}
	n := 0
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if n++; n > maxHead {
			h.b.unplaced(line)
		}
	}
}
