// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"errors"
	"fmt"
	"strings"
	"time"

	pgp "github.com/ProtonMail/gopenpgp/v3/crypto"
	"github.com/ProtonMail/gopenpgp/v3/profile"
)

// Detached signs data and gives the signature as text (.asc).
func (p *PGP) Detached(data []byte, at time.Time) (string, error) {
	out, err := p.detached(data, at, pgp.Armor)
	return string(out) + "\n", err
}

func (p *PGP) detached(data []byte, at time.Time, encoding int8) ([]byte, error) {
	signer, err := pgp.PGPWithProfile(profile.Default()).Sign().SigningKey(p.key).SignTime(at.Unix()).Detached().New()
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	out, err := signer.Sign(data, encoding)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNoSigning, err)
	}
	return out, nil
}

// ClearSign gives text readable as it is, with the signature around it, as
// security.txt (RFC 9116) wants it.
func (p *PGP) ClearSign(text string, at time.Time) (string, error) {
	signer, err := pgp.PGPWithProfile(profile.Default()).Sign().SigningKey(p.key).SignTime(at.Unix()).New()
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	out, err := signer.SignCleartext([]byte(strings.TrimSuffix(text, "\n"))) // the end of the last line belongs to the frame
	if err != nil {
		return "", fmt.Errorf("%w (%w)", ErrNoSigning, err)
	}
	return string(out) + "\n", nil
}

// encryptPGP encrypts to a public key; signer may be nil.
func encryptPGP(data []byte, to []byte, signer *PGP, at time.Time) ([]byte, error) {
	key, err := pgp.NewKey(to)
	if err != nil || key.IsPrivate() {
		return nil, errors.New("the recipient's OpenPGP key cannot be read")
	}
	b := pgp.PGPWithProfile(profile.Default()).Encryption().Recipient(key).EncryptionTime(at.Unix()).SignTime(at.Unix())
	if signer != nil {
		b = b.SigningKey(signer.key)
	}
	handle, err := b.New()
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	sealed, err := handle.Encrypt(data)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	text, err := sealed.ArmorBytes()
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return append(text, '\n'), nil
}
