// SPDX-License-Identifier: EUPL-1.2

package check

import (
	"net/mail"
	"net/url"
	"strings"
)

// maxAddress is the longest mailbox SMTP can carry (RFC 5321, 4.5.3.1.3, without the brackets).
const maxAddress = 254

// Email reads a bare mailbox and gives it with its domain in lower case.
// Internationalised addresses are taken in their ASCII form only, because a
// certified mailbox (PEC) never has another.
func Email(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > maxAddress || !printableASCII(s) {
		return "", false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.ContainsAny(s, "\"<> ") {
		return "", false
	}
	at := strings.LastIndexByte(s, '@')
	if at > 64 {
		return "", false
	}
	domain, ok := Domain(s[at+1:])
	return s[:at+1] + domain, ok
}

// Domain reads a host name with at least two labels and gives it in lower case.
func Domain(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	labels := strings.Split(s, ".")
	if len(s) > 253 || len(labels) < 2 {
		return "", false
	}
	for _, l := range labels {
		if !label(l) {
			return "", false
		}
	}
	return s, !allDigits(labels[len(labels)-1])
}

// label follows RFC 1123, 2.1: letters, digits and inner hyphens.
func label(l string) bool {
	if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	for i := range len(l) {
		if c := l[i]; c != '-' && !alphanumeric(c) {
			return false
		}
	}
	return true
}

// Website reads an address of a web site, with or without its scheme, and
// gives it with one. Credentials in an address are refused.
func Website(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 500 || !printableASCII(s) || strings.Contains(s, " ") {
		return "", false
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Port() != "" {
		return "", false
	}
	host, ok := Domain(u.Host)
	if !ok {
		return "", false
	}
	u.Host, u.Fragment, u.RawFragment = host, "", ""
	return strings.TrimSuffix(u.String(), "/"), true
}

// Host gives the host of a web site without a leading "www.".
func Host(website string) string {
	u, err := url.Parse(website)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
}

// MailDomain gives what follows the @ of a mailbox.
func MailDomain(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	return strings.ToLower(domain)
}

// Phone reads a telephone number and gives it as an optional plus and digits.
// Spaces, dots, hyphens, slashes and brackets between the digits are ignored; "00" is a plus.
func Phone(s string) (string, bool) {
	s = strings.TrimSpace(s)
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9', r == '+' && i == 0:
			b.WriteRune(r)
		case strings.ContainsRune(" .-/()", r):
		default:
			return "", false
		}
	}
	out := b.String()
	if rest, ok := strings.CutPrefix(out, "00"); ok {
		out = "+" + rest
	}
	digits := len(strings.TrimPrefix(out, "+"))
	return out, digits >= 3 && digits <= 15 // 112 to E.164's longest
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
