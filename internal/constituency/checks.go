// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"
	"strings"

	"martinella/internal/constituency/check"
)

// Verdict is what an automatic check found.
type Verdict string

// The verdicts. A check never decides: it tells the operator where to look.
const (
	Fits    Verdict = "fits"
	Look    Verdict = "look"    // something to look at
	Unknown Verdict = "unknown" // nothing to compare with
)

// Check is one comparison the program made for the operator.
type Check struct {
	Key     string // the sentence: constituency.check.<key>.<verdict>
	Verdict Verdict
	Detail  string // what was compared, or with what
}

// Checks compares a registration with itself and with the lists.
func Checks(ref *Reference, o Organisation) []Check {
	return []Check{
		checkCode(ref, o.Record), checkName(ref, o.Record), checkFiscalCode(o.Record),
		checkPEC(o.Record), checkApplicantMail(o),
	}
}

// checkCode compares a municipality's code with IndicePA's convention c_<cadastral code>.
func checkCode(ref *Reference, r Record) Check {
	m, ok := ref.Municipality(r.Municipality)
	if !ok || r.Type != "municipality" {
		return Check{"code", Unknown, r.Code}
	}
	if r.Code != m.Code {
		return Check{"code", Look, m.Code}
	}
	return Check{"code", Fits, m.Code}
}

func checkName(ref *Reference, r Record) Check {
	m, ok := ref.Municipality(r.Municipality)
	if !ok || r.Type != "municipality" {
		return Check{"name", Unknown, ""}
	}
	if check.NameKey(r.Name) != check.NameKey(m.Name) {
		return Check{"name", Look, m.Name}
	}
	return Check{"name", Fits, m.Name}
}

func checkFiscalCode(r Record) Check {
	if r.FiscalCode == "" {
		return Check{"fiscal_code", Unknown, ""}
	}
	return Check{"fiscal_code", Fits, r.FiscalCode} // its check digit was verified when it was typed
}

// checkPEC looks for the words the domains of Italian certified mail use. There
// is no public list, so a domain without them is only something to look at.
func checkPEC(r Record) Check {
	if r.PEC == "" {
		return Check{"pec", Unknown, ""}
	}
	domain := check.MailDomain(r.PEC)
	for _, word := range []string{"pec", "postacert", "cert.", "legalmail"} {
		if strings.Contains(domain, word) {
			return Check{"pec", Fits, domain}
		}
	}
	return Check{"pec", Look, domain}
}

// checkApplicantMail compares the applicant's mailbox with the body's website.
func checkApplicantMail(o Organisation) Check {
	domain := check.MailDomain(o.Applicant.Email)
	if slices.Contains(freeMail(), domain) {
		return Check{"free_mail", Look, domain}
	}
	host := check.Host(o.Website)
	if host == "" {
		return Check{"mail", Unknown, domain}
	}
	if sameOwner(host, domain) {
		return Check{"mail", Fits, domain}
	}
	return Check{"mail", Look, domain}
}

// sameOwner says whether one name lies inside the other, or both in the same
// domain under the geographical ones Italian municipalities use (comune.prato.it, po-net.prato.it are not the same).
func sameOwner(a, b string) bool {
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

// freeMail are mail domains open to everybody, where a mailbox says nothing about the body.
func freeMail() []string {
	return []string{"gmail.com", "googlemail.com", "hotmail.com", "hotmail.it", "outlook.com", "outlook.it", "live.it", "yahoo.com",
		"yahoo.it", "libero.it", "virgilio.it", "alice.it", "tin.it", "tiscali.it", "icloud.com", "proton.me", "protonmail.com", "online.no"}
}
