// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAsHTML: the HTML part says what the text says, and gives what somebody
// else wrote no links and no markup.
func TestAsHTML(t *testing.T) {
	plain := func(s string) string { // without the look
		for _, style := range []string{mailQuote, mailFoot, "color:#0055b3;word-break:break-all"} {
			s = strings.ReplaceAll(s, ` style="`+style+`"`, "")
		}
		_, s, _ = strings.Cut(s, `<div style="max-width:40em">`)
		return strings.TrimSuffix(s, "</div></body></html>")
	}
	for name, c := range map[string]struct{ text, want string }{
		"paragraphs and an address": {"Ada,\n\nleggete\nqui:\n\nhttps://csirt.example/o/x?a=1&b=2\n", `<p>Ada,</p><p>leggete<br>qui:</p><p><a href="https://csirt.example/o/x?a=1&amp;b=2">https://csirt.example/o/x?a=1&amp;b=2</a></p>`},
		"an address in a sentence":  {"nel file https://x.example/a.txt oppure", `<p>nel file <a href="https://x.example/a.txt">https://x.example/a.txt</a> oppure</p>`},
		"what somebody wrote":       {"Messaggio:\n| <b>ciao</b>\n|\n| https://evil.example", `<p>Messaggio:</p><blockquote>&lt;b&gt;ciao&lt;/b&gt;<br><br>https://evil.example</blockquote>`},
		"a list under a name":       {"Comune 2\n  - door 1.9\n  - door 1.5", `<p>Comune 2</p><ul><li>door 1.9</li><li>door 1.5</li></ul>`},
		"a signature":               {"Aiuto.\n-- \nCSIRT\ncsirt@example.it\n", `<p>Aiuto.</p><p>CSIRT<br>csirt@example.it</p>`},
	} {
		if diff := cmp.Diff(c.want, plain(asHTML(c.text, "it"))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}
