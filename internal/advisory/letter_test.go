// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"strings"
	"testing"

	"martinella/internal/advisory"
)

// Each person reads his own language, why it concerns him, and whom he may pass it on to.
func TestMails(t *testing.T) {
	each(t, func(w *world) {
		e := entry()
		e.Audience = `uses:"fortios < 7.2.8" or province:PO`
		e.Texts["en"] = advisory.Text{Title: "FortiOS to be updated", Body: "Update **now**. <script>alert(1)</script>"}
		e.Links = []string{"https://example.org/a?b=1&c=2"}
		w.send(e)
		for i, c := range []struct {
			to      string
			subject string
			has     []string
			not     []string
		}{
			{"paolo@castelvento.example", "Critica: FortiOS da aggiornare", []string{"Buongiorno Paolo Nencini,", "Comune di Castelvento: 2 prodotti dichiarati rispondono a «fortios < 7.2.8».", "CRITICA - FortiOS da aggiornare (AL01/261125/CSIRT-PROVA)",
				"Aggiornate **subito**.", "CVE-2026-0001", "https://csirt.example/o/c_x101/advisories/1", "25 novembre 2026", "TLP:AMBER: dentro il vostro ente"}, []string{"Roccasalina"}},
			{"shared@example.org", "Critical: FortiOS to be updated", []string{"Dear Lia Conti,", "Comune di Castelvento: ", "Comune di Roccasalina: province: PO."}, []string{"Buongiorno"}},
			{"rita@roccasalina.example", "Kritisk: FortiOS da aggiornare", []string{"Hei Rita Salvi,", "fylke: PO", "Aggiornate"}, nil},
		} {
			m := w.mails[i]
			if m.To.Address != c.to || m.Subject != c.subject || m.TLP != "AMBER" || !m.Critical {
				w.Errorf("%s %q %s %v", m.To.Address, m.Subject, m.TLP, m.Critical)
			}
			for _, part := range c.has {
				if !strings.Contains(m.Text, part) {
					w.Errorf("%s: no %q in\n%s", c.to, part, m.Text)
				}
			}
			for _, part := range c.not {
				if strings.Contains(m.Text, part) {
					w.Errorf("%s: %q in\n%s", c.to, part, m.Text)
				}
			}
			if strings.Contains(m.HTML, "<script") || !strings.Contains(m.HTML, "TLP:AMBER") {
				w.Error(m.HTML)
			}
		}
	})
}

// The CSIRT's words for a body are its own: the body reads that it was chosen, no more.
func TestABodyDoesNotReadItsTags(t *testing.T) {
	each(t, func(w *world) {
		w.tags = map[int64][]string{castelvento: {"da seguire"}}
		e := entry()
		e.Audience = `tag:"da seguire"`
		a := w.send(e)
		for _, m := range w.mails {
			if strings.Contains(m.Text, "seguire") || !strings.Contains(m.Text, "rientra fra gli enti scelti") && !strings.Contains(m.Text, "among the organisations the CSIRT chose") {
				w.Error(m.Text)
			}
		}
		if a.Organisations != 1 || len(w.mails) == 0 {
			w.Errorf("%d organisations, %d mails", a.Organisations, len(w.mails))
		}
	})
}

func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ text, has, not string }{
		{"# Uno\n\n## Due", "<h3>Uno</h3>\n<h4>Due</h4>", "<h1"},
		{"## Uno\n\n#### Due\n\n## Tre", "<h3>Uno</h3>\n<h4>Due</h4>\n<h3>Tre</h3>", "<h5"},
		{"**a** [b](https://x.example)", `<strong>a</strong> <a href="https://x.example">b</a>`, ""},
		{"[b](javascript:alert(1))", "", "javascript"},
		{"![logo](https://x.example/t.png)", `<a href="https://x.example/t.png">logo</a>`, "<img"},
		{"![](https://x.example/t.png)", `<a href="https://x.example/t.png">https://x.example/t.png</a>`, "<img"},
		{"a <b onclick=x>c</b>", "a &lt;b onclick=x&gt;c&lt;/b&gt;", "<b"},
		{"<script>\nalert(1)\n</script>", "&lt;script&gt;", "<script"},
		{"<div>\n\nx", "&lt;div&gt;", "<div"},
		{"| a | b |\n|---|---|\n| 1 | 2 |", "<table>", ""},
		{"- a\n- b", "<li>a</li>", ""},
	} {
		got := advisory.Markdown(c.text)
		if !strings.Contains(got, c.has) || c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%q: %s", c.text, got)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"# a\n<script>", "![x](y)[z](javascript:1)", "<!-- x", "| a |\n|-|\n| ![](x) |", "[a]: x\n![b][a]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := strings.ToLower(advisory.Markdown(text))
		for _, bad := range []string{"<script", "<img", "<iframe", `href="javascript:`, "<h1", "<h2", "<!--"} {
			if strings.Contains(got, bad) {
				t.Errorf("%q gives %s", text, got)
			}
		}
	})
}
