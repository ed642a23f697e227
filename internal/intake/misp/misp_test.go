// SPDX-License-Identifier: EUPL-1.2

package misp

import (
	"encoding/json"
	"testing"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
)

func FuzzEvents(f *testing.F) {
	for _, text := range []string{`{"response":[{"Event":{"uuid":"1"}}]}`, `{"response":{}}`, `[]`, `{`, ``} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := Events("https://misp.example", body)
		if err != nil && fault.Of(err).Code != pull.CodeForm {
			t.Errorf("%q: %v", body, err)
		}
		for _, e := range events {
			if !json.Valid(e) {
				t.Errorf("%q gives %q", body, e)
			}
		}
	})
}
