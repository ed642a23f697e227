// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/advisory/audience"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/tlp"
)

const pasted = `Vulnerabilità in FortiOS (AL07/261125/CSIRT-ITA)

ESEMPIO INVENTATO

Livello: Critico
TLP:GREEN

Sintesi

Un difetto inventato nella VPN.

Prodotti e versioni affette

Fortinet FortiOS 7.2.x, versioni precedenti alla 7.2.8

CVE

CVE-2026-0001
CVE-2026-0002

Indicatori di compromissione

198[.]51[.]100[.]7
hxxps://cattivo[.]example/a

Riferimenti

https://www.example.org/avviso
`

// What is pasted becomes a draft with what was recognised, for those it touches, and is kept as it came.
func TestAPastedAlertBecomesADraft(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		a, known, err := w.Receive(w.Context(), s, who, "", []byte(pasted))
		w.must(err)
		if known || a.State != advisory.Draft || a.Reference != "AL07/261125/CSIRT-ITA" || a.Severity != advisory.Critical || a.TLP != tlp.Green || a.Kind != advisory.Alert {
			w.Errorf("%+v", a)
		}
		if diff := cmp.Diff([]string{"CVE-2026-0001", "CVE-2026-0002"}, a.CVEs); diff != "" {
			w.Error(diff)
		}
		if a.Audience != "uses:cve-2026-0002" {
			w.Errorf("suggested for %s", a.Audience)
		}
		body := a.In("it").Body
		if !strings.Contains(body, "Un difetto inventato nella VPN.") {
			w.Error(body)
		}
		if diff := cmp.Diff([]advisory.Indicator{{Type: parse.TypeIP, Value: "198.51.100.7"}, {Type: parse.TypeURL, Value: "https://cattivo.example/a"}}, a.Indicators); diff != "" {
			w.Error(diff)
		}
		if len(a.Products) != 1 || a.Products[0].Product != "Fortinet FortiOS" || !strings.Contains(a.Products[0].Text, "7.2.8") {
			w.Errorf("%+v", a.Products)
		}
		list, err := w.Originals(w.Context(), s, a.ID)
		w.must(err)
		sum := sha256.Sum256([]byte(pasted))
		if len(list) != 1 || list[0].SHA256 != hex.EncodeToString(sum[:]) || list[0].Format != "acn_text" {
			w.Fatalf("%+v", list)
		}
		_, content, err := w.OpenOriginal(w.Context(), s, a.ID, list[0].ID)
		w.must(err)
		defer content.Close()
		if got, err := io.ReadAll(content); err != nil || string(got) != pasted {
			w.Errorf("%q %v", got, err)
		}
	})
}

// The same reference again is the same alert: its original is kept, nothing else changes.
func TestAnAlertThatComesAgain(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		a, _, err := w.Receive(w.Context(), s, who, "primo.txt", []byte(pasted))
		w.must(err)
		again, known, err := w.Receive(w.Context(), s, who, "secondo.txt", []byte(strings.Replace(pasted, "inventato", "ancora inventato", 1)))
		w.must(err)
		if !known || again.ID != a.ID || again.Version != a.Version {
			w.Errorf("%v %+v", known, again)
		}
		list, err := w.Originals(w.Context(), s, a.ID)
		w.must(err)
		if len(list) != 2 || list[1].Name != "secondo.txt" {
			w.Errorf("%+v", list)
		}
		w.must(w.Discard(w.Context(), s, a.ID, a.Version))
		if _, _, err := w.OpenOriginal(w.Context(), s, a.ID, list[0].ID); fault.KindOf(err) != fault.NotFound {
			w.Error("discarded, its original is still there", err)
		}
	})
}

// What an alert does not say of itself is suggested by what is known of its CVEs.
func TestASeverityIsSuggested(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		for id, want := range map[string]advisory.Severity{"CVE-2026-0009": advisory.Critical, "CVE-2026-0008": advisory.High, "CVE-2026-0007": advisory.Medium} {
			a, _, err := w.Receive(w.Context(), s, who, "", []byte("Un bollettino inventato su "+id+"\n\nESEMPIO INVENTATO\n\nAggiornate.\n"))
			if err != nil || a.Severity != want {
				w.Errorf("%s: %s, want %s, %v", id, a.Severity, want, err)
			}
		}
	})
}

func TestWhatNobodyRunsIsSuggestedForNobody(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		for text, want := range map[string]string{
			strings.ReplaceAll(pasted, "CVE-2026-0002", "CVE-2026-0003"):  `uses:"fortinet fortios"`,
			"Messaggi contraffatti\n\nESEMPIO INVENTATO\n\nAttenzione.\n": "",
			strings.Replace(pasted, "TLP:GREEN", "TLP:RED", 1):            "",
		} {
			text = strings.Replace(text, "AL07", "AL0"+string('1'+rune(len(text)%7)), 1)
			a, _, err := w.Receive(w.Context(), s, who, "", []byte(text))
			w.must(err)
			if a.Audience != want {
				w.Errorf("suggested for %q, want %q: %s", a.Audience, want, text)
			}
			if want != "" {
				if _, err := audience.Parse(a.Audience); err != nil {
					w.Error(err)
				}
			}
		}
		own, member := w.member(paoloID, castelvento)
		if _, _, err := w.Receive(w.Context(), own, member, "", []byte(pasted)); fault.KindOf(err) != fault.Forbidden {
			w.Error("a member makes drafts", err)
		}
	})
}

func TestDefang(t *testing.T) {
	for in, want := range map[string]string{
		"198.51.100.7": "198[.]51[.]100[.]7", "https://a.example/b.c": "hxxps[://]a[.]example/b[.]c", "x@a.example": "x[at]a[.]example",
		"d41d8cd98f00b204e9800998ecf8427e": "d41d8cd98f00b204e9800998ecf8427e",
	} {
		if got := advisory.Defang(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// A mail is read without what protected it, kept as it came, and whose it is stands with it.
func TestAMailsProofStaysWithIt(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		proof := &mailcrypt.Proof{From: "avvisi@polizia.example", Encrypted: mailcrypt.OpenPGP, Signatures: []mailcrypt.Verdict{{Kind: mailcrypt.OpenPGP, Trust: mailcrypt.Verified, Signer: "Polizia", Fingerprint: "AB12"}}}
		in := advisory.Incoming{Name: "a.eml", Data: []byte("sealed"), Read: []byte("From: avvisi@polizia.example\nMessage-ID: <1@polizia.example>\nSubject: ESEMPIO\n\n" + pasted), Proof: proof}
		var id int64
		w.must(w.ReceiveFrom(w.Context(), s, who, in, func(_ context.Context, _ *db.Tx, made int64, _ bool) error { id = made; return nil }))
		list, err := w.Originals(w.Context(), s, id)
		w.must(err)
		if diff := cmp.Diff(proof, list[0].Proof); len(list) != 1 || diff != "" || list[0].Size != 6 {
			w.Errorf("%+v %s", list, diff)
		}
		if a, err := w.Get(w.Context(), s, id); err != nil || a.Reference != "AL07/261125/CSIRT-ITA" {
			w.Errorf("%+v %v", a, err)
		}
	})
}

// Who is written to because of a CVE reads its number, as numbers of CVEs are written.
func TestACVEIsTheReason(t *testing.T) {
	each(t, func(w *world) {
		e := entry()
		e.Audience = "uses:cve-2026-0002"
		w.send(e)
		for _, mail := range w.mails {
			if mail.To.Language == "it" && !strings.Contains(mail.Text, ": CVE-2026-0002 riguarda ") {
				t.Error(mail.Text)
			}
		}
		if len(w.mails) == 0 {
			t.Error("nobody was written to")
		}
	})
}

// Short lines stay below each other, a paragraph flows on, bullets of any form are a list.
func TestTheLinesOfAReceivedTextStay(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		long := strings.Repeat("parola ", 10)
		a, _, err := w.Receive(w.Context(), s, who, "", []byte("ESEMPIO INVENTATO\n\nProdotti e versioni affette\n\nGattovia Gateway\n5.x, versioni precedenti alla 5.9\n4.x, tutte\n• Console\n\nDettagli\n\n"+long+"\n"+long+"\n– inciso – e fine\n\n\n"+long+"\n"+long+"\n\n```\na  b\nc\n```\n"))
		w.must(err)
		html := advisory.Markdown(a.Texts["it"].Body)
		for _, want := range []string{"<p>Gattovia Gateway<br>\n5.x, versioni precedenti alla 5.9<br>\n4.x, tutte</p>\n<ul>\n<li>Console</li>", "parola\n" + long[:6], "parola\n– inciso – e fine</p>", "<p>" + long[:6], "<pre><code>a  b\nc\n</code></pre>"} {
			if !strings.Contains(strings.ReplaceAll(html, " \n", "\n"), want) {
				t.Errorf("no %q in\n%s", want, html)
			}
		}
	})
}

// opener opens as the intake does, and says it was asked.
type opener struct {
	opened mailcrypt.Opened
	err    error
	asked  int
}

func (o *opener) Open(_ context.Context, _ access.Scope, mail []byte) (mailcrypt.Opened, error) {
	if o.asked++; !bytes.HasPrefix(mail, []byte("From:")) {
		return o.opened, errors.New("it begins with something else")
	}
	return o.opened, o.err
}

// A protected mail that is brought by hand is opened as one that comes by itself; what nobody can open is not kept.
func TestAProtectedMailBroughtByHand(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		o := &opener{err: mailcrypt.ErrLocked}
		w.deps.Opener = o
		w.Module = advisory.New(w.deps)
		sealed := []byte("\n\r\nFrom: avvisi@polizia.example\nMessage-ID: <1@polizia.example>\nSubject: ESEMPIO\n\nsealed")
		if _, _, err := w.Receive(w.Context(), s, who, "a.eml", sealed); fault.Of(err).Code != "advisory.mail_locked" {
			w.Errorf("locked: %v", err)
		}
		o.err = mailcrypt.ErrUnpacked
		if _, _, err := w.Receive(w.Context(), s, who, "a.eml", sealed); fault.Of(err).Code != "advisory.mail_large" {
			w.Errorf("too large inside: %v", err)
		}
		proof := mailcrypt.Proof{From: "avvisi@polizia.example", Encrypted: mailcrypt.OpenPGP, Signatures: []mailcrypt.Verdict{{Kind: mailcrypt.OpenPGP, Trust: mailcrypt.Unknown, Fingerprint: "AB12"}}}
		o.err, o.opened = nil, mailcrypt.Opened{Mail: []byte("From: avvisi@polizia.example\nMessage-ID: <1@polizia.example>\nSubject: ESEMPIO\n\n" + pasted), Proof: proof}
		a, _, err := w.Receive(w.Context(), s, who, "", sealed)
		w.must(err)
		list, err := w.Originals(w.Context(), s, a.ID)
		w.must(err)
		if a.Reference != "AL07/261125/CSIRT-ITA" || len(list) != 1 || cmp.Diff(&proof, list[0].Proof) != "" || list[0].Size != int64(len(sealed)) {
			w.Errorf("%+v %+v", a, list)
		}
		if asked := o.asked; asked != 3 {
			w.Errorf("asked %d times", asked)
		}
		if _, _, err := w.Receive(w.Context(), s, who, "", []byte(pasted)); err != nil || o.asked != 3 {
			w.Errorf("text is no mail: %v, asked %d times", err, o.asked)
		}
	})
}
