// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/advisory"
	"martinella/internal/app/demo"
	"martinella/internal/platform/tlp"
)

// templates gives the CSIRT what alerts are begun from.
func (st *stage) templates(ctx context.Context) error {
	all, err := demo.Templates()
	if err != nil {
		return err
	}
	who, s := st.analyst("andrea.rossi@csirt.example")
	for _, t := range all {
		_, err := st.rooms.advisory.SaveTemplate(ctx, s, who, advisory.Template{Name: t.Name, Note: t.Note, Entry: advisory.Entry{
			Kind: advisory.Kind(t.Kind), Severity: advisory.Severity(t.Severity), TLP: tlp.Label(t.TLP), PAP: advisory.PAP(t.PAP), Audience: t.Audience, AckWithin: time.Duration(t.AckHours) * time.Hour,
			Content: advisory.Content{Texts: map[string]advisory.Text{"it": {Title: t.Title, Summary: t.Summary, Body: t.Body}}},
		}})
		if err != nil {
			return fmt.Errorf("the template %q: %w", t.Name, err)
		}
	}
	return nil
}
