// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/advisory/audience"
	"martinella/internal/constituency"
	"martinella/internal/constituency/keys"
	"martinella/internal/operations"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/mailer"
	"martinella/internal/platform/pdftext"
	"martinella/internal/vulnerability/corpus"
)

func (a *App) buildAdvisory() error {
	escalation, err := advisory.ParseEscalation(a.Config.AlertEscalation)
	if err != nil {
		return fmt.Errorf("--alert-escalation: %w", err)
	}
	mails := advisoryMails{a.rooms.mails, listID(a.Config.BaseURL)}
	scanner, err := a.scanner()
	if err != nil {
		return err
	}
	a.rooms.advisory = advisory.New(advisory.Deps{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Bus: a.Bus, Audit: a.Audit, Log: a.Log, Bundle: a.bundle,
		Directory: audiences{&a.rooms}, Technology: technology{&a.rooms}, Mail: mails,
		Frame: framed, Weekly: weeklyMails{&a.rooms, a.Config.BaseURL, listID(a.Config.BaseURL)}, Files: a.rooms.files, PDF: pdftext.Program{}, Scanner: scanner, Keys: contactKeys{&a.rooms}, Opener: mailOpener{&a.rooms},
		Name: a.Config.Name, BaseURL: a.Config.BaseURL, FourEyes: a.Config.AlertFourEyes,
		Escalation: escalation, Zone: a.zone, Calls: advisoryCalls{&a.rooms},
	})
	a.rooms.mails.Follow("advisory", mails.settled(a.rooms.advisory))
	a.rooms.mails.Follow(collectedKind, mails.settled(a.rooms.advisory))
	return nil
}

// audiences is the constituency for the advisories.
type audiences struct{ r *rooms }

// Members implements advisory.Directory: the accredited bodies.
func (x audiences) Members(ctx context.Context, s access.Scope) ([]advisory.Organisation, error) {
	tags, err := x.r.constituency.EachTag(ctx, s)
	if err != nil {
		return nil, err
	}
	families, err := x.r.constituency.Lineages(ctx, s)
	if err != nil {
		return nil, err
	}
	ref := x.r.constituency.Reference()
	towns, sectors := townWords(ref), sectorWords(ref)
	bodies, err := x.r.constituency.Bodies(ctx, s)
	out := make([]advisory.Organisation, len(bodies))
	for i, o := range bodies {
		out[i] = advisory.Organisation{Name: o.Name, Zone: o.Zone, Days: o.Days,
			Body: audience.Body{ID: o.ID, Code: o.Code, Tier: string(o.Tier), Sector: o.Type, SectorNames: sectors[o.Type], Province: o.Province,
				Town: towns[o.Municipality], Group: families[o.ID], Tags: tags[o.ID]}}
	}
	return out, err
}

// townWords are the words for each municipality: its official number and its name.
func townWords(ref *constituency.Reference) map[string][]string {
	out := make(map[string][]string, len(ref.Municipalities))
	for _, m := range ref.Municipalities {
		out[m.ISTAT] = []string{m.ISTAT, m.Name}
	}
	return out
}

// sectorWords are the words for each kind of body, in all languages.
func sectorWords(ref *constituency.Reference) map[string][]string {
	out := make(map[string][]string, len(ref.Types))
	for _, t := range ref.Types {
		for _, lang := range i18n.Languages() {
			out[t.ID] = append(out[t.ID], t.Name.In(lang))
		}
	}
	return out
}

// Words implements advisory.Directory.
func (x audiences) Words(ctx context.Context, s access.Scope, lang string) (advisory.Words, error) {
	ref := x.r.constituency.Reference()
	out := advisory.Words{Provinces: ref.Provinces}
	for _, t := range ref.Types {
		out.Sectors = append(out.Sectors, advisory.Word{Value: t.ID, Name: t.Name.In(lang)})
	}
	for _, t := range ref.Catalogue.Tiers {
		out.Tiers = append(out.Tiers, advisory.Word{Value: string(t.ID), Name: t.Name.In(lang)})
	}
	tags, err := x.r.constituency.Tags(ctx, s)
	for _, t := range tags {
		out.Tags = append(out.Tags, t.Tag)
	}
	return out, err
}

// Named implements advisory.Directory.
func (x audiences) Named(ctx context.Context, s access.Scope, ids []int64) ([]advisory.Organisation, error) {
	all, err := x.r.constituency.OrganisationsByID(ctx, s, ids)
	out := make([]advisory.Organisation, 0, len(all))
	for _, o := range all {
		out = append(out, advisory.Organisation{Name: o.Name, Zone: o.Zone, Body: audience.Body{ID: o.ID, Code: o.Code}})
	}
	return out, err
}

// Contacts implements advisory.Directory: whose roles are for emergencies, substitutes in the place of who is away, as far as they have an
// address. Where nobody has such a role, whoever there is: better the mayor than nobody.
func (x audiences) Contacts(ctx context.Context, s access.Scope, ids []int64) (map[int64][]advisory.Contact, error) {
	lists, err := x.r.constituency.MailList(ctx, s, ids)
	out := make(map[int64][]advisory.Contact, len(lists))
	for org, calls := range lists {
		if list := emergencyFirst(calls); len(list) > 0 {
			out[org] = list
		}
	}
	return out, err
}

// Others implements advisory.Directory: whoever of the body has an address, and
// whoever stands in for who is away.
func (x audiences) Others(ctx context.Context, s access.Scope, ids []int64) (map[int64][]advisory.Contact, error) {
	lists, err := x.r.constituency.MailList(ctx, s, ids)
	out := make(map[int64][]advisory.Contact, len(lists))
	for org, calls := range lists {
		out[org] = addresses(calls, false)
	}
	return out, err
}

func emergencyFirst(all []constituency.Addressee) []advisory.Contact {
	list := addresses(all, true)
	if len(list) > 0 {
		return list
	}
	list = addresses(all, false)
	for i := range list {
		list[i].Roleless = true
	}
	return list
}

func addresses(all []constituency.Addressee, emergency bool) []advisory.Contact {
	out := make([]advisory.Contact, 0, len(all))
	for _, c := range all {
		if c.Emergency || !emergency {
			out = append(out, advisory.Contact{ID: c.ID, Address: c.Email, Name: c.Name, Language: c.Language, Wish: c.Wish})
		}
	}
	return out
}

// contactKeys are the contacts' keys for the advisories.
type contactKeys struct{ r *rooms }

// Keys implements advisory.Keys.
func (x contactKeys) Keys(ctx context.Context, s access.Scope, ids []int64, at time.Time) (map[string]advisory.Key, error) {
	all, err := x.r.constituency.KeysByAddress(ctx, s, ids, at)
	out := make(map[string]advisory.Key, len(all))
	for address, k := range all {
		out[address] = keyOf(k)
	}
	return out, err
}

func keyOf(k constituency.KeyAnswer) advisory.Key {
	switch k.State {
	case keys.Usable, keys.Expiring:
		return advisory.Key{State: advisory.KeyUsable, Kind: string(k.Key.Kind), Data: k.Key.Data}
	case keys.Expired:
		return advisory.Key{State: advisory.KeyExpired}
	case keys.Unusable:
		return advisory.Key{State: advisory.KeyBroken}
	}
	return advisory.Key{State: advisory.KeyNone}
}

// mailOpener is the intake, which knows whose signatures count, for the advisories.
type mailOpener struct{ r *rooms }

// Open implements advisory.Opener.
func (x mailOpener) Open(ctx context.Context, s access.Scope, mail []byte) (mailcrypt.Opened, error) {
	return x.r.intake.Unwrap(ctx, s, mail)
}

// technology is the vulnerability room for the advisories.
type technology struct{ r *rooms }

// Running implements advisory.Technology.
func (x technology) Running(ctx context.Context, s access.Scope, question string) (map[int64]audience.Evidence, error) {
	list, err := x.r.vulnerability.Running(ctx, s, question)
	out := make(map[int64]audience.Evidence, len(list))
	for _, e := range list {
		out[e.ID] = audience.Evidence{Items: e.Found, Certain: e.Certain > 0}
	}
	return out, err
}

// Gravity implements advisory.Technology.
func (x technology) Gravity(ctx context.Context, s access.Scope, cves []string) (worst float64, exploited bool, err error) {
	for _, id := range cves {
		v, err := x.r.corpus.Get(ctx, s, strings.ToUpper(id))
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return 0, false, err
		}
		worst = max(worst, corpus.Best(v.Record.Metrics).Score)
		exploited = exploited || v.Record.KEV.Listed()
	}
	return worst, exploited, nil
}

// advisoryMails sends the advisories.
type advisoryMails struct {
	mails  *mailer.Mailer
	listID string
}

// Queue implements advisory.Mailer.
func (x advisoryMails) Queue(ctx context.Context, tx *db.Tx, mails []advisory.Mail) error {
	all := make([]mailer.Message, len(mails))
	for i, m := range mails {
		all[i] = x.message(m)
	}
	return x.mails.QueueMany(ctx, tx, all)
}

func (x advisoryMails) message(m advisory.Mail) mailer.Message {
	return mailer.Message{
		Kind: "advisory", Key: advisoryKey(m), Organisation: m.Organisation,
		To:    []mailer.Recipient{{Address: m.To.Address, Name: m.To.Name, Key: mailcrypt.Key{Kind: mailcrypt.Kind(m.Key.Kind), Data: m.Key.Data}}},
		Topic: fmt.Sprintf("advisory:%d", m.Advisory), OuterSubject: m.OuterSubject,
		Subject: m.Subject, Text: m.Text, HTML: framed(m.HTML, m.Signature, m.To.Language), TLP: m.TLP, ListID: x.listID, Language: m.To.Language,
	}
}

// settled tells the advisories what became of their mails.
func (x advisoryMails) settled(m *advisory.Module) mailer.Follower {
	return func(ctx context.Context, tx *db.Tx, all []mailer.Settlement) error {
		out := make([]advisory.Settled, 0, len(all))
		for _, s := range all {
			if one, ok := settledOf(s); ok {
				out = append(out, one)
			}
		}
		return m.NoteSettled(ctx, tx, access.System("advisory"), out)
	}
}

// settledOf reads what advisoryKey wrote.
func settledOf(s mailer.Settlement) (advisory.Settled, bool) {
	out := advisory.Settled{Address: s.Address, Fate: advisory.Fate(s.State), Answer: s.Answer, At: s.At, Protection: string(s.Protection)}
	if s.State == mailer.Queued {
		out.Fate = advisory.FateOpen
	}
	if bundle, ok := strings.CutPrefix(s.Key, collectedKind+":"); ok {
		out.Bundle = bundle
		return out, true
	}
	n, err := fmt.Sscanf(s.Key, "advisory:%d:%d:%d", &out.Advisory, &out.Revision, &out.Number)
	return out, err == nil && n == 3
}

// Returned implements advisory.Mailer.
func (x advisoryMails) Returned(ctx context.Context, s access.Scope, addresses []string) (map[string]advisory.Returned, error) {
	all, err := x.mails.LastBounces(ctx, s, addresses)
	out := make(map[string]advisory.Returned, len(all))
	for address, r := range all {
		out[address] = advisory.Returned(r)
	}
	return out, err
}

// QueueCollected implements advisory.Mailer.
func (x advisoryMails) QueueCollected(ctx context.Context, tx *db.Tx, m advisory.CollectedMail) error {
	return x.mails.Queue(ctx, tx, mailer.Message{
		Kind: collectedKind, Key: collectedKind + ":" + m.Bundle, Organisation: m.Organisation, To: []mailer.Recipient{{Address: m.To.Address, Name: m.To.Name}},
		Subject: m.Subject, Text: m.Text, HTML: asHTML(m.Text, m.To.Language), TLP: m.TLP, ListID: x.listID, Language: m.To.Language,
	})
}

// collectedKind is the kind of the mails that tell of several alerts.
const collectedKind = "advisory.collected"

// advisoryKey joins the requests for one mail, for ever.
func advisoryKey(m advisory.Mail) string {
	key := fmt.Sprintf("advisory:%d:%d:%d", m.Advisory, m.Revision, m.Number)
	if m.Step != "" {
		key += ":" + m.Step
	}
	return key
}

// waitingAdvisories tells the control room of drafts and proposals.
func (a *App) waitingAdvisories(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	if !s.Can(access.AdvisoryEdit) {
		return nil, nil
	}
	n, oldest, err := a.rooms.advisory.Waiting(ctx, s)
	return []operations.Waiting{{Key: "operations.waiting.advisories", Count: n, Oldest: oldest, Href: "/ops/advisories?show=waiting", Permission: access.AdvisoryEdit}}, err
}
