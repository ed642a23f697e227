// SPDX-License-Identifier: EUPL-1.2

package publication_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
	"martinella/internal/publication"
)

func administrator() access.Scope {
	return access.Principal{Person: 1, Staff: []access.Role{access.Administrator}}.Territory()
}

// made is a made-up profile.
func made() publication.Profile {
	return publication.Profile{
		Facts: publication.Facts{Name: "CSIRT Prova", Address: "Via Inventata 1\r\n50100 Firenze ", Zone: "Europe/Rome", Phone: "+39 055 1111111", Email: "soc@csirt.example"},
		Texts: map[string]publication.Texts{
			"it": {"mission": "Aiutiamo gli enti\ndel territorio.", "cooperation": "TLP 2.0.", "hours": "Giorni feriali, 8–20.", "team": " "},
			"en": {"mission": "We help the bodies of the territory."},
		},
	}
}

func TestProfileIsPublishedEverywhere(t *testing.T) {
	each(t, func(w *world) {
		if page := w.fetch("/rfc2350"); !strings.Contains(page, "csirt@csirt.example") || !strings.Contains(page, "Non pubblicato.") {
			w.Error("before anybody wrote it, it is not made of the settings")
		}
		before := w.fetch("/rfc2350.txt")
		p, err := w.SetProfile(w.Context(), administrator(), 1, made())
		w.must(err)
		if p.Version != 2 || p.Address != "Via Inventata 1\n50100 Firenze" || p.Texts["it"]["team"] != "" {
			w.Errorf("kept as %+v", p)
		}
		page := w.fetch("/rfc2350")
		for _, want := range []string{"2.10 Altre informazioni", "5.1.3 Risoluzione", "Europe/Rome (UTC+01:00, UTC+02:00)", "tel:+39-055-1111111", "del territorio.", "Giorni feriali"} {
			if !strings.Contains(page, want) {
				w.Errorf("the page does not say %q", want)
			}
		}
		first := w.fetch("/rfc2350.txt")
		if text := w.signedText(first); first == before || !strings.Contains(text, "3.1. Missione\n\n   Aiutiamo gli enti\n\n   del territorio.\n") {
			w.Errorf("the text:\n%s", text)
		}
		if w.fetch("/rfc2350.txt") != first {
			w.Error("it is signed anew for everybody who asks")
		}
		english := w.fetch("/rfc2350/en.txt")
		if asked, _ := w.get("/rfc2350.txt", "Accept-Language", "en"); asked != english {
			w.Error("who asks for English gets another text")
		}
		if _, res := w.get("/rfc2350/fr.txt"); res.StatusCode != http.StatusNotFound {
			w.Errorf("in French: %s", res.Status)
		}
		if !strings.Contains(english, "We help the bodies") || !strings.Contains(english, "TLP 2.0.") {
			w.Errorf("in English:\n%s", english)
		}
		paper, res := w.get("/rfc2350/en.pdf")
		signature := w.fetch("/rfc2350/en.pdf.asc")
		if kind := res.Header.Get("Content-Type"); kind != "application/pdf" || !strings.HasPrefix(paper, "%PDF-1.7") || !strings.Contains(paper, "/Lang (en)") {
			w.Errorf("the PDF is %s: %.60q", kind, paper)
		}
		w.wantSigned(paper, signature)
		if w.fetch("/rfc2350/en.pdf") != paper || w.fetch("/rfc2350/it.pdf") == paper {
			w.Error("it is made anew for everybody who asks, or in no language")
		}
		for path, want := range map[string]string{
			securityFile: "Policy: https://csirt.example/rfc2350\n", "/.well-known/csaf/provider-metadata.json": `"contact_details": "soc@csirt.example, +39 055 1111111"`,
		} {
			if got := w.fetch(path); !strings.Contains(got, want) {
				w.Errorf("%s does not say %q:\n%s", path, want, got)
			}
		}
	})
}

func TestProfileIsWrittenByWhoMayAndSaw(t *testing.T) {
	each(t, func(w *world) {
		manager := access.Principal{Person: 2, Staff: []access.Role{access.Manager}}.Territory()
		_, err := w.SetProfile(w.Context(), manager, 1, made())
		if fault.KindOf(err) != fault.Forbidden {
			w.Errorf("a manager: %v", err)
		}
		_, err = w.SetProfile(w.Context(), administrator(), 1, made())
		w.must(err)
		if _, err = w.SetProfile(w.Context(), administrator(), 1, made()); fault.KindOf(err) != fault.Conflict {
			w.Errorf("of an old version: %v", err)
		}
	})
}

func TestProfileSaysWhatIsWrong(t *testing.T) {
	each(t, func(w *world) {
		for field, spoil := range map[string]func(*publication.Profile){
			"name":  func(p *publication.Profile) { p.Name = " " },
			"email": func(p *publication.Profile) { p.Email = "Joe <joe@csirt.example>" },
			"phone": func(p *publication.Profile) { p.Phone = "call us" },
			"zone":  func(p *publication.Profile) { p.Zone = "../etc/passwd" },
			"fr":    func(p *publication.Profile) { p.Texts["fr"] = publication.Texts{} },
			"motto": func(p *publication.Profile) { p.Texts["it"]["motto"] = "x" },
			"forms": func(p *publication.Profile) { p.Texts["en"]["forms"] = strings.Repeat("x", 6001) },
		} {
			p := made()
			spoil(&p)
			_, err := w.SetProfile(w.Context(), administrator(), 1, p)
			var f *fault.Error
			if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != field {
				w.Errorf("%s: %v", field, err)
			}
		}
		if body, res := w.get("/admin/profile"); res.StatusCode == http.StatusOK {
			w.Errorf("a visitor sees the form: %s", body)
		}
	})
}

// A line that would be another field of security.txt stays in its own.
func TestProfileFactsAreOneLine(t *testing.T) {
	each(t, func(w *world) {
		p := made()
		p.Name = "CSIRT\r\nProva\x00"
		p, err := w.SetProfile(w.Context(), administrator(), 1, p)
		w.must(err)
		if p.Name != "CSIRT Prova" {
			w.Errorf("%q", p.Name)
		}
		p = made()
		p.Email = "a@csirt.example\nExpires: never"
		if _, err = w.SetProfile(w.Context(), administrator(), 2, p); fault.KindOf(err) != fault.Invalid {
			w.Errorf("%v", err)
		}
	})
}

func TestStatusIsLookedAtOnceInHalfAMinute(t *testing.T) {
	each(t, func(w *world) {
		asked, condition := 0, publication.Works
		d := w.deps
		d.Status = func(context.Context) []publication.Part {
			asked++
			return []publication.Part{{Key: "portal", Condition: publication.Works}, {Key: "mail", Condition: condition}}
		}
		w.open(d)
		for range 3 {
			if page := w.fetch("/stato"); !strings.Contains(page, "Tutto funziona.") {
				w.Errorf("all works, but:\n%s", page)
			}
		}
		if asked != 1 {
			w.Errorf("looked %d times", asked)
		}
		condition = publication.Down
		w.clock.Advance(30 * time.Second)
		if page := w.fetch("/stato"); !strings.Contains(page, "Una parte del servizio non funziona") || !strings.Contains(page, "Non funziona") {
			w.Errorf("mail is down, but:\n%s", page)
		}
	})
}
