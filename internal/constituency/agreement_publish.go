// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// NewConditions is a version of the conditions as it was typed. Texts are by language,
// paragraphs apart by an empty line; Italian is needed, the others fall back to it.
type NewConditions struct {
	Version         string
	Tier            Tier
	Effective       time.Time // a day; in the instance's zone it begins at midnight
	Texts, Changed  map[string]string
	NeedsAcceptance bool
	GraceDays       int64
	By              string
}

// maxConditions bounds the text of a language, in characters.
const maxConditions = 60_000

func (n NewConditions) validate(m *Module) (Conditions, error) {
	problems := fault.New(fault.Invalid, "constituency.agreement")
	c := Conditions{Version: strings.TrimSpace(n.Version), Tier: n.Tier, NeedsAcceptance: n.NeedsAcceptance, GraceDays: int(n.GraceDays), PublishedBy: n.By, PublishedAt: m.now(),
		Paragraphs: map[string][]string{}, Changed: Text{}}
	if !regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$`).MatchString(c.Version) {
		problems.Field("version", "constituency.agreement_version")
	}
	if _, known := m.ref.Catalogue.Tier(n.Tier); n.Tier != None && !known {
		problems.Field("tier", "constituency.tier")
	}
	today := m.now().In(m.zone()).Format(time.DateOnly)
	if c.From = n.Effective.Format(time.DateOnly); n.Effective.IsZero() || c.From < today || n.Effective.Year() > 2200 {
		problems.Field("effective", "constituency.agreement_day")
	}
	if c.GraceDays < 0 || c.GraceDays > 365 {
		problems.Field("grace_days", "constituency.agreement_grace")
	}
	for lang, typed := range n.Texts {
		text(problems, "text_"+lang, typed, maxConditions, lang == "it")
		if p := paragraphs(typed); len(p) > 0 {
			c.Paragraphs[lang] = p
		}
		if changed := text(problems, "changed_"+lang, n.Changed[lang], maxLong, lang == "it"); changed != "" {
			c.Changed[lang] = changed
		}
	}
	c.Effective, _ = time.ParseInLocation(time.DateOnly, c.From, m.zone()) // written from a time above
	return c, problems.OrNil()
}

// paragraphs splits a text at its empty lines.
func paragraphs(typed string) []string {
	var out []string
	for _, p := range regexp.MustCompile(`\n[ \t]*\n`).Split(strings.ReplaceAll(typed, "\r\n", "\n"), -1) {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Publish adds a version of the conditions, and has every member it concerns told.
func (m *Module) Publish(ctx context.Context, s access.Scope, n NewConditions) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.AgreementPublish); err != nil {
		return err
	}
	c, err := n.validate(m)
	if err != nil {
		return err
	}
	if _, shipped := m.ref.ConditionsOf(c.Version); shipped {
		return fault.New(fault.Invalid, "constituency.agreement").Field("version", "constituency.agreement_version_taken")
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		if err := insertConditions(ctx, tx, c, s.Actor()); err != nil {
			return err
		}
		detail := map[string]any{"version": c.Version, "tier": c.Tier, "from": c.From, "needs_acceptance": c.NeedsAcceptance, "sha256": c.Hash("it")}
		if err := m.deps.Audit.Append(ctx, tx, s.Actor(), 0, "agreement.published", "conditions:"+c.Version, detail); err != nil {
			return err
		}
		return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: JobTell, Key: JobTell + ":" + c.Version, Payload: tellJob{c.Version}})
	})
}

// JobTell tells every member of a new version of the conditions, each once.
const JobTell = "constituency.tell_agreement"

type tellJob struct {
	Version string `json:"version"`
}

func (m *Module) registerAgreements(q *jobs.Queue) {
	q.Handle(JobTell, func(ctx context.Context, run jobs.Run) error {
		var j tellJob
		if err := run.Decode(&j); err != nil {
			return err
		}
		return m.tellAll(ctx, access.System("agreement"), j.Version)
	})
}

// tellAll goes on where an interrupted run ended: mail and mark of each member are one transaction.
func (m *Module) tellAll(ctx context.Context, s access.Scope, version string) error {
	all, err := m.allConditions(ctx, m.db)
	if err != nil {
		return err
	}
	c, found := versionOf(all, version)
	if !found {
		return jobs.Permanent(fmt.Errorf("conditions %q are not there", version))
	}
	for {
		ids, err := untold(ctx, m.db, c, activeBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := m.tellOne(ctx, s, all, c, id); err != nil {
				return err
			}
		}
	}
}

func (m *Module) tellOne(ctx context.Context, s access.Scope, all []Conditions, c Conditions, org int64) error {
	own, err := s.For(org)
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, own, org)
		if err != nil {
			return err
		}
		result, err := tx.Exec(ctx, "INSERT INTO agreement_told (version, organisation_id, at) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING", c.Version, org, db.Ms(m.now()))
		if err != nil {
			return fmt.Errorf("telling organisation %d: %w", org, err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if _, concerns := versionOf(lineOf(all, o.Tier, c.Effective), c.Version); !concerns {
			return nil // its tier has conditions of its own
		}
		people, err := contacts(ctx, tx, own)
		if err != nil {
			return err
		}
		signs := having(people, func(p Contact) bool { return p.Has("legal_representative") })
		signs = append(signs, Contact{Name: o.Applicant.Name, Email: o.Applicant.Email, Language: o.Applicant.Language})
		for _, who := range mailboxes(signs) {
			if err := m.mailConditions(ctx, tx, o, c, who); err != nil {
				return err
			}
		}
		return m.rescore(ctx, tx, org)
	})
}

func (m *Module) mailConditions(ctx context.Context, tx *db.Tx, o Organisation, c Conditions, who Recipient) error {
	l := m.deps.Bundle.Localizer(who.Language, o.Zone())
	values := []any{"organisation", o.Name, "csirt", m.deps.Instance.Name, "version", c.Version, "from", l.Date(c.Effective)}
	parts := []string{l.T("constituency.mail.greeting", "name", who.Name), l.T("constituency.agreement.mail.body", values...), c.Changed.In(l.Lang())}
	if c.NeedsAcceptance {
		parts = append(parts, l.T("constituency.agreement.mail.accept", "until", l.Date(c.Effective.AddDate(0, 0, c.GraceDays))))
	}
	parts = append(parts, m.link("/o/"+o.Code+"/agreements"), m.signature(l.T("constituency.mail.help")))
	return m.deps.Mail.Queue(ctx, tx, Mail{
		Kind: "agreement.new", Organisation: o.ID, To: who.Email, ToName: who.Name, Language: l.Lang(),
		Subject: l.T("constituency.agreement.mail.subject", values...),
		Text:    strings.Join(parts, "\n\n") + "\n",
	})
}
