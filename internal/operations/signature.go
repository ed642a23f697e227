// SPDX-License-Identifier: EUPL-1.2

package operations

import (
	"context"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/web/ui"
)

// Signature is one of the CSIRT's own keys, or what is signed with one and ends.
type Signature struct {
	Kind        string // "openpgp", "smime", "security_txt"
	Algorithm   string // "Ed25519"; "" of what is no key
	Fingerprint string // likewise
	Names       []string
	Until       time.Time // zero: for ever
}

// The days before an end at which it is told of, each more loudly.
const (
	noticeDays  = 60
	warningDays = 30
	alarmDays   = 7
)

// left is how many whole days there are to an end; a negative number: it has ended.
func (s Signature) left(now time.Time) int {
	d := s.Until.Sub(now)
	if d < 0 {
		return -1
	}
	return int(d / (24 * time.Hour))
}

// tone is how loudly its end is told of; "" not at all.
func (s Signature) tone(now time.Time) ui.Tone {
	switch left := s.left(now); {
	case s.Until.IsZero() || left >= noticeDays:
		return ""
	case left < alarmDays:
		return ui.Danger
	case left < warningDays:
		return ui.Warning
	}
	return ui.Info
}

// signatures gives them all; none where nothing is signed.
func (m *Module) signatures(ctx context.Context, s access.Scope) ([]Signature, error) {
	if m.Signatures == nil {
		return nil, nil
	}
	return m.Signatures(ctx, s)
}

func (m *Module) signaturesPage(r *gate.Request) error {
	all, err := m.signatures(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("operations.signatures.title"), signaturesBody(all, m.Clock.Now()))
}

// ownKeyJSON is one of the CSIRT's own keys, or what is signed with one and ends.
type ownKeyJSON struct {
	Kind        string    `json:"kind" enum:"openpgp,smime,security_txt"`
	Algorithm   string    `json:"algorithm,omitempty"`
	Fingerprint string    `json:"fingerprint,omitempty"`
	Names       []string  `json:"names,omitempty"`
	Until       time.Time `json:"until,omitzero" doc:"Missing: it does not end."`
	Warning     string    `json:"warning,omitempty" enum:"info,warning,danger" doc:"It ends within 60, 30, 7 days, or has ended."`
}

func (m *Module) apiSignatures(r *api.Request, _ *api.Paging) (api.List[ownKeyJSON], error) {
	all, err := m.signatures(r.Context(), r.Scope)
	now := m.Clock.Now()
	return api.Items(api.Each(all, func(s Signature) ownKeyJSON {
		return ownKeyJSON{s.Kind, s.Algorithm, s.Fingerprint, s.Names, s.Until, string(s.tone(now))}
	}), ""), err
}
