// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"martinella/internal/exchange"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

func many(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format+" ", i)
	}
	return b.String()
}

// wantsField checks that a fault has a field with a code.
func (w *world) wantsField(code string, err error) {
	w.Helper()
	for _, f := range fault.Of(err).Fields {
		if f.Code == code {
			return
		}
	}
	w.Errorf("want %s, got %v", code, err)
}

func (w *world) feed(secret string, header ...string) *gofeed.Feed {
	w.Helper()
	got := w.get("/feeds/"+secret+".atom", header...)
	if got.Code != 200 || got.Header().Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		w.Fatalf("%d %v", got.Code, got.Header())
	}
	f, err := gofeed.NewParser().ParseString(got.Body.String())
	w.must(err)
	return f
}

func TestAFeedTellsWhatTheLabelAllows(t *testing.T) {
	each(t, func(w *world) {
		for _, l := range tlp.Labels() {
			w.send(l, nil, castelvento)
		}
		w.send(tlp.Green, func(a *exchange.Alert) { a.Texts["it"] = exchange.Text{Title: "Di altri"} }, roccasalina)
		_, secret := w.keyOf(castelvento, exchange.Feed, "")
		var titles []string
		for _, i := range w.feed(secret, "Accept-Language", "it").Items {
			titles = append(titles, i.Title)
		}
		want := "[Alta] Allerta TLP:CLEAR|[Alta] Allerta TLP:GREEN|[Alta] Allerta TLP:AMBER|Un'allerta TLP:AMBER+STRICT attende nel portale"
		if got := strings.Join(titles, "|"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if got := len(w.feed(w.neighbour(exchange.Feed, tlp.Clear)).Items); got != 1 {
			t.Errorf("a neighbour up to TLP:CLEAR gets %d", got)
		}
		if got := len(w.feed(w.neighbour(exchange.Feed, tlp.Green)).Items); got != 3 {
			t.Errorf("a neighbour up to TLP:GREEN gets %d", got)
		}
	})
}

func TestAFeedSaysWhatChanged(t *testing.T) {
	each(t, func(w *world) {
		w.send(tlp.Amber, func(a *exchange.Alert) { a.Texts["it"] = exchange.Text{Title: "Uno & <due>", Body: "Corpo"} }, castelvento)
		_, secret := w.keyOf(castelvento, exchange.Feed, "")
		before := w.feed(secret, "Accept-Language", "en").Items[0]
		if before.Title != "[High] Uno & <due>" || before.Content != "<p>Corpo</p>" || before.Link != "https://csirt.example/o/c_x101/advisories/1" || !strings.HasPrefix(before.GUID, "urn:uuid:") {
			t.Errorf("%+v", before)
		}
		w.alerts[0].Withdrawn, w.alerts[0].Why, w.alerts[0].Changed, w.alerts[0].Version = true, "Era sbagliato.", w.clock.Now(), 3
		after := w.feed(secret, "Accept-Language", "en").Items[0]
		if after.GUID != before.GUID || after.Published != before.Published || after.Updated == before.Updated || !strings.Contains(after.Content, "Era sbagliato.") || !strings.HasPrefix(after.Title, "Withdrawn") {
			t.Errorf("%+v", after)
		}
	})
}

// TestAFeedIsAtom checks what RFC 4287 asks of feeds and entries.
func TestAFeedIsAtom(t *testing.T) {
	each(t, func(w *world) {
		w.send(tlp.Green, nil, castelvento)
		w.send(tlp.AmberStrict, nil, castelvento)
		_, secret := w.keyOf(castelvento, exchange.Feed, "")
		body := w.get("/feeds/" + secret + ".atom").Body.String()
		var f struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      []string `xml:"id"`
			Title   []string `xml:"title"`
			Updated []string `xml:"updated"`
			Author  []string `xml:"author>name"`
			Entries []struct {
				ID      []string `xml:"id"`
				Title   []string `xml:"title"`
				Updated []string `xml:"updated"`
				Content []string `xml:"content"`
			} `xml:"entry"`
		}
		w.must(xml.Unmarshal([]byte(body), &f))
		if len(f.ID) != 1 || len(f.Title) != 1 || len(f.Updated) != 1 || len(f.Author) != 1 || len(f.Entries) != 2 {
			t.Errorf("%+v", f)
		}
		for _, e := range f.Entries {
			if len(e.ID) != 1 || len(e.Title) != 1 || len(e.Updated) != 1 || len(e.Content) != 1 {
				t.Errorf("%+v", e)
			}
		}
		if strings.Contains(body, secret) {
			t.Error("the feed gives its own key away")
		}
	})
}

func TestAFeedIsNotSentTwice(t *testing.T) {
	each(t, func(w *world) {
		w.send(tlp.Green, nil, castelvento)
		_, secret := w.keyOf(castelvento, exchange.Feed, "")
		first := w.get("/feeds/" + secret + ".atom")
		tag, at := first.Header().Get("ETag"), first.Header().Get("Last-Modified")
		for _, h := range [][]string{{"If-None-Match", tag}, {"If-None-Match", `"x", W/` + tag}, {"If-Modified-Since", at}} {
			if got := w.get("/feeds/"+secret+".atom", h...); got.Code != 304 || got.Body.Len() != 0 {
				t.Errorf("%v: %d", h, got.Code)
			}
		}
		if got := w.get("/feeds/"+secret+".atom", "If-None-Match", tag, "Accept-Language", "nb"); got.Code != 200 {
			t.Errorf("in another language: %d", got.Code)
		}
		w.send(tlp.Green, nil, castelvento)
		if got := w.get("/feeds/"+secret+".atom", "If-None-Match", tag, "If-Modified-Since", at); got.Code != 200 {
			t.Errorf("after another alert: %d", got.Code)
		}
	})
}
