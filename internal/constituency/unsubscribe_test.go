// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"net/http"
	"net/url"
	"testing"

	"martinella/internal/access"
	. "martinella/internal/constituency"
)

// A mail program posts one field to the address in the header, without cookies.
func TestAMailboxStopsTheDigestWithoutSigningIn(t *testing.T) {
	s := newSite(t, nil)
	o := s.approved(t, firenze(), Basic)
	own := member(t, o.ID, access.OrgAdmin)
	before, err := s.DigestRecipients(t.Context(), own)
	if err != nil || len(before) != 1 {
		t.Fatalf("recipients %v, %v", before, err)
	}
	path, err := s.UnsubscribePath(own, before[0].Email)
	if err != nil {
		t.Fatal(err)
	}
	if code, body := s.get(t, "", path); code != http.StatusOK {
		t.Errorf("asking first: %d", code)
	} else {
		mustContain(t, "question", body, before[0].Email, o.Name)
	}
	if now, err := s.DigestRecipients(t.Context(), own); err != nil || len(now) != 1 {
		t.Errorf("looking at the page unsubscribed: %v, %v", now, err)
	}
	for range 2 {
		if code, _ := s.post(t, "", path, url.Values{"List-Unsubscribe": {"One-Click"}}); code != http.StatusOK {
			t.Errorf("one click: %d", code)
		}
	}
	if now, err := s.DigestRecipients(t.Context(), own); err != nil || len(now) != 0 {
		t.Errorf("still told: %v, %v", now, err)
	}
	for _, bad := range []string{"/unsubscribe/x", "/unsubscribe/AAAA", path + "A", "/unsubscribe/%00"} {
		if code, _ := s.post(t, "", bad, nil); code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, code)
		}
	}
}
