// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"fmt"
	"net/url"
	"strings"

	"martinella/internal/platform/i18n"
)

// letters writes one advisory's mails; what is the same for all of a language is
// made once.
type letters struct {
	m      *Module
	a      Advisory
	bodies map[string]body // by language
	sealed bool            // they leave encrypted
	inside *letters        // those that do, of the same advisory
}

// body is what a language's mails have in common.
type body struct{ text, html string }

func (m *Module) letters(a Advisory) *letters { return &letters{m: m, a: a, bodies: map[string]body{}} }

// to writes to one person, in his language as far as the advisory has it.
func (x *letters) to(p recipient, orgs map[int64]Organisation, why map[int64]chosen) Mail {
	first := orgs[p.organisations[0]]
	l := x.m.deps.Bundle.Localizer(p.Language, first.Zone)
	mail := Mail{
		Advisory: x.a.ID, Revision: x.a.Revision, Number: p.number, Organisation: first.ID, To: p.Contact,
		TLP: strings.TrimPrefix(string(x.a.TLP), "TLP:"), Critical: x.a.Severity == Critical, Step: p.step,
	}
	again := p.since < x.a.Revision
	mail.Subject = x.subject(l, again)
	top := []string{l.T("advisory.mail.greeting", "name", p.Name), x.opening(l, again)}
	if p.widened {
		top = append(top, l.T("advisory.mail.widened"))
	}
	for _, id := range p.organisations {
		top = append(top, orgs[id].Name+": "+why[id].forMember().why(l)+".")
	}
	body := x.body(l)
	if again && x.carries() {
		top = append(top, x.a.Change)
	}
	top = append(top, x.foreign(l))
	bottom := x.bottom(l, first)
	mail.Signature = x.m.deps.Name
	mail.Text = joined(joined(top...), body.text, joined(bottom...), "-- \n"+mail.Signature) + "\n"
	mail.HTML = paragraphs(top) + body.html + paragraphs(bottom)
	return mail
}

// subject says nothing of what mail may not carry.
func (x *letters) subject(l *i18n.Localizer, again bool) string {
	text := l.T("advisory.mail.subject", "severity", l.T("advisory.severity."+string(x.a.Severity)), "title", x.a.Title(l.Lang()))
	if !x.carries() {
		text = l.T("advisory.mail.subject.closed", "kind", l.T("advisory.kind."+string(x.a.Kind)), "label", string(x.a.TLP))
	}
	if again {
		text = l.T("advisory.mail.subject.again", "subject", text)
	}
	return short(text)
}

// maxSubject is what the mailer takes, in bytes, with room for the ellipsis.
const maxSubject = 490

func short(subject string) string {
	if len(subject) <= maxSubject {
		return subject
	}
	return strings.ToValidUTF8(subject[:maxSubject], "") + "…"
}

func (x *letters) opening(l *i18n.Localizer, again bool) string {
	switch {
	case !x.carries():
		return l.T("advisory.mail.closed", "label", string(x.a.TLP))
	case again:
		return l.T("advisory.mail.opening.again", "csirt", x.m.deps.Name, "date", l.DateTime(x.a.Sent.At))
	}
	return l.T("advisory.mail.opening."+string(x.a.Kind), "csirt", x.m.deps.Name)
}

// body is the advisory itself, where mail may carry it.
func (x *letters) body(l *i18n.Localizer) body {
	if !x.carries() {
		return body{}
	}
	if b, made := x.bodies[l.Lang()]; made {
		return b
	}
	lang, t := x.a.Found(l.Lang())
	head := t.Title
	if x.a.Reference != "" {
		head += " (" + x.a.Reference + ")"
	}
	severity, facts := l.T("advisory.severity."+string(x.a.Severity)), x.facts(l)
	parts := []string{strings.ToUpper(severity) + " - " + head, t.Summary, t.Body}
	b := body{text: joined(append(parts, facts...)...), html: `<div lang="` + lang + `"><h2>` + escape(head) + "</h2></div><p><strong>" + escape(severity) + "</strong></p>" +
		`<div lang="` + lang + `">` + lead(t.Summary) + Markdown(t.Body) + "</div>" + paragraphs(facts)}
	x.bodies[l.Lang()] = b
	return b
}

// lead is a summary before its text.
func lead(summary string) string {
	if summary == "" {
		return ""
	}
	return "<p><strong>" + escape(summary) + "</strong></p>"
}

// foreign says to a reader that the text is not written in his language.
func (x *letters) foreign(l *i18n.Localizer) string {
	if lang, _ := x.a.Found(l.Lang()); x.carries() && lang != l.Lang() {
		return l.T("advisory.foreign", "language", i18n.Name(lang))
	}
	return ""
}

func (x *letters) facts(l *i18n.Localizer) []string {
	var out []string
	if len(x.a.Products) > 0 {
		out = append(out, l.T("advisory.mail.products")+"\n"+strings.Join(productTexts(x.a.Products), "\n"))
	}
	if len(x.a.CVEs) > 0 {
		out = append(out, l.T("advisory.mail.cves", "list", strings.Join(x.a.CVEs, ", ")))
	}
	if len(x.a.Links) > 0 {
		out = append(out, l.T("advisory.mail.links")+"\n"+strings.Join(x.a.Links, "\n"))
	}
	if n := len(x.a.Indicators); n > 0 {
		out = append(out, l.T("advisory.mail.indicators")+"\n"+strings.Join(defanged(x.a.Indicators[:min(n, mailedIndicators)]), "\n"))
		if n > mailedIndicators {
			out = append(out, l.T("advisory.mail.more_indicators", "n", n-mailedIndicators))
		}
	}
	return out
}

// mailedIndicators is how many a mail lists; the portal has all.
const mailedIndicators = 50

func defanged(list []Indicator) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = joinParts(Defang(x.Value), x.Comment)
	}
	return out
}

func productTexts(list []Product) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.Text
	}
	return out
}

// bottom says what to do, what the label binds to, and who writes.
func (x *letters) bottom(l *i18n.Localizer, o Organisation) []string {
	link := x.m.deps.BaseURL + "/o/" + url.PathEscape(o.Code) + fmt.Sprintf("/advisories/%d", x.a.ID)
	var out []string
	if due := x.a.Due(); !due.IsZero() {
		out = append(out, l.T("advisory.mail.acknowledge", "date", l.DateTime(due))+"\n"+link)
	} else {
		out = append(out, l.T("advisory.mail.read")+"\n"+link)
	}
	out = append(out, x.files(l, link))
	label := string(x.a.TLP) + ": " + l.T("advisory.binds."+labelKey(x.a.TLP))
	if x.a.PAP != "" {
		label += "\n" + string(x.a.PAP) + ": " + l.T("advisory.pap."+papKey(x.a.PAP))
	}
	return append(out, label)
}

// files are links into the portal: a file is attached to no mail, where it would
// lie in mailboxes that nobody can empty.
func (x *letters) files(l *i18n.Localizer, link string) string {
	if len(x.a.Files) == 0 || !x.carries() {
		return ""
	}
	lines := []string{l.T("advisory.mail.files")}
	for _, f := range x.a.Files {
		lines = append(lines, fmt.Sprintf("%s (%s, SHA-256 %s)", f.Name, l.Bytes(f.Size), f.SHA256), fmt.Sprintf("%s/files/%d", link, f.ID))
	}
	return strings.Join(lines, "\n")
}

func joined(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}
