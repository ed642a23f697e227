// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"strings"
	"testing"
	"time"

	"martinella/internal/e2e/browser"
)

// The body of this story and the person who represents it.
const (
	bodyCode = "c_d575"
	bodyName = "Comune di Fiesole"
	carla    = "bianchi@comune.fiesole.example"
)

// flash is where a page says what the last action did.
var flash = browser.CSS(".flashes")

// journey is the story of the issue: a body joins, declares what it runs, gets
// its digest, says what it did about it.
type journey struct {
	*installation
	t        *testing.T
	operator *browser.Page
	member   *browser.Page
}

// TestABodyJoinsAndGetsItsDigest is the whole way, as a new user walks it with
// the README alone.
func TestABodyJoinsAndGetsItsDigest(t *testing.T) {
	i := install(t)
	i.run("feed", "import", "nvd", "testdata/nvd-first.json")
	i.run("feed", "import", "kev", "testdata/kev.json")
	link := linkIn(t, i.run("user", "add", "--email", "ada@csirt.example", "--person", "Ada Operatrice", "--role", "operator"))
	i.serve()
	b := browser.Start(t)
	j := &journey{installation: i, t: t, operator: b.Visit(t, "it"), member: b.Visit(t, "it")}
	joins(t, j.operator, link)
	j.register()
	j.approve()
	j.accept()
	j.declare()
	j.importDocument()
	j.firstDigest()
	j.mark()
	j.quiet()
	j.news()
	j.withoutScripts()
	if said := i.run("audit", "verify"); !strings.Contains(said, "whole") {
		t.Errorf("audit verify: %s", said)
	}
}

// register fills the public form and confirms by the link in the mail.
func (j *journey) register() {
	p := j.member
	p.Open(j.base)
	p.Follow(browser.Words("Registrate il vostro ente"))
	p.Fill(browser.Label("Comune"), "fieso")
	p.Click(browser.CSS("[role=option]"))
	p.Follow(browser.Words("Precompila"))
	p.Fill(browser.Label("PEC"), "comune.fiesole@pec.example")
	j.applicant(p)
	p.Click(browser.CSS("input[name=accept]"))
	p.Follow(browser.Words("Invia la registrazione"))
	p.WaitText(browser.CSS("h1"), "Controllate la posta")
	p.Open(linkIn(j.t, j.mail(carla, "Confermate la registrazione")))
	p.Follow(browser.Words("Conferma"))
	p.WaitText(browser.CSS("h1"), bodyName)
	p.WaitText(flash, "la richiesta è in attesa di verifica")
	look(p, "journey-standing")
}

// applicant is who registers the body.
func (j *journey) applicant(p *browser.Page) {
	p.Fill(browser.Label("Nome e cognome"), "Carla Bianchi")
	p.Fill(browser.Label("Funzione"), "Responsabile per la transizione al digitale")
	p.Fill(browser.Label("E-mail di lavoro"), carla)
	p.Fill(browser.Label("Telefono"), "+39 055 1234567")
}

// approve finds the registration in the queue and accredits the body.
func (j *journey) approve() {
	p := j.operator
	p.Open(j.base + "/ops")
	p.Follow(browser.LinkWith("Registrazioni da esaminare"))
	p.Follow(browser.LinkWith(bodyName))
	p.Click(browser.CSS("input[value=approve]"))
	p.Click(browser.CSS("input[value=basic]"))
	p.Follow(browser.Words("Registra la decisione"))
	p.WaitText(flash, "Accreditamento approvato")
}

// accept follows the invitation: a password, and the second factor an
// organisation's administrator may not be without.
func (j *journey) accept() {
	j.mail(carla, "accreditamento concesso")
	p := j.member
	joins(j.t, p, linkIn(j.t, j.mail(carla, "Invito")))
	p.Open(j.base + "/home")
	p.WaitText(browser.CSS("h1"), "La vostra situazione")
	look(p, "journey-empty")
}

// mail gives the text of the newest mail to an address.
func (j *journey) mail(address, subject string) string {
	j.t.Helper()
	return mailTo(j.t, j.operator, j.base, address, subject)
}

// declare adds one product by type-ahead.
func (j *journey) declare() {
	p := j.member
	p.Open(j.base + "/o/" + bodyCode + "/stack")
	p.Fill(browser.Label("Prodotto"), "forti")
	p.Click(browser.CSS("[role=option]"))
	p.Fill(browser.Label("Versione"), "7.2.4")
	look(p, "journey-declare")
	p.Follow(browser.Words("Aggiungi"))
	p.WaitText(browser.CSS("main table"), "7.2.4")
}

// importDocument brings a CycloneDX file, looks at what would change, confirms.
func (j *journey) importDocument() {
	p := j.member
	p.Open(j.base + "/o/" + bodyCode + "/stack/import?kind=cyclonedx")
	p.Upload(browser.Label("File"), absolute(j.t, "testdata/sportello-telematico.cdx.json"))
	p.Follow(browser.Words("Controlla"))
	p.WaitText(browser.CSS("main table"), "modulistica")
	look(p, "journey-preview")
	if n := len(p.Texts("main tbody tr")); n != 3 {
		j.t.Errorf("the preview has %d rows", n)
	}
	p.Follow(browser.Words("Scrivi nella dotazione"))
	p.WaitText(flash, "Importazione conclusa: 3 voci nuove")
	if n := len(p.Texts("main tbody tr")); n != 4 {
		j.t.Errorf("the stack has %d rows", n)
	}
	look(p, "journey-stack")
}

// digest runs the digest of a day from the command line, as cron would.
func (j *journey) digest(days int) string {
	j.t.Helper()
	return j.run("digest", "run", "--organisation", bodyCode, "--date", time.Now().AddDate(0, 0, days).Format(time.DateOnly))
}

// firstDigest is the situation at the beginning: everything known of what runs.
func (j *journey) firstDigest() {
	if said := j.digest(0); !strings.Contains(said, ": sent, 1 recipients") {
		j.t.Fatalf("the first digest: %s", said)
	}
	text := j.mail(carla, "situazione di partenza")
	wantInOrder(j.t, text, "Buongiorno", "DA FARE SUBITO (1)", "Apache HTTP Server 2.4.58", "2.4.60", "CVE-2024-38475", "CISA KEV", "Perché voi", "2.4.58",
		"DA PIANIFICARE (1)", "Fortinet FortiOS 7.2.4", "POSSIBILI, DA VERIFICARE (1)", "versione della distribuzione", "TLP:AMBER")
	for _, want := range []string{"CVE-2022-3996", "CVE-2023-33301", "3.0.7", j.base + "/o/" + bodyCode} {
		if !strings.Contains(text, want) {
			j.t.Errorf("the digest does not say %q:\n%s", want, text)
		}
	}
	look(j.operator, "journey-digest-mail")
	if said := j.digest(0); !strings.Contains(said, ": already") {
		j.t.Errorf("a second run on the same day: %s", said)
	}
}

func wantInOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		_, after, ok := strings.Cut(rest, part)
		if !ok {
			t.Errorf("%q is missing, or not in its place, in:\n%s", part, text)
			return
		}
		rest = after
	}
}

// mark says of one CVE that it is fixed, of another that it does not touch them.
func (j *journey) mark() {
	p := j.member
	p.Open(j.base + "/home")
	p.WaitText(browser.CSS("main"), "1 cosa da fare subito")
	p.Follow(browser.Words("Vulnerabilità"))
	look(p, "journey-list")
	j.markOne("CVE-2024-38475", func() { p.Click(browser.CSS("input[value=fixed]")) })
	j.markOne("CVE-2022-3996", func() {
		p.Click(browser.CSS("input[value=not_affected]"))
		p.Choose(browser.Label("Motivo (VEX)"), "Il codice vulnerabile non viene eseguito")
	})
	p.Open(j.base + "/o/" + bodyCode + "/vulnerabilities?view=flat&state=marked")
	rows := strings.Join(p.Texts("main tbody tr"), "\n")
	for _, want := range []string{"CVE-2024-38475", "Risolta", "CVE-2022-3996", "Non ci riguarda"} {
		if !strings.Contains(rows, want) {
			j.t.Errorf("the marked ones do not show %q:\n%s", want, rows)
		}
	}
	look(p, "journey-marked")
}

func (j *journey) markOne(cve string, choose func()) {
	p := j.member
	p.Open(j.base + "/o/" + bodyCode + "/vulnerabilities/" + cve)
	p.WaitText(browser.CSS("#why"), "Avete dichiarato")
	choose()
	p.Follow(browser.Words("Segna"))
	p.WaitText(flash, "Segnata 1 vulnerabilità")
}

// quiet is the next day without news.
func (j *journey) quiet() {
	if said := j.digest(1); !strings.Contains(said, ": nothing") {
		j.t.Errorf("the next digest is not quiet: %s", said)
	}
}

// news is a day when a feed brings one CVE: the mail tells that one alone. A
// mark taken away opens the CVE again.
func (j *journey) news() {
	j.run("feed", "import", "nvd", "testdata/nvd-second.json")
	if said := j.digest(2); !strings.Contains(said, ": sent, 1 recipients") {
		j.t.Fatalf("the digest of a day with news: %s", said)
	}
	text := j.mail(carla, "da pianificare")
	if !strings.Contains(text, "CVE-2024-38473") || strings.Contains(text, "CVE-2024-38475") || strings.Contains(text, "CVE-2022-3996") {
		j.t.Errorf("the digest tells more or less than the news:\n%s", text)
	}
	p := j.member
	p.Open(j.base + "/o/" + bodyCode + "/vulnerabilities/CVE-2024-38475")
	p.Follow(browser.Words("Togli il segno"))
	p.WaitText(flash, "Tolto il segno a 1 vulnerabilità")
	p.Open(j.base + "/home")
	p.WaitText(browser.CSS("main"), "1 cosa da fare subito")
}

// withoutScripts walks the essential way with JavaScript off: register, paste a
// list, mark.
func (j *journey) withoutScripts() {
	p := j.member
	p.WithoutScripts()
	p.Open(j.base + "/o/" + bodyCode + "/stack/import")
	p.Fill(browser.Label("Elenco"), "OpenSSL; 3.0.6; Server di posta; 1\nun programma fatto in casa; 1.0")
	p.Follow(browser.Words("Controlla"))
	for range 50 { // the page is loaded again by hand until the list was read
		if !p.Has(browser.CSS("noscript")) {
			break
		}
		p.Follow(browser.Words("Aggiorna la pagina"))
	}
	p.WaitText(browser.CSS("main"), "Server di posta")
	p.Follow(browser.Words("Scrivi nella dotazione"))
	j.digest(3)
	p.Open(j.base + "/o/" + bodyCode + "/vulnerabilities/CVE-2022-3996")
	p.WaitText(browser.CSS("#why"), "Server di posta")
	p.Click(browser.CSS("input[value=mitigated]"))
	p.Follow(browser.Words("Segna"))
	p.WaitText(flash, "Segnat")
	p.Open(j.base + "/register")
	p.Fill(browser.Label("Denominazione"), "Comune di Vaglia")
	p.Fill(browser.Label("Codice IndicePA"), "c_l529")
	p.Choose(browser.Label("Tipo di ente"), "Comune")
	p.Fill(browser.Label("Comune in cui ha sede"), "Vaglia (FI)")
	p.Choose(browser.Label("Provincia"), "Firenze")
	p.Fill(browser.Label("PEC"), "comune.vaglia@pec.example")
	j.applicant(p)
	p.Fill(browser.Label("E-mail di lavoro"), "info@comune.vaglia.example")
	p.Click(browser.CSS("input[name=accept]"))
	p.Follow(browser.Words("Invia la registrazione"))
	p.WaitText(browser.CSS("h1"), "Controllate la posta")
	p.Open(linkIn(j.t, j.mail("info@comune.vaglia.example", "Confermate la registrazione")))
	p.Follow(browser.Words("Conferma"))
	p.WaitText(browser.CSS("h1"), "Comune di Vaglia")
}
