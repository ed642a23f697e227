// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"net/netip"
	"net/url"
	"strings"
)

// finder reads indicators and links out of one part of a text.
type finder struct {
	b        *builder
	list     bool // this part is a list of indicators
	defanged bool // which are written defanged: what is not is a link to read
	hosts    bool // addresses of machines may be links, too: those who wrote them call them references
}

func (b *builder) newFinder(text string, kind SectionKind) *finder {
	f := finder{b: b, list: kind == SectionIndicators, hosts: kind == SectionReferences}
	f.defanged = f.list && containsAny(text, "[.]", "hxxp", "hXXp", "[dot]", "(.)", "[:]")
	return &f
}

// mayHold is a cheap look at whether a line can hold an indicator at all.
func (f *finder) mayHold(line string) bool {
	return f.list || containsAny(line, "[.]", "(.)", "{.}", "[dot]", "(dot)", "[DOT]", "[punto]", `\.`, "[at]", "(at)", "[@]", "xxp", "XXP", "**p", "[:]") ||
		len(line) >= 32 && longWord(line)
}

// longWord says whether a line has 32 hexadecimal digits in a row.
func longWord(line string) bool {
	run := 0
	for i := range len(line) {
		switch c := line[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
			if run++; run == 32 {
				return true
			}
		default:
			run = 0
		}
	}
	return false
}

// line reads one line.
func (f *finder) line(line string) {
	taken := map[string]bool{}
	if f.mayHold(line) {
		taken = f.indicators(line)
	}
	for _, address := range links(line) {
		if !taken[address] && !markedDefanged(address) && (f.hosts || !isMachine(address)) {
			f.b.link(address, "")
		}
	}
}

// isMachine says whether a web address has a number for a host: the ones of
// commands and examples do, those of pages to read do not.
func isMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	_, err = netip.ParseAddr(u.Hostname())
	return err == nil
}

func markedDefanged(s string) bool {
	_, changed := refang(s)
	return changed
}

// indicators takes the indicators of a line, and gives the words they were.
func (f *finder) indicators(line string) map[string]bool {
	taken := map[string]bool{}
	line = spacedDot.ReplaceAllString(line, "[.]")
	words := split(line)
	listed := f.list && isListing(line, words)
	for i, word := range words {
		plain, changed := refang(word)
		t, value := classify(plain, changed)
		switch {
		case t == "":
			if changed && strings.Contains(plain, ".") && f.list || f.list && len(words) == 1 && !isLabel(word) && !isWebAddress(word) {
				f.b.unplaced(line)
			}
		case isHash(t):
			if (f.list || !namesNoFile(words, i)) && !taken[word] {
				f.take(t, value, word, taken)
			}
		case changed, listed && !(f.defanged && t == TypeURL):
			f.take(t, value, word, taken)
		case f.list && t != TypeURL && !f.defanged:
			f.b.unplaced(line)
		}
	}
	return taken
}

func (f *finder) take(t IndicatorType, value, word string, taken map[string]bool) {
	taken[word] = true
	if value == "" || !reachable(t, value) {
		f.b.warn(WarnReserved, word)
		f.b.unplaced(word)
		return
	}
	f.b.indicator(Indicator{Type: t, Value: value, Written: short(word, maxAddress)})
}

// reachable refuses addresses that are nobody's on the Internet.
func reachable(t IndicatorType, value string) bool {
	switch t {
	case TypeIP:
		ip, err := netip.ParseAddr(value)
		return err == nil && blockable(ip)
	case TypeNetwork:
		n, err := netip.ParsePrefix(value)
		return err == nil && blockable(n.Addr()) && (n.Addr().Is4() && n.Bits() >= 8 || n.Addr().Is6() && n.Bits() >= 19)
	}
	return true
}

func isHash(t IndicatorType) bool {
	return t == TypeMD5 || t == TypeSHA1 || t == TypeSHA256 || t == TypeSHA512
}

// namesNoFile says whether what stands before a hash makes it that of a commit or of a key.
func namesNoFile(words []string, i int) bool {
	if i == 0 {
		return false
	}
	before := strings.ToLower(strings.Trim(words[i-1], ":"))
	return before == "commit" || before == "fingerprint" || before == "impronta" || before == "rev" || before == "uuid"
}

// split cuts a line into words as indicators are written: an address keeps its
// commas and brackets, other words do not.
func split(line string) (words []string) {
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool {
		return r == ' ' || r == '\t' || r == '<' || r == '>' || r == '"' || r == '|' || r == '`' || r == '«' || r == '»'
	}) {
		if strings.Contains(word, "//") {
			words = appendWord(words, word)
			continue
		}
		for part := range strings.FieldsFuncSeq(word, func(r rune) bool { return r == ',' || r == ';' || r == '=' }) {
			words = appendWord(words, part)
		}
	}
	return words
}

func appendWord(words []string, w string) []string {
	w = strings.TrimLeft(w, "'‘“-–•*·(")
	if len(w) > 4*maxAddress {
		return append(words, w)
	}
	if w = trimAddress(strings.TrimRight(w, "'’”")); w != "" {
		words = append(words, w)
	}
	return words
}

// isListing tells a row of a list or table from a sentence that names an
// address: beside indicators there are only words that label them.
func isListing(line string, words []string) bool {
	if strings.ContainsAny(line, "\t|;") {
		return true
	}
	for _, w := range words {
		plain, changed := refang(w)
		if t, _ := classify(plain, changed); t == "" && !isLabel(w) {
			return false
		}
	}
	return true
}

// labelWords are what stands beside an indicator in a list.
const labelWords = " ip ipv4 ipv6 indirizzo indirizzi address addresses dominio domini domain domains host hostname fqdn url urls uri link hash hashes" +
	" md5 sha1 sha-1 sha256 sha-256 sha512 sha-512 email e-mail mail mittente sender c2 c&c server di del da of phishing malware payload download" +
	" file nome ioc port porta tcp udp dropper network rete and e og adresse domene avsender "

func isLabel(w string) bool {
	w = strings.ToLower(strings.Trim(w, " .:()[]-"))
	return w == "" || strings.Contains(labelWords, " "+w+" ") || len(w) <= 3 && strings.Trim(w, "0123456789.)") == ""
}
