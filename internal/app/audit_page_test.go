// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// The log keeps numbers, which outlive people; its page says who they are.
func TestTheAuditPageNamesPeople(t *testing.T) {
	house := newHouse(t)
	res, err := house.clients["administrator"].Get(house.server.URL + "/ops/audit")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v", res.StatusCode, err)
	}
	for _, want := range []string{"org_technician@c_x101", "person:"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
