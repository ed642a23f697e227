// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params say how expensive a hash is.
type Params struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8
}

// OWASP is the first choice of OWASP's Password Storage Cheat Sheet for
// argon2id: 19 MiB, two passes, one thread.
func OWASP() Params { return Params{Memory: 19 * 1024, Time: 2, Threads: 1} }

// Bounds of what is accepted from a stored string: somebody who can write one
// must not be able to make us compute for hours.
const (
	maxMemory          = 256 * 1024
	maxTime            = 16
	maxThreads         = 8
	minSalt, maxSalt   = 8, 64
	minHash, maxHash   = 16, 64
	saltSize, hashSize = 16, 32
	longestPHC         = 256
	argonVersion       = argon2.Version
	argonName          = "argon2id"
)

var errPHC = errors.New("password: not an argon2id string in PHC form")

var b64 = base64.RawStdEncoding.Strict()

// phc is a stored hash: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
type phc struct {
	params     Params
	salt, hash []byte
}

// String writes it down.
func (p phc) String() string {
	return fmt.Sprintf("$%s$v=%d$m=%d,t=%d,p=%d$%s$%s", argonName, argonVersion,
		p.params.Memory, p.params.Time, p.params.Threads, b64.EncodeToString(p.salt), b64.EncodeToString(p.hash))
}

func parsePHC(text string) (p phc, err error) {
	if len(text) > longestPHC {
		return phc{}, errPHC
	}
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != argonName || parts[2] != fmt.Sprintf("v=%d", argonVersion) {
		return phc{}, errPHC
	}
	if p.params, err = parseParams(parts[3]); err != nil {
		return phc{}, err
	}
	p.salt, err = decode(parts[4], minSalt, maxSalt)
	if err != nil {
		return phc{}, err
	}
	p.hash, err = decode(parts[5], minHash, maxHash)
	return p, err
}

func parseParams(text string) (Params, error) {
	var p Params
	if n, err := fmt.Sscanf(text, "m=%d,t=%d,p=%d", &p.Memory, &p.Time, &p.Threads); err != nil || n != 3 {
		return Params{}, errPHC
	}
	// Written back it must be the same: nothing before, after or between.
	if fmt.Sprintf("m=%d,t=%d,p=%d", p.Memory, p.Time, p.Threads) != text {
		return Params{}, errPHC
	}
	return p, p.check()
}

func (p Params) check() error {
	switch {
	case p.Threads < 1 || p.Threads > maxThreads,
		p.Time < 1 || p.Time > maxTime,
		p.Memory < 8*uint32(p.Threads) || p.Memory > maxMemory:
		return fmt.Errorf("password: parameters out of bounds: m=%d,t=%d,p=%d", p.Memory, p.Time, p.Threads)
	}
	return nil
}

func decode(text string, least, most int) ([]byte, error) {
	raw, err := b64.DecodeString(text)
	if err != nil || len(raw) < least || len(raw) > most {
		return nil, errPHC
	}
	return raw, nil
}
