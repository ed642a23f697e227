// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/fault"
	"martinella/internal/publication"
	"martinella/internal/publication/csaf"
	"martinella/internal/vulnerability/corpus"
	"martinella/internal/vulnerability/cve"
)

func (a *App) buildPublication() error {
	c := a.Config
	a.rooms.publication = publication.New(publication.Deps{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Audit: a.Audit, Log: a.Log, Bundle: a.bundle, Alerts: publicAlerts{&a.rooms}, PGP: a.keys.PGP, Zone: a.zone,
		Name: c.Name, Owner: c.OwnerName, Email: c.ContactEmail, Phone: c.ContactPhone, BaseURL: c.BaseURL, Language: c.Language, Markdown: advisory.Markdown, Status: a.status, Prefix: trackingPrefix(c.CSAFPrefix, c.Name),
	})
	return nil
}

var notInID = regexp.MustCompile(`[^A-Z0-9]+`)

// trackingPrefix begins the ids of what is published: as configured, else the CSIRT's name.
func trackingPrefix(configured, name string) string {
	if configured == "" {
		configured = name
	}
	return strings.Trim(notInID.ReplaceAllString(strings.ToUpper(configured), "-"), "-")
}

// publicAlerts is the room of alerts for what everybody may see.
type publicAlerts struct{ r *rooms }

// Public implements publication.Alerts.
func (x publicAlerts) Public(ctx context.Context, s access.Scope, id int64) (publication.Alert, error) {
	a, err := x.r.advisory.Public(ctx, s, id)
	if err != nil {
		return publication.Alert{}, err
	}
	out := publicAlert(a)
	out.Scores, err = x.scores(ctx, s, a.CVEs)
	return out, err
}

// scores gives what is known of how grave CVEs are: the score that counts, and
// where CSAF 2.0 cannot have that one, because it is of a later version or is not
// what its vector means, the best that it can.
func (x publicAlerts) scores(ctx context.Context, s access.Scope, cves []string) (out []csaf.Score, err error) {
	for _, id := range cves {
		v, err := x.r.corpus.Get(ctx, s, id)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		score := func(m cve.Metric) csaf.Score {
			return csaf.Score{CVE: id, Version: m.Version, Vector: m.Vector, Base: m.Score}
		}
		best := corpus.Best(v.Record.Metrics)
		three := corpus.Best(slices.DeleteFunc(slices.Clone(v.Record.Metrics), func(m cve.Metric) bool { return !score(m).Holds() }))
		for i, m := range []cve.Metric{best, three} {
			if m.Version != "" && (i == 0 || m != best) {
				out = append(out, score(m))
			}
		}
	}
	return out, nil
}

// publicPAP is the label whose indicators may be shown to everybody: the adversary reads along.
const publicPAP = "PAP:CLEAR"

// PublicVersions implements publication.Alerts.
func (x publicAlerts) PublicVersions(ctx context.Context, s access.Scope, after int64, limit int) ([]publication.Version, error) {
	all, err := x.r.advisory.PublicVersions(ctx, s, after, limit)
	out := make([]publication.Version, len(all))
	for i, v := range all {
		out[i] = publication.Version(v)
	}
	return out, err
}

func publicAlert(a advisory.Advisory) publication.Alert {
	out := publication.Alert{ID: a.ID, Version: a.Version, Kind: string(a.Kind), Reference: a.Reference, Severity: string(a.Severity), Content: publication.Content{
		Main: a.Main, Texts: map[string]publication.Text{}, Source: a.Source, CVEs: a.CVEs, Links: a.Links,
		Revisions: []csaf.Revision{{At: a.Sent.At}}, Withdrawn: csaf.Withdrawal{At: a.Withdrawn.At, Why: a.Why},
	}}
	for lang, t := range a.Texts {
		out.Texts[lang] = publication.Text(t)
	}
	for _, i := range a.Indicators {
		if a.PAP == publicPAP {
			out.Indicators = append(out.Indicators, publication.Indicator{Type: string(i.Type), Value: advisory.Defang(i.Value), Comment: i.Comment, Until: i.Until})
		}
	}
	for _, p := range a.Products {
		out.Products = append(out.Products, csaf.Product(p))
	}
	for _, f := range a.Files {
		out.Files = append(out.Files, publication.File{ID: f.ID, Name: f.Name, Size: f.Size, SHA256: f.SHA256})
	}
	return out
}

// OpenPublic implements publication.Alerts.
func (x publicAlerts) OpenPublic(ctx context.Context, s access.Scope, id, file int64) (publication.File, io.ReadCloser, error) {
	f, content, err := x.r.advisory.OpenPublic(ctx, s, id, file)
	return publication.File{ID: f.ID, Name: f.Name, Size: f.Size, SHA256: f.SHA256}, content, err
}

// checkPublication says whether what everybody may fetch can be trusted, and for how long.
func (a *App) checkPublication(ctx context.Context) (string, error) {
	said := "CSAF: trusted provider"
	if a.keys.PGP == nil {
		said = "CSAF: provider without signatures, which others do not call trusted (--pgp-key-file)"
	}
	if !strings.HasPrefix(a.Config.BaseURL, "https://") {
		said += "; the standard wants --base-url to be https"
	}
	expires, err := a.rooms.publication.SecurityExpires(ctx, access.System("doctor"))
	if err != nil || expires.IsZero() {
		return said, err
	}
	if expires.Sub(a.Clock.Now()) < publication.SecurityNotice {
		err = fmt.Errorf("security.txt ends on %s and was not renewed: does background work run?", expires.Format(time.DateOnly))
	}
	return said + "; security.txt until " + expires.Format(time.DateOnly), err
}
