// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"strings"
	"testing"
)

func TestMatchLanguage(t *testing.T) {
	tests := []struct {
		header  string
		choices []string
		want    string
	}{
		{"", nil, Italian},
		{"nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6", nil, Norwegian},
		{"no", nil, Norwegian},
		{"nn_NO", nil, Norwegian},
		{"de-DE,de;q=0.9,en;q=0.5,it;q=0.6", nil, Italian},
		{"fr, en-GB;q=0.3", nil, English},
		{"fr", nil, Italian},
		{"en;q=0", nil, Italian},
		{"en;q=nonsense, nb;q=0.1", nil, Norwegian},
		{"en;q=NaN, nb;q=0.1", nil, Norwegian},
		{"en ; q = 0.4 , nb;q=0.5", nil, Norwegian},
		{"en", []string{"nb"}, Norwegian},
		{"en", []string{"xx", "", "it"}, Italian},
		{"en", []string{"xx"}, English},
		{strings.Repeat("de,", 1000) + "en", nil, Italian},
	}
	for _, tt := range tests {
		if got := MatchLanguage(tt.header, tt.choices...); got != tt.want {
			t.Errorf("MatchLanguage(%.40q, %q) = %q, want %q", tt.header, tt.choices, got, tt.want)
		}
	}
}

func FuzzMatchLanguage(f *testing.F) {
	f.Add("nb-NO,nb;q=0.9,en;q=0.6")
	f.Add(";;;,,q=")
	f.Fuzz(func(t *testing.T, header string) {
		if got := MatchLanguage(header); !Known(got) {
			t.Errorf("MatchLanguage(%q) = %q", header, got)
		}
	})
}
