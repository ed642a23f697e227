// SPDX-License-Identifier: EUPL-1.2

package card_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"martinella/internal/identity/card"
	"martinella/internal/identity/card/mint"
)

func TestHeaders(t *testing.T) {
	o := newOffice(t)
	c := o.issue(nil)
	text := string(mint.PEM(c))
	apache := strings.TrimSpace(strings.ReplaceAll(text, "\n", " "))
	for what, h := range map[string][]string{"nginx": {card.ToHeader(c)}, "apache": {apache}, "tabs as nginx once had them": {strings.ReplaceAll(text, "\n", "\t")}} {
		if got, err := card.FromHeader(h); err != nil || !got.Equal(c) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, h := range map[string]struct {
		values []string
		want   card.Reason
	}{
		"none":           {nil, card.NoCertificate},
		"empty":          {[]string{""}, card.NoCertificate},
		"apache's none":  {[]string{"(null)"}, card.NoCertificate},
		"two":            {[]string{apache, apache}, card.HandOffTwice},
		"huge":           {[]string{"-----BEGIN CERTIFICATE-----" + strings.Repeat("A", 1<<20)}, card.Unreadable},
		"two in one":     {[]string{apache + " " + apache}, card.Unreadable},
		"no end":         {[]string{apache[:len(apache)-5]}, card.Unreadable},
		"bad escape":     {[]string{"%zz"}, card.Unreadable},
		"not base64":     {[]string{"-----BEGIN CERTIFICATE----- ?? -----END CERTIFICATE-----"}, card.Unreadable},
		"a key":          {[]string{strings.ReplaceAll(apache, "CERTIFICATE", "PRIVATE KEY")}, card.Unreadable},
		"no certificate": {[]string{"-----BEGIN CERTIFICATE----- " + base64.StdEncoding.EncodeToString([]byte("hello")) + " -----END CERTIFICATE-----"}, card.Unreadable},
		"XFCC":           {[]string{`Hash=x;Cert="` + card.ToHeader(c) + `"`}, card.Unreadable},
	} {
		_, err := card.FromHeader(h.values)
		var r *card.Refusal
		if !errors.As(err, &r) || r.Reason != h.want {
			t.Errorf("%s: %v, want %s", what, err, h.want)
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add("-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----")
	f.Add("%2D%2D")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := card.FromHeader([]string{text})
		if (c == nil) == (err == nil) {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	})
}
