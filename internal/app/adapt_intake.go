// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/advisory/parse"
	"martinella/internal/intake"
	"martinella/internal/operations"
	"martinella/internal/platform/bounce"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/mailer"
	"martinella/internal/platform/web"
)

// What one answer of a source of alerts may cost.
const (
	sourceBytes   = 64 << 20
	sourceTimeout = 5 * time.Minute
	sourceStall   = 30 * time.Second
)

func (a *App) buildIntake() error {
	allow, err := web.ParseProxies(a.Config.FetchAllow)
	if err != nil {
		return fmt.Errorf("--fetch-allow: %w", err)
	}
	line, err := fetch.New(fetch.Options{UserAgent: a.agent(), Proxy: a.Config.FetchProxy, Allow: allow, MaxBytes: sourceBytes, Timeout: sourceTimeout, Stall: sourceStall})
	if err != nil {
		return err
	}
	a.rooms.intake = intake.New(intake.Deps{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Audit: a.Audit, Log: a.Log, Bundle: a.bundle, Alerts: alerts{&a.rooms}, Mail: intakeMails{a.rooms.mails},
		Return: a.rooms.mails, Files: a.rooms.files, Keys: a.keys, Own: bounce.Own{Domain: a.rooms.mails.MessageDomain(), Lists: hostOf(a.Config.BaseURL)},
		Seal: a.box, Line: line, Zone: a.zone, Name: a.Config.Name, BaseURL: a.Config.BaseURL,
	})
	a.rooms.intake.Idle = !a.fetching()
	return nil
}

// agent is how the program names itself where it fetches.
func (a *App) agent() string {
	if a.Config.FetchAgent != "" {
		return a.Config.FetchAgent
	}
	return "Martinella/" + a.Version
}

// alerts is the room of alerts for the sources.
type alerts struct{ r *rooms }

// Receive implements intake.Alerts. The source stands in the record as who brought it.
func (x alerts) Receive(ctx context.Context, s access.Scope, a intake.Alert, then func(context.Context, *db.Tx, intake.Receipt) error) error {
	in := advisory.Incoming{Name: a.Name, Data: a.Data, TLP: a.TLP, Language: a.Language, Before: a.Before, Read: a.Read, Proof: a.Proof}
	return x.r.advisory.ReceiveFrom(ctx, s, advisory.Author{Name: a.Source}, in, func(ctx context.Context, tx *db.Tx, id int64, known bool) error {
		return then(ctx, tx, intake.Receipt{Advisory: id, Known: known})
	})
}

// Preview implements intake.Alerts.
func (x alerts) Preview(mail []byte) (string, error) {
	d, err := parse.Parse("mail.eml", mail)
	if err != nil {
		return "", err
	}
	return d.Plain(), nil
}

// intakeMails sends the sources' notices to their owners.
type intakeMails struct{ mails *mailer.Mailer }

// Queue implements intake.Mailer.
func (x intakeMails) Queue(ctx context.Context, tx *db.Tx, m intake.Mail) error {
	return x.mails.Queue(ctx, tx, mailer.Message{
		Kind: m.Kind, To: []mailer.Recipient{{Address: m.To}}, Subject: m.Subject, Text: m.Text, HTML: asHTML(m.Text, m.Language), Language: m.Language,
	})
}

// waitingSources tells the control room of sources of alerts that fail, and of mails somebody should look at.
func (a *App) waitingSources(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	if !s.Can(access.AdvisoryRead) {
		return nil, nil
	}
	n, oldest, err := a.rooms.intake.Waiting(ctx, s)
	mails, since, failed := a.rooms.intake.WaitingMails(ctx, s)
	return []operations.Waiting{
		{Key: "operations.waiting.sources", Count: n, Oldest: oldest, Href: "/ops/sources?show=failing", Permission: access.AdvisoryRead},
		{Key: "operations.waiting.mails", Count: mails, Oldest: since, Href: "/ops/sources", Permission: access.AdvisoryRead},
	}, errors.Join(err, failed)
}

// hostOf is the host of an address; "" where it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// TakeMail hands a mail to the source of a name, or to the only one for mails, and
// says in a line what became of it.
func (a *App) TakeMail(ctx context.Context, source string, raw []byte) (string, error) {
	d, err := a.rooms.intake.Deliver(ctx, access.System("pipe"), source, raw)
	if err != nil {
		return "", a.spoken(err)
	}
	said := string(d.State)
	switch {
	case d.Before:
		return "it had come before", nil
	case d.Advisory != 0:
		return fmt.Sprintf("%s: advisory %d", said, d.Advisory), nil
	case d.Code != "":
		said += ": " + intake.Sentence(a.bundle.Localizer(i18n.English, a.zone), d.Code, d.Params)
	}
	return said, nil
}
