// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"encoding/base32"
	"encoding/binary"
	"hash/crc32"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
)

// TokenPrefix begins every API token, so that whoever finds one in a file or a
// log, a person or a scanner for secrets, knows what it is.
const TokenPrefix = "mrt_"

// The bounds of an API token.
const (
	DefaultTokenDays = 90
	MaxTokenDays     = 365
	maxTokens        = 50 // of one person, alive
	maxTokenName     = 80
	maxTokenNets     = 20
)

// AccountScope is the scope that lets a token look after its person's own
// account; the other scopes are the names of permissions.
const AccountScope = "account"

// StepUpScope is the scope that lets a token do what asks a person for his
// second factor anew (gate.Recent). No program can show one: without the scope
// such operations stay closed to it. Making a token asks for the factor itself,
// so whoever gives the scope has just shown it.
const StepUpScope = "step-up"

// APIToken is a key with which a program acts as a person, within bounds.
type APIToken struct {
	ID           int64
	Person       int64
	PersonName   string
	Organisation int64 // the only one it enters; 0: all that the person may
	Name         string
	Hint         string // its beginning, for recognising it: "mrt_AB3D"
	Scopes       []string
	Addresses    []netip.Prefix // from where it is good; none: from everywhere
	CreatedAt    time.Time
	ExpiresAt    time.Time
	RevokedAt    time.Time // zero: it was not
	UsedAt       time.Time // to some minutes; zero: never
	UsedFrom     string
}

// Expired says whether the token has reached its end.
func (t APIToken) Expired(now time.Time) bool { return !now.Before(t.ExpiresAt) }

// TokenForm is a token as it was asked for.
type TokenForm struct {
	Name      string
	Scopes    []string
	Days      int // of life; 0: DefaultTokenDays
	Addresses string
}

// newAPIToken makes the text of a token: the prefix, 130 random bits and a
// checksum, which tells a mistyped one from a stranger's without asking anybody.
func newAPIToken() string {
	random := newToken()
	return TokenPrefix + random + checksum(random)
}

// checksum is the CRC-32 of the prefix and the random part, in base32.
func checksum(random string) string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(TokenPrefix+random)))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum)
}

// hashAPIToken gives what is kept of a token; false for what is none.
func hashAPIToken(text string) (hash string, ok bool) {
	random, ok := strings.CutPrefix(text, TokenPrefix)
	if !ok || len(random) <= tokenLength || random[tokenLength:] != checksum(random[:tokenLength]) {
		return "", false
	}
	_, ok = hashToken(random[:tokenLength])
	return digest(text), ok
}

// tokenHint is what is shown of a token after it was made.
func tokenHint(text string) string { return text[:len(TokenPrefix)+4] }

// check gives the form in canonical form. may says which scopes may be given on.
func (f TokenForm) check(may func(scope string) bool) (TokenForm, []netip.Prefix, error) {
	problems := fault.New(fault.Invalid, "web.form")
	f.Name = strings.Join(strings.Fields(f.Name), " ")
	if f.Name == "" || utf8.RuneCountInString(f.Name) > maxTokenName || strings.ContainsFunc(f.Name, invisible) {
		problems.Field("name", "identity.token.name", fault.P{"n": maxTokenName})
	}
	if f.Days == 0 {
		f.Days = DefaultTokenDays
	}
	if f.Days < 1 || f.Days > MaxTokenDays {
		problems.Field("days", "identity.token.days", fault.P{"n": MaxTokenDays})
	}
	f.Scopes = slices.Compact(slices.Sorted(slices.Values(f.Scopes)))
	if len(f.Scopes) == 0 {
		problems.Field("scopes", "identity.token.no_scope")
	}
	for _, s := range f.Scopes {
		if !may(s) {
			problems.Field("scopes", "identity.token.scope", fault.P{"scope": s})
			break
		}
	}
	nets, ok := parseNets(f.Addresses)
	if !ok {
		problems.Field("addresses", "identity.token.addresses", fault.P{"n": maxTokenNets})
	}
	return f, nets, problems.OrNil()
}

// parseNets reads addresses and networks separated by commas, spaces or lines.
func parseNets(text string) (out []netip.Prefix, ok bool) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\r' || r == '\t' }) {
		prefix, err := netip.ParsePrefix(word)
		if addr, addrErr := netip.ParseAddr(word); err != nil && addrErr == nil && addr.Zone() == "" {
			prefix, err = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
		}
		if err != nil || len(out) == maxTokenNets {
			return nil, false
		}
		out = append(out, prefix.Masked())
	}
	return out, true
}

func netsText(nets []netip.Prefix) string {
	words := make([]string, len(nets))
	for i, n := range nets {
		words[i] = n.String()
	}
	return strings.Join(words, ",")
}

// allows says whether the token is good from an address.
func (t APIToken) allows(from netip.Addr) bool {
	return len(t.Addresses) == 0 || slices.ContainsFunc(t.Addresses, func(p netip.Prefix) bool { return p.Contains(from.Unmap()) })
}

// limit is what the token lets its person do.
func (t APIToken) limit() access.Limit {
	l := access.Limit{Token: t.ID, Organisation: t.Organisation,
		Account: slices.Contains(t.Scopes, AccountScope), StepUp: slices.Contains(t.Scopes, StepUpScope)}
	for _, p := range access.Permissions() {
		if slices.Contains(t.Scopes, p.String()) {
			l.Permissions |= access.Of(p)
		}
	}
	return l
}
