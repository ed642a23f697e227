// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

var (
	defangedScheme = regexp.MustCompile(`(?i)^(?:h[tx*]{2}p(s?)|f[xt*]p)(?:\[?:\]?//|\[://\]|\[:/\]/|:\[//\]|\[:\]\\/\\/)`)
	spacedDot      = regexp.MustCompile(`\s\[\.\]\s|\[\s\.\s\]`)
	hostName       = regexp.MustCompile(`^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$`)
	hexDigits      = regexp.MustCompile(`^[0-9A-Fa-f]+$`)
)

// fangs are the ways a dot, an at sign and what begins an address are written
// so that no program makes a link of them.
var fangs = strings.NewReplacer(
	"[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "(dot)", ".", "{dot}", ".", "[DOT]", ".", "(DOT)", ".",
	"[punto]", ".", "(punto)", ".", `\.`, ".", "[at]", "@", "(at)", "@", "{at}", "@", "[AT]", "@", "(AT)", "@", "[@]", "@", "(@)", "@",
	"[://]", "://", "[:]", ":", "(:)", ":", "[/]", "/", "[:/]", ":/", "[//]", "//",
)

// refang writes s as it was before somebody made it unclickable; changed says
// whether it had been.
func refang(s string) (plain string, changed bool) {
	plain = fangs.Replace(s)
	if m := defangedScheme.FindStringSubmatchIndex(plain); m != nil {
		scheme := "http"
		switch first := plain[0]; {
		case first == 'f' || first == 'F':
			scheme = "ftp"
		case m[3] > m[2]:
			scheme = "https"
		}
		plain = scheme + "://" + plain[m[1]:]
	}
	was, now := strings.ToLower(s), strings.ToLower(plain)
	return plain, was != now
}

// ReadIndicator reads one indicator that a person wrote, defanged or not; false
// for what is none. Addresses inside networks nobody else has are refused.
func ReadIndicator(written string) (Indicator, bool) {
	plain, _ := refang(strings.TrimSpace(written))
	t, value := classify(plain, true)
	if t == TypeIP {
		if ip, err := netip.ParseAddr(value); err != nil || !blockable(ip) {
			return Indicator{}, false
		}
	}
	return Indicator{Type: t, Value: value, Written: written}, t != "" && value != ""
}

// fileEndings are top-level domains that files end in more often than names of hosts do.
const fileEndings = " zip mov sh py pl rs so app pub md ps cab bat "

// classify says what sort of indicator a refanged word is; "" for none. loose
// allows names under top-level domains nobody has, which only who defangs means.
func classify(s string, loose bool) (t IndicatorType, value string) {
	if t := hashType(s); t != "" {
		return t, strings.ToLower(s)
	}
	if len(s) > maxAddress || !strings.ContainsAny(s, ".:") {
		return "", ""
	}
	if t, value = address(s); t != "" {
		return t, value
	}
	if i := strings.Index(s, "://"); i > 0 {
		return urlOf(s, s[:i], loose)
	}
	if strings.Contains(s, "@") {
		return emailOf(s, loose)
	}
	if name, ok := hostOf(s, loose); ok {
		return TypeDomain, name
	}
	host, _, isPath := strings.Cut(s, "/")
	if name, ok := hostOf(host, loose); ok && isPath && loose {
		return TypeURL, name + s[len(host):]
	}
	if host, _, isPort := strings.Cut(s, ":"); isPort {
		if name, ok := hostOf(host, loose); ok {
			return TypeDomain, name
		}
	}
	return "", ""
}

// hashType tells hashes by their length. Zeros and the like are no hash.
func hashType(s string) IndicatorType {
	types := map[int]IndicatorType{32: TypeMD5, 40: TypeSHA1, 64: TypeSHA256, 128: TypeSHA512}
	if t := types[len(s)]; t != "" && hexDigits.MatchString(s) && strings.Count(s, s[:1]) < len(s)/2 {
		return t
	}
	return ""
}

// address reads an IP address, with a port or as a network.
func address(s string) (IndicatorType, string) {
	if ip, err := netip.ParseAddr(s); err == nil {
		return TypeIP, ip.Unmap().WithZone("").String()
	}
	if at, err := netip.ParseAddrPort(s); err == nil {
		return TypeIP, at.Addr().Unmap().WithZone("").String()
	}
	if n, err := netip.ParsePrefix(s); err == nil {
		return TypeNetwork, n.Masked().String()
	}
	return "", ""
}

func urlOf(s, scheme string, loose bool) (IndicatorType, string) {
	u, err := url.Parse(s)
	switch scheme = strings.ToLower(scheme); {
	case err != nil, scheme != "http" && scheme != "https" && scheme != "ftp":
		return "", ""
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err != nil {
		if name, ok := hostOf(host, loose); !ok {
			return "", ""
		} else if name != host {
			u.Host = strings.Replace(u.Host, host, name, 1)
		}
	} else if !blockable(ip) {
		return TypeURL, "" // recognised, and refused
	}
	// Escapes and the order of a query stay as they are: what is looked for must be the same text.
	return TypeURL, scheme + "://" + strings.Replace(s[len(scheme)+3:], host, u.Hostname(), 1)
}

func emailOf(s string, loose bool) (IndicatorType, string) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" {
		return "", ""
	}
	at := strings.LastIndex(a.Address, "@")
	if name, ok := hostOf(a.Address[at+1:], loose); ok {
		return TypeEmail, a.Address[:at+1] + name
	}
	return "", ""
}

// hostOf reads the name of a host, in the letters of the network.
func hostOf(s string, loose bool) (string, bool) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if len(s) > 253 || !strings.Contains(s, ".") {
		return "", false
	}
	if !isASCII(s) {
		ascii, err := idna.Lookup.ToASCII(s)
		if err != nil {
			return "", false
		}
		s = ascii
	}
	if !hostName.MatchString(s) {
		return "", false
	}
	return s, loose || isPublic(s)
}

// isPublic says whether a name not defanged can be a host: its ending is one of
// the real ones, and not that of a file or of an example.
func isPublic(s string) bool {
	suffix, icann := publicsuffix.PublicSuffix(s)
	if !icann && !strings.Contains(suffix, ".") || suffix == s {
		return false
	}
	last := s[strings.LastIndex(s, ".")+1:]
	return !strings.Contains(fileEndings, " "+last+" ") && !isExample(s)
}

// isExample knows the names kept for examples (RFC 2606).
func isExample(s string) bool {
	for _, e := range []string{"example.com", "example.org", "example.net", "example", "test", "invalid", "localhost"} {
		if s == e || strings.HasSuffix(s, "."+e) {
			return true
		}
	}
	return false
}

// blockable says whether an address is somebody's on the Internet: to block
// others would cut off one's own network.
func blockable(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsValid() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsUnspecified() &&
		!ip.IsMulticast() && !ip.IsLinkLocalUnicast() && ip != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
