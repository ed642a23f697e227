// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// Kind is what a key is for.
type Kind string

// The kinds of keys.
const (
	OpenPGP Kind = "openpgp"
	SMIME   Kind = "smime"
)

// Problem is why a key cannot be used, whatever the day.
type Problem string

// The problems, the gravest first.
const (
	Revoked      Problem = "revoked"       // its owner, or who he named, withdrew it
	WeakKey      Problem = "weak_key"      // RSA under 2048 bits, DSA, ElGamal: can be broken
	WeakHash     Problem = "weak_hash"     // vouched for with SHA-1 or MD5: can be forged
	NoEncryption Problem = "no_encryption" // signs, but nothing can be encrypted to it
	NotForMail   Problem = "not_for_mail"  // a certificate for another purpose
	Unsigned     Problem = "unsigned"      // an OpenPGP key whose own signature is missing or wrong
)

// Key is a public key, as it was read.
type Key struct {
	Kind        Kind
	Fingerprint string // hexadecimal, upper case: of an OpenPGP key its own, of a certificate its SHA-256
	ID          string // what people call it by: the OpenPGP key id, the certificate's serial number
	Issuer      string // of a certificate
	Algorithm   string // "RSA 4096", "Ed25519 + X25519"
	UserIDs     []string
	Addresses   []string // lower case
	CreatedAt   time.Time
	ExpiresAt   time.Time // the moment from which nothing can be encrypted to it; zero: never
	Problems    []Problem // the gravest first
	Data        []byte    // the public key alone: OpenPGP packets, or DER
}

// For says whether an address stands in the key.
func (k Key) For(address string) bool {
	return slices.Contains(k.Addresses, strings.ToLower(strings.TrimSpace(address)))
}

// State says whether a key can be used at a moment.
type State string

// The states, the best first.
const (
	Usable   State = "usable"
	Expiring State = "expiring" // usable, but for Notice at most
	Expired  State = "expired"
	Unusable State = "unusable" // for the Problem given
	None     State = "none"     // there is no key at all
)

// Notice is how long before its end a key is said to be expiring.
const Notice = 60 * 24 * time.Hour

// skew is how much the clock of who made a key may be ahead of ours.
const skew = 24 * time.Hour

// NotYet is the reason of a key that is made for the future.
const NotYet Problem = "not_yet"

// StateAt says whether the key can be used at a moment and, when it is Unusable, why not.
func (k Key) StateAt(at time.Time) (State, Problem) {
	switch {
	case len(k.Problems) > 0:
		return Unusable, k.Problems[0]
	case k.CreatedAt.After(at.Add(skew)):
		return Unusable, NotYet
	case k.ExpiresAt.IsZero():
		return Usable, ""
	case !k.ExpiresAt.After(at):
		return Expired, ""
	case k.ExpiresAt.Sub(at) <= Notice:
		return Expiring, ""
	}
	return Usable, ""
}

// Best gives the place of the key to use at a moment, its state and why it is
// unusable: the best state wins, among equals the one that lasts longest, then
// the one made last. -1 and None when there are no keys.
func Best(all []Key, at time.Time) (int, State, Problem) {
	best, state, why := -1, None, Problem("")
	for i, k := range all {
		s, w := k.StateAt(at)
		if best < 0 || rank(s) < rank(state) || rank(s) == rank(state) && k.outlasts(all[best]) {
			best, state, why = i, s, w
		}
	}
	return best, state, why
}

func rank(s State) int { return slices.Index([]State{Usable, Expiring, Expired, Unusable}, s) }

func (k Key) outlasts(other Key) bool {
	switch {
	case k.ExpiresAt.Equal(other.ExpiresAt):
		return k.CreatedAt.After(other.CreatedAt)
	case k.ExpiresAt.IsZero() || other.ExpiresAt.IsZero():
		return k.ExpiresAt.IsZero()
	}
	return k.ExpiresAt.After(other.ExpiresAt)
}

// What Read answers to what it does not take.
var (
	ErrPrivate = errors.New("this holds a private key")
	ErrNoKey   = errors.New("no OpenPGP key and no certificate can be read in this")
	ErrSeveral = errors.New("more than one key or certificate of a person")
	ErrLarge   = errors.New("larger than a public key is")
)

// MaxSize bounds what is read, in bytes.
const MaxSize = 512 << 10

// maxUserIDs bounds what is kept of the names in a key.
const maxUserIDs = 50

// Read reads one key out of a file or of pasted text, as it stands at a moment.
// Of several in one file it takes the one that holds the address, if there is
// exactly one. It refuses what holds a private key, whatever else is in it.
func Read(data []byte, address string, at time.Time) (Key, error) {
	switch {
	case len(data) > MaxSize:
		return Key{}, ErrLarge
	case holdsPrivate(data):
		return Key{}, ErrPrivate
	}
	all, err := readPGP(data, at)
	if errors.Is(err, ErrPrivate) {
		return Key{}, err
	}
	if len(all) == 0 {
		all = readX509(data)
	}
	return choose(all, address)
}

func choose(all []Key, address string) (Key, error) {
	if len(all) > 1 {
		all = slices.DeleteFunc(all, func(k Key) bool { return !k.For(address) })
		if len(all) != 1 {
			return Key{}, ErrSeveral
		}
	}
	if len(all) == 0 {
		return Key{}, ErrNoKey
	}
	return all[0], nil
}

// Groups writes a fingerprint as people read it out: in groups of four.
func Groups(fingerprint string) string {
	var b strings.Builder
	for i, r := range fingerprint {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
