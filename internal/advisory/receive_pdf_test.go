// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"martinella/internal/advisory"
	"martinella/internal/platform/fault"
)

// asText plays pdftotext.
type asText struct {
	text string
	err  error
}

// Text implements advisory.PDF.
func (x asText) Text(context.Context, []byte) (string, error) { return x.text, x.err }

// A PDF is read as the text in it and kept as it came; what cannot be read makes no draft.
func TestAPDFBecomesADraft(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		file := []byte("%PDF-1.7\nmade up\n")
		w.deps.PDF = asText{text: pasted}
		m := advisory.New(w.deps)
		a, _, err := m.Receive(w.Context(), s, who, "allerta.pdf", file)
		w.must(err)
		if a.Reference != "AL07/261125/CSIRT-ITA" || !strings.Contains(a.In("it").Body, "Un difetto inventato") {
			t.Errorf("%+v", a)
		}
		list, err := m.Originals(w.Context(), s, a.ID)
		w.must(err)
		if len(list) != 1 || list[0].Size != int64(len(file)) {
			t.Errorf("%+v", list)
		}
		for _, broken := range []error{fault.New(fault.Invalid, "pdftext.damaged"), errors.New("killed")} {
			w.deps.PDF = asText{err: broken}
			if _, _, err := advisory.New(w.deps).Receive(w.Context(), s, who, "x.pdf", file); !errors.Is(err, broken) {
				t.Errorf("%v: %v", broken, err)
			}
		}
		p, err := m.List(w.Context(), s, advisory.Filter{})
		w.must(err)
		if len(p.Advisories) != 1 {
			t.Errorf("%d drafts", len(p.Advisories))
		}
	})
}
