// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// Door is what a key opens. An address with a key in it ends up in the settings
// and logs of readers and firewalls: such a key opens nothing else.
type Door string

// The doors.
const (
	Feed      Door = "feed"      // Atom
	Blocklist Door = "blocklist" // plain lists
	Platform  Door = "platform"  // TAXII and MISP
)

// Doors lists them.
func Doors() []Door { return []Door{Feed, Blocklist, Platform} }

// Key is one that a program has.
type Key struct {
	ID           int64
	Organisation int64 // 0: a neighbouring CSIRT's
	Name         string
	Door         Door
	Upto         tlp.Label      // of a neighbour's: TLP:GREEN or TLP:CLEAR
	Allow        []netip.Prefix // it is used from; none: from anywhere
	Version      int64
	CreatedAt    time.Time
	CreatedBy    string
	OldUntil     time.Time // until when the secret before opens too
	UsedAt       time.Time // zero: never; known to some minutes
	UsedFrom     string
}

// Form is what a person says of a key.
type Form struct {
	Name  string
	Door  Door
	Upto  tlp.Label
	Allow string // networks, separated by blanks, commas or lines
}

// What is bounded.
const (
	maxKeys  = 20  // of one organisation; of the neighbours
	maxName  = 100 // bytes
	maxAllow = 50  // networks
)

// check gives the form in order, or a fault with what is wrong, field by field.
func (f Form) check(neighbour bool) (Form, []netip.Prefix, error) {
	f.Name = strings.Join(strings.Fields(f.Name), " ")
	wrong := fault.New(fault.Invalid, "exchange.invalid")
	if f.Name == "" || len(f.Name) > maxName {
		wrong.Field("name", "exchange.name", fault.P{"limit": maxName})
	}
	if !slices.Contains(Doors(), f.Door) {
		wrong.Field("door", "exchange.door")
	}
	switch {
	case !neighbour:
		f.Upto = ""
	case f.Upto != tlp.Clear && f.Upto != tlp.Green:
		wrong.Field("upto", "exchange.upto")
	}
	allow, bad := readNetworks(f.Allow)
	switch {
	case bad != "":
		wrong.Field("allow", "exchange.allow", fault.P{"text": bad})
	case len(allow) > maxAllow:
		wrong.Field("allow", "exchange.allow_many", fault.P{"limit": maxAllow})
	}
	if len(wrong.Fields) > 0 {
		return f, nil, wrong
	}
	return f, allow, nil
}

// readNetworks reads addresses and networks; bad is the first word that is none.
func readNetworks(text string) (out []netip.Prefix, bad string) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) }) {
		p, err := netip.ParsePrefix(word)
		if err != nil {
			a, err := netip.ParseAddr(word)
			if err != nil || a.Zone() != "" {
				return nil, word[:min(len(word), 60)]
			}
			p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
		if p = p.Masked(); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out, ""
}

func writeNetworks(list []netip.Prefix) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = p.String()
	}
	return strings.Join(words, " ")
}

// admits says whether the key may be used from an address.
func (k Key) admits(from netip.Addr) bool {
	return len(k.Allow) == 0 || slices.ContainsFunc(k.Allow, func(p netip.Prefix) bool { return p.Contains(from.Unmap().WithZone("")) })
}

// secretPrefix tells people and scanners of leaked secrets what it is.
const secretPrefix = "mx_"

// newSecret makes a key's secret: 130 random bits that fit in an address.
func newSecret() string { return secretPrefix + rand.Text() }

// hashOf gives what is kept of a secret. It is random, so a slow hash would gain
// nothing; ok is false for what cannot be one and needs no look-up.
func hashOf(secret string) (hash string, ok bool) {
	text, ok := strings.CutPrefix(secret, secretPrefix)
	if !ok || len(text) != 26 || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return "", false
	}
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:]), true
}
