// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	acnReference = regexp.MustCompile(`(?i)\b(AL|BL)(\d{2})/(\d{6})/CSIRT-ITA\b`)
	// Those who publish ACN's alerts again put the reference in the address.
	acnSlug = regexp.MustCompile(`(?i)\b(AL|BL)(\d{2})-(\d{6})-csirt-ita\b`)
	// "- Aggiornamento", "– Aggiornamento n. 2", "(Aggiornamento)" at the end of a title.
	updateMark = regexp.MustCompile(`(?i)(?:^|[-–—(\[])\s*(?:aggiornamento|update|oppdatering)(?:\s+(?:n\.?|nr\.?|#)?\s*(\d{1,3}))?\s*[)\]]?\s*$`)
)

// readReference makes a Reference of what a regular expression found. A day that
// does not exist stays out of it: the number as ACN wrote it is still the key.
func (b *builder) readReference(m []string) Reference {
	r := Reference{Value: strings.ToUpper(m[1]) + m[2] + "/" + m[3] + "/CSIRT-ITA", Kind: KindAlert}
	if strings.EqualFold(m[1], "BL") {
		r.Kind = KindBulletin
	}
	r.Number, _ = strconv.Atoi(m[2]) // two digits
	var err error
	if r.Date, err = time.Parse("060102", m[3]); err != nil {
		b.warn(WarnReference, r.Value)
	}
	return r
}

// reference takes the first ACN reference in s as the document's own.
func (b *builder) reference(s string) bool {
	m := acnReference.FindStringSubmatch(s)
	if m == nil {
		m = acnSlug.FindStringSubmatch(s)
	}
	if m == nil {
		return false
	}
	r := b.readReference(m)
	if b.doc.Reference == nil {
		b.doc.Reference = &r
	} else if r.Value != b.doc.Reference.Value {
		b.related(r.Value)
	}
	return true
}

func (b *builder) related(value string) {
	if b.room("related", len(b.doc.Related), maxRelated) && b.first("related", value) {
		b.doc.Related = append(b.doc.Related, value)
	}
}

// otherReferences keeps the references in s that are not the document's.
func (b *builder) otherReferences(s string) {
	if !containsAny(s, "CSIRT-ITA", "csirt-ita") {
		return
	}
	for _, m := range acnReference.FindAllStringSubmatch(s, maxRelated) {
		if r := b.readReference(m); b.doc.Reference == nil || r.Value != b.doc.Reference.Value {
			b.related(r.Value)
		}
	}
}

// readUpdate takes the mark of a revision off the end of a title.
func (b *builder) readUpdate(s string) string {
	m := updateMark.FindStringSubmatchIndex(s)
	if m == nil {
		return s
	}
	b.doc.Update = true
	if m[2] >= 0 {
		b.doc.Revision = s[m[2]:m[3]]
	}
	return strings.TrimSpace(s[:m[0]])
}

// bareTitle is a title without reference and mark of revision, which it reads.
func (b *builder) bareTitle(s string) string {
	s = b.readUpdate(oneLine(s))
	if b.reference(s) {
		s = acnReference.ReplaceAllString(s, "")
		s = strings.NewReplacer("()", "", "( )", "", "[]", "").Replace(s)
	}
	return b.readUpdate(strings.Trim(oneLine(s), " -–—:|,"))
}
