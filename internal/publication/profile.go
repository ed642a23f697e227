// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
)

// Facts is what is the same in every language.
type Facts struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"` // several lines
	Zone    string `json:"zone"`              // "Europe/Rome"
	Phone   string `json:"phone,omitempty"`
	Fax     string `json:"fax,omitempty"`
	Email   string `json:"email"`
}

// Texts is what the CSIRT says in one language: plain text by the key of its
// section ("mission"; textKeys lists them). What is missing is not published.
type Texts map[string]string

// Profile is what the CSIRT says of itself, as RFC 2350 wants it.
type Profile struct {
	Version int64     // for whoever changes it
	Changed time.Time // zero: nobody has written it yet, the facts are the instance's settings
	Facts
	Texts map[string]Texts // by language
}

// In gives a section's text in the first of the wanted languages it has, and
// which that is; "" it is not published.
func (p Profile) In(key string, languages ...string) (lang, text string) {
	for _, lang := range append(slices.Clone(languages), i18n.Languages()...) {
		if t := p.Texts[lang][key]; t != "" {
			return lang, t
		}
	}
	return "", ""
}

// profileContent is how it is kept.
type profileContent struct {
	Facts
	Texts map[string]Texts `json:"texts,omitempty"`
}

// Profile gives what the CSIRT says of itself. Everybody may read it.
func (m *Module) Profile(ctx context.Context, _ access.Scope) (p Profile, err error) {
	return m.profile(ctx, m.deps.DB)
}

func (m *Module) profile(ctx context.Context, q db.Querier) (p Profile, err error) {
	var content string
	if err = q.QueryRow(ctx, "SELECT version, changed_at, content FROM publication_profile WHERE id = 1").Scan(&p.Version, db.Time(&p.Changed), &content); err != nil {
		return p, fmt.Errorf("publication: profile: %w", err)
	}
	if p.Changed.IsZero() {
		p.Facts = Facts{Name: m.deps.Name, Email: m.deps.Email, Phone: m.deps.Phone, Zone: m.deps.Zone.String()}
		return p, nil
	}
	var c profileContent
	if err = json.Unmarshal([]byte(content), &c); err != nil {
		return p, fmt.Errorf("publication: profile: %w", err)
	}
	p.Facts, p.Texts = c.Facts, c.Texts
	return p, nil
}

// SetProfile writes the profile whole; version is the one the asker saw. Faults:
// publication.profile, Invalid field by field; publication.changed_meanwhile, Conflict.
func (m *Module) SetProfile(ctx context.Context, s access.Scope, version int64, p Profile) (Profile, error) {
	if err := editsProfile(s); err != nil {
		return p, err
	}
	p, err := checkedProfile(p)
	if err != nil {
		return p, err
	}
	content, err := json.Marshal(profileContent{p.Facts, p.Texts})
	if err != nil {
		return p, err
	}
	p.Version, p.Changed = version+1, m.now().UTC().Truncate(time.Second)
	return p, m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		before, err := m.profile(ctx, tx)
		if err != nil {
			return err
		}
		done, err := tx.Exec(ctx, "UPDATE publication_profile SET version = version + 1, changed_at = $1, content = $2 WHERE id = 1 AND version = $3", db.Ms(p.Changed), string(content), version)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "publication.changed_meanwhile").Because(err)
		}
		if err := m.stepOn(ctx, tx); err != nil { // the provider's metadata name the contact
			return err
		}
		if err := m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: readyJob, Key: readyJob}); err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, "profile.changed", "profile", map[string]any{"facts": p.Facts, "texts": changedTexts(before, p)})
	})
}

func editsProfile(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.ProfileEdit)
}

// changedTexts names those that say something else than before: "it.mission".
func changedTexts(before, after Profile) []string {
	out := []string{}
	for _, lang := range i18n.Languages() {
		for _, key := range textKeys() {
			if before.Texts[lang][key] != after.Texts[lang][key] {
				out = append(out, lang+"."+key)
			}
		}
	}
	return out
}
