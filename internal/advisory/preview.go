// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// Preview is the mail of an advisory as a reader of a language would get it. Who
// reads it, and for which body, is made up; all else is what is sent.
type Preview struct {
	Mail
	Language string // of the text; another than the reader's where it is not written in his
	Sealed   bool   // as it leaves encrypted, to whoever has a key
	HTML     string // whole, as a mail program gets it
}

// PreviewMail gives it of an advisory in any state. keyed: to somebody with a usable key,
// which makes a difference above TLP:AMBER. Faults: advisory.unknown; advisory.choice for another language.
func (m *Module) PreviewMail(ctx context.Context, s access.Scope, id int64, language string, keyed bool) (Preview, error) {
	if !i18n.Known(language) {
		return Preview{}, fault.New(fault.Invalid, "advisory.entry").Field("language", "advisory.choice")
	}
	a, err := m.Get(ctx, s, id)
	if err != nil {
		return Preview{}, err
	}
	if a, err = m.withFiles(ctx, m.deps.DB, s, a); err != nil {
		return Preview{}, err
	}
	if a, err = m.asIfSent(ctx, s, a); err != nil {
		return Preview{}, err
	}
	return m.previewOf(a, language, keyed && !Mailed(a.TLP)), nil
}

// asIfSent gives a draft as it would be if it were sent now.
func (m *Module) asIfSent(ctx context.Context, s access.Scope, a Advisory) (Advisory, error) {
	if !a.Sent.At.IsZero() {
		return a, nil
	}
	a.Sent.At = m.now()
	if a.Revises == 0 {
		return a, nil
	}
	old, err := m.get(ctx, m.deps.DB, s, a.Revises, "")
	a.Sent, a.Asked = old.Sent, old.Asked
	if a.Renew {
		a.Asked = m.now()
	}
	return a.as(old.ID, old.Revision+1), err
}

func (m *Module) previewOf(a Advisory, language string, keyed bool) Preview {
	l := m.deps.Bundle.Localizer(language, m.deps.Zone)
	body := Organisation{Name: l.T("advisory.preview.organisation"), Zone: m.deps.Zone}
	body.Code = l.T("advisory.preview.code")
	reader := recipient{Contact: Contact{Name: l.T("advisory.preview.reader"), Language: language}, organisations: []int64{0}, since: 1}
	orgs, why := map[int64]Organisation{0: body}, map[int64]chosen{0: {certain: true}}
	x := m.letters(a)
	out := Preview{Mail: x.to(reader, orgs, why), Sealed: keyed}
	if keyed {
		out.Mail = x.sealedFor(reader, orgs, why, Key{})
	}
	out.HTML = out.Mail.HTML
	if m.deps.Frame != nil {
		out.HTML = m.deps.Frame(out.Mail.HTML, out.Signature, language)
	}
	out.Language, _ = a.Found(language)
	return out
}
