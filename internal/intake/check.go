// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
)

// What is bounded.
const (
	maxSources = 200
	maxName    = 100
	maxAddress = 1000
	maxOwner   = 254
	maxSecret  = 4000
	minEvery   = 5 * time.Minute
	maxEvery   = 7 * 24 * time.Hour
	maxBack    = 3650 // days
)

// check gives the form in order, or a fault with what is wrong, field by field.
func (m *Module) check(f Form) (Form, error) {
	f = f.tidy()
	wrong := fault.New(fault.Invalid, "intake.invalid")
	if f.Name == "" || len(f.Name) > maxName {
		wrong.Field("name", "intake.name", fault.P{"limit": maxName})
	}
	if !slices.Contains(Kinds(), f.Kind) {
		wrong.Field("kind", "intake.kind")
	}
	if a, err := mail.ParseAddress(f.Owner); err != nil || a.Address != f.Owner || len(f.Owner) > maxOwner {
		wrong.Field("owner", "intake.owner")
	}
	if f.Every < minEvery || f.Every > maxEvery {
		wrong.Field("every", "intake.every", fault.P{"min": int(minEvery.Minutes()), "max": int(maxEvery.Minutes())})
	}
	if !f.TLP.Known() {
		wrong.Field("tlp", "intake.tlp")
	}
	if f.Settings.Back < 0 || f.Settings.Back > maxBack {
		wrong.Field("back", "intake.back", fault.P{"max": maxBack})
	}
	if len(f.Secret) > maxSecret || len(f.Settings.User) > maxName {
		wrong.Field("secret", "intake.secret.long", fault.P{"limit": maxSecret})
	}
	if len(f.Settings.Collection) > maxName {
		wrong.Field("collection", "intake.collection.long", fault.P{"limit": maxName})
	}
	if code, params := m.badPlace(f); code != "" {
		wrong.Field("address", code, params)
	}
	if f.Kind == Mailbox {
		f.checkMail(wrong)
	}
	return f, wrong.OrNil()
}

func (f Form) tidy() Form {
	f.Name, f.Address, f.Owner = strings.Join(strings.Fields(f.Name), " "), strings.TrimSpace(f.Address), strings.TrimSpace(f.Owner)
	f.Settings.User, f.Settings.Collection = strings.TrimSpace(f.Settings.User), strings.TrimSpace(f.Settings.Collection)
	f.Settings = f.Settings.tidyMail(f.Kind)
	if !i18n.Known(f.Language) {
		f.Language = i18n.Italian
	}
	if !i18n.Known(f.AlertLanguage) {
		f.AlertLanguage = ""
	}
	if f.TLP == "" {
		f.TLP = tlp.Amber
	}
	f.Every = f.Every.Truncate(time.Minute)
	return f
}

// badAddress says what is wrong with an address; "" for nothing. Keys travel encrypted only.
func (m *Module) badAddress(f Form) (code string, params fault.P) {
	u, err := url.Parse(f.Address)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || len(f.Address) > maxAddress || u.Scheme != "https" && u.Scheme != "http":
		return "intake.address", nil
	case u.Scheme == "http" && (f.Secret != "" || f.Settings.User != "") && !m.deps.Plain:
		return "intake.address.plain", nil
	}
	if err := m.deps.Line.Check(f.Address); err != nil {
		return "intake.address.inner", fault.P{"host": u.Hostname()}
	}
	return "", nil
}

// sameServer says whether a secret that was given for one address may be sent to
// another: it is the same server, as safely reached.
func sameServer(before, after Form) bool {
	a, errA := url.Parse(before.Address)
	b, errB := url.Parse(after.Address)
	return before.Kind == after.Kind && errA == nil && errB == nil && a.Scheme == b.Scheme && a.Host == b.Host
}
