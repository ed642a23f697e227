// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/exchange"
	"martinella/internal/platform/tlp"
)

const taxiiType = "application/taxii+json;version=2.1"

type stix map[string]any

type envelope struct {
	More    bool   `json:"more"`
	Next    string `json:"next"`
	Objects []stix `json:"objects"`
}

func basic(secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte("c_x101:"+secret))
}

// taxii asks as a client does and gives the page with its headers.
func (w *world) taxii(secret, path string) (e envelope, first, last string) {
	w.Helper()
	header := []string{"Accept", taxiiType}
	if secret != "" {
		header = append(header, "Authorization", basic(secret))
	}
	got := w.get("/taxii2/api/collections/"+path, header...)
	if got.Code != 200 || got.Header().Get("Content-Type") != taxiiType {
		w.Fatalf("%s: %d %v %s", path, got.Code, got.Header(), got.Body)
	}
	w.must(json.Unmarshal(got.Body.Bytes(), &e))
	return e, got.Header().Get("X-TAXII-Date-Added-First"), got.Header().Get("X-TAXII-Date-Added-Last")
}

func (e envelope) count(kind string) (n int) {
	for _, o := range e.Objects {
		if o["type"] == kind {
			n++
		}
	}
	return n
}

func TestCollectionsHoldWhatTheKeyMayHave(t *testing.T) {
	each(t, func(w *world) {
		for _, l := range tlp.Labels() {
			w.send(l, nil, castelvento)
		}
		_, member := w.keyOf(castelvento, exchange.Platform, "")
		_, other := w.keyOf(roccasalina, exchange.Platform, "")
		green, clear := w.neighbour(exchange.Platform, tlp.Green), w.neighbour(exchange.Platform, tlp.Clear)
		for _, c := range []struct {
			secret, collection string
			want               int
		}{{"", "public", 1}, {member, "public", 1}, {member, "community", 2}, {member, "own", 3}, {other, "own", 0}, {other, "community", 2}, {green, "community", 2}, {clear, "public", 1}} {
			if e, _, _ := w.taxii(c.secret, c.collection+"/objects/"); e.count("report") != c.want {
				t.Errorf("%s: %d reports, want %d", c.collection, e.count("report"), c.want)
			}
		}
		for _, c := range []struct {
			authorization, path, accept string
			want                        int
		}{
			{"", "api/collections/community/objects/", taxiiType, 401}, {basic(clear), "api/collections/community/objects/", taxiiType, 403},
			{basic(green), "api/collections/own/objects/", taxiiType, 404}, {"Basic x", "", taxiiType, 401}, {"Bearer mx_AAAAAAAAAAAAAAAAAAAAAAAAAA", "", taxiiType, 401},
			{"Bearer " + member, "api/collections/own/objects/", taxiiType, 200}, {"Token " + member, "api/collections/own/objects/", taxiiType, 200}, {member, "api/collections/own/objects/", taxiiType, 200},
			{"", "", "application/taxii+json; version=2.1", 200}, {"", "", "application/taxii+json", 200}, {"", "", "application/json", 406}, {"", "", "application/taxii+json;version=2.0", 406},
			{"", "", "application/vnd.oasis.taxii+json", 406}, {"", "api/", taxiiType, 200}, {"", "api/collections/", taxiiType, 200}, {"", "api/collections/public/", taxiiType, 200},
			{"", "api/collections/none/", taxiiType, 404}, {"", "api/collections/public/objects/?limit=0", taxiiType, 400}, {"", "api/collections/public/objects/?next=%21", taxiiType, 400},
			{"", "api/collections/public/objects/?added_after=yesterday", taxiiType, 400}, {"", "api/collections/public/objects/?match[version]=yesterday", taxiiType, 400},
			{"", "nothing/", taxiiType, 404}, {"", "api/status/1/", taxiiType, 404}, {"", "api/collections/public/objects/report--0/versions/", taxiiType, 404}, {"", "api/collections/public/objects/report--0/", taxiiType, 404},
		} {
			header := []string{"Accept", c.accept}
			if c.authorization != "" {
				header = append(header, "Authorization", c.authorization)
			}
			got := w.get("/taxii2/"+c.path, header...)
			if got.Code != c.want || got.Header().Get("Content-Type") != taxiiType {
				t.Errorf("%s as %q wanting %s: %d %s, want %d", c.path, c.authorization, c.accept, got.Code, got.Header().Get("Content-Type"), c.want)
			}
			if c.want == 401 && !strings.HasPrefix(got.Header().Get("WWW-Authenticate"), "Basic ") {
				t.Error("not asked who he is")
			}
		}
	})
}

// TestAClientReadsACollectionInPages takes small pages, then only what is new.
func TestAClientReadsACollectionInPages(t *testing.T) {
	each(t, func(w *world) {
		for i := range 6 {
			w.send(tlp.Green, with("ip", fmt.Sprintf("198.51.100.%d", i+1), "domain", "evil.test"), castelvento)
		}
		_, secret := w.keyOf(castelvento, exchange.Platform, "")
		whole, _, last := w.taxii(secret, "own/objects/")
		var got []stix
		for next := ""; ; {
			e, _, _ := w.taxii(secret, "own/objects/?limit=4&next="+next)
			got = append(got, e.Objects...)
			if next = e.Next; !e.More {
				break
			}
			if len(e.Objects) != 4 {
				t.Fatalf("a page of %d", len(e.Objects))
			}
		}
		if len(got) != len(whole.Objects) || whole.count("indicator") != 12 || whole.More {
			t.Errorf("%d in pages, %d at once, %d indicators", len(got), len(whole.Objects), whole.count("indicator"))
		}
		for i := range got {
			if got[i]["id"] != whole.Objects[i]["id"] {
				t.Errorf("object %d is another one", i)
			}
		}
		if e, first, _ := w.taxii(secret, "own/objects/?added_after="+last); len(e.Objects) != 0 || first != "" {
			t.Errorf("%d are newer than the last", len(e.Objects))
		}
		a := w.send(tlp.Green, nil, castelvento)
		e, first, _ := w.taxii(secret, "own/objects/?added_after="+last)
		if e.count("report") != 1 || first != a.Changed.Format("2006-01-02T15:04:05.000000Z") {
			t.Errorf("%d newer reports, the first of %s", e.count("report"), first)
		}
		report, _ := e.Objects[0]["id"].(string)
		if one, _, _ := w.taxii(secret, "own/objects/"+report+"/"); len(one.Objects) != 1 || one.Objects[0]["id"] != report {
			t.Errorf("one by name: %v", one.Objects)
		}
		if e, _, _ := w.taxii(secret, "own/objects/?match[type]=indicator,report&match[spec_version]=2.1&match[version]=last"); e.count("indicator") != 12 || e.count("identity") != 0 {
			t.Errorf("by type: %d", len(e.Objects))
		}
		manifest, _, _ := w.taxii(secret, "own/manifest/?match[type]=report")
		if len(manifest.Objects) != 7 || manifest.Objects[6]["id"] != report || manifest.Objects[6]["media_type"] != "application/stix+json;version=2.1" {
			t.Errorf("%v", manifest.Objects)
		}
		versions := w.get("/taxii2/api/collections/own/objects/"+report+"/versions/", "Accept", taxiiType, "Authorization", basic(secret)).Body.String()
		if modified, _ := e.Objects[0]["modified"].(string); !strings.Contains(versions, `["`+modified+`"]`) || manifest.Objects[6]["version"] != modified {
			t.Errorf("%s, %v", versions, manifest.Objects[6])
		}
		for path, want := range map[string]string{"/?match[version]=2001-01-01T00:00:00Z": "{}", "/?added_after=2030-01-01T00:00:00Z": "{}", "/versions/?match[type]=indicator": "{}", "/?match[version]=" + first: `"id":"` + report} {
			got := w.get("/taxii2/api/collections/own/objects/"+report+path, "Accept", taxiiType, "Authorization", basic(secret))
			if got.Code != 200 || !strings.Contains(got.Body.String(), want) {
				t.Errorf("%s: %d %s", path, got.Code, got.Body)
			}
		}
		w.send(tlp.Green, nil, castelvento)
		w.clock.Advance(-time.Minute) // it was sent this moment: others may still be committing
		if e, _, _ := w.taxii(secret, "own/objects/?added_after="+first); len(e.Objects) != 0 {
			t.Errorf("given at once: %v", e.Objects)
		}
	})
}

// TestWhatAlertsShareComesOnceEach: two that name the same CVE and product under
// two labels, read in pages of any size, by next or by the date of the last.
func TestWhatAlertsShareComesOnceEach(t *testing.T) {
	each(t, func(w *world) {
		at := w.clock.Now() // three in the same millisecond
		for _, l := range []tlp.Label{tlp.Clear, tlp.Green, tlp.Clear} {
			w.send(l, func(a *exchange.Alert) {
				with("ip", "198.51.100.1", "ip", "198.51.100.2")(a)
				a.CVEs, a.PAP, a.Changed = []string{"CVE-2026-0001"}, "PAP:GREEN", at
				a.Products = []exchange.Product{{Text: "FortiOS 7", Vendor: "Fortinet", Product: "FortiOS", Versions: "7"}}
			}, castelvento)
		}
		w.clock.Advance(time.Minute)
		_, secret := w.keyOf(castelvento, exchange.Platform, "")
		whole, _, _ := w.taxii(secret, "own/objects/")
		want := map[any]string{}
		for _, o := range whole.Objects {
			if want[o["id"]] != "" {
				t.Errorf("twice: %v", o)
			}
			want[o["id"]] = fmt.Sprint(o)
		}
		if n := whole.count("software"); n != 3 || len(want) != 4+3*6 {
			t.Errorf("%d objects, %d products", len(want), n)
		}
		for _, limit := range []int{1, 2, 5, 7, 100} {
			for _, by := range []string{"next", "date"} {
				path := fmt.Sprintf("own/objects/?limit=%d", limit)
				got := map[any]string{}
				for rest := ""; ; {
					w.clock.Advance(time.Second) // as often as one may ask
					e, _, last := w.taxii(secret, path+rest)
					for _, o := range e.Objects {
						if got[o["id"]] != "" {
							t.Errorf("%s, %d: twice: %v", by, limit, o)
						}
						got[o["id"]] = fmt.Sprint(o)
					}
					if !e.More {
						break
					}
					if rest = "&next=" + e.Next; by == "date" {
						rest = "&added_after=" + last
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, %d: %s", by, limit, diff)
				}
			}
		}
	})
}

// TestACollectionIsReadOnly: to write is refused as TAXII has it, who forgets the last slash is led.
func TestACollectionIsReadOnly(t *testing.T) {
	each(t, func(w *world) {
		for path, want := range map[string]int{"POST public/objects/": 403, "POST community/objects/": 404, "POST none/objects/": 404, "DELETE public/objects/report--0/": 403, "GET public/objects": 307} {
			method, rest, _ := strings.Cut(path, " ")
			got := w.ask(method, "/taxii2/api/collections/"+rest, "Content-Type", taxiiType)
			if got.Code != want || want != 307 && got.Header().Get("Content-Type") != taxiiType {
				t.Errorf("%s: %d %v %s", path, got.Code, got.Header(), got.Body)
			}
			if to := got.Header().Get("Location"); want == 307 && to != "/taxii2/api/collections/public/objects/" {
				t.Errorf("led to %q", to)
			}
		}
	})
}

// TestObjectsAreSTIX checks what STIX 2.1 asks of objects, and that they stay themselves.
func TestObjectsAreSTIX(t *testing.T) {
	each(t, func(w *world) {
		w.send(tlp.Green, func(a *exchange.Alert) {
			with("ip", "198.51.100.1", "ip", "2001:db8::1", "network", "198.51.100.0/24", "domain", "evil.test", "url", `http://evil.test/'a\b`, "email", "a@evil.test",
				"md5", "0123456789abcdef0123456789abcde0", "sha1", "x", "sha256", "y", "sha512", "z")(a)
			a.CVEs, a.Links, a.Reference, a.PAP = []string{"CVE-2026-0001"}, []string{"https://example.org/a"}, "AL01/261125/CSIRT-PROVA", "PAP:GREEN"
			a.Products = []exchange.Product{{Text: "FortiOS 7", Vendor: "Fortinet", Product: "FortiOS", Versions: "7"}}
			a.Texts["en"] = exchange.Text{Title: "Alert", Body: "Update."}
			a.Indicators[0].Until = time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
		}, castelvento)
		_, secret := w.keyOf(castelvento, exchange.Platform, "")
		before, _, _ := w.taxii(secret, "own/objects/")
		known := map[any]stix{}
		for _, o := range before.Objects {
			known[o["id"]] = o
		}
		for _, o := range before.Objects {
			w.checkSTIX(o, known)
		}
		w.alerts[0].Withdrawn, w.alerts[0].Changed, w.alerts[0].Why = true, w.clock.Now(), "Era sbagliato."
		w.clock.Advance(time.Minute)
		after, _, _ := w.taxii(secret, "own/objects/")
		if len(after.Objects) != len(before.Objects) {
			t.Errorf("%d objects, then %d", len(before.Objects), len(after.Objects))
		}
		for _, o := range after.Objects {
			was := known[o["id"]]
			revoked := o["type"] == "report" || o["type"] == "indicator" || o["type"] == "language-content"
			changes := revoked || o["type"] == "vulnerability"
			if was == nil || was["created"] != o["created"] || revoked != (o["revoked"] == true) || changes != (was["modified"] != o["modified"]) {
				t.Errorf("%v\nwas %v", o, was)
			}
		}
	})
}

func (w *world) checkSTIX(o stix, known map[any]stix) {
	w.Helper()
	kind, _ := o["type"].(string)
	if id, _ := o["id"].(string); !strings.HasPrefix(id, kind+"--") || len(id) != len(kind)+38 || o["spec_version"] != "2.1" {
		w.Errorf("%v", o)
	}
	required := map[string][]string{
		"report": {"name", "published", "object_refs", "created", "modified"}, "indicator": {"pattern", "pattern_type", "valid_from", "created", "modified"}, "vulnerability": {"name", "created", "modified"},
		"identity": {"name", "created", "modified"}, "software": {"name"}, "marking-definition": {"created"}, "language-content": {"object_ref", "contents", "created", "modified"},
	}
	for _, property := range required[kind] {
		if o[property] == nil {
			w.Errorf("%s without %s: %v", kind, property, o)
		}
	}
	if required[kind] == nil {
		w.Errorf("a %s nobody expects", kind)
	}
	for _, list := range []string{"object_refs", "object_marking_refs"} {
		refs, _ := o[list].([]any)
		for _, ref := range refs {
			if known[ref] == nil {
				w.Errorf("%s refers to %v, which is not there", kind, ref)
			}
		}
	}
	if p, _ := o["pattern"].(string); kind == "indicator" && (!strings.HasPrefix(p, "[") || !strings.HasSuffix(p, "']")) {
		w.Errorf("%s", p)
	}
}
