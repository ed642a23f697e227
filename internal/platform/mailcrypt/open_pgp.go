// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/gopenpgp/v3/constants"
	pgp "github.com/ProtonMail/gopenpgp/v3/crypto"
	"github.com/ProtonMail/gopenpgp/v3/profile"
)

func (o *opener) pgpMIME(e entity, boundary string) (entity, error) {
	parts := children(e.body, boundary)
	if len(parts) < 2 {
		return e, fmt.Errorf("%w: its parts are not those of RFC 3156", ErrLocked)
	}
	plain, verdict, err := o.decrypt(read(parts[1]).decoded())
	if err != nil {
		return e, err
	}
	o.hear(verdict)
	return read(plain), nil
}

// hear notes the signature that was inside of an encryption, if there was one.
func (o *opener) hear(v *Verdict) {
	o.out.Encrypted = OpenPGP
	if v != nil {
		o.say(*v)
	}
}

// decrypt opens an OpenPGP message with our key.
func (o *opener) decrypt(message []byte) ([]byte, *Verdict, error) {
	if o.ring == nil || o.ring.PGP == nil {
		return nil, nil, ErrLocked
	}
	handle, err := pgp.PGPWithProfile(profile.Default()).Decryption().DecryptionKey(o.ring.PGP.key).VerificationKeys(o.senders.pgp).
		VerifyTime(o.at.Unix()).MaxDecompressedMessageSize(maxInside).New()
	if err != nil {
		return nil, nil, fmt.Errorf("%w (%w)", ErrLocked, err)
	}
	out, err := handle.Decrypt(message, pgp.Auto)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("%w (%w)", ErrLocked, err)
	case len(out.Bytes()) > maxInside:
		return nil, nil, ErrUnpacked
	}
	return out.Bytes(), pgpVerdict(&out.VerifyResult), nil
}

// pgpVerdict says what a signature is worth; nil where there is none.
func pgpVerdict(r *pgp.VerifyResult) *Verdict {
	v := &Verdict{Kind: OpenPGP, Trust: Broken, Fingerprint: strings.ToUpper(r.SignedByKeyIdHex())}
	if k := r.SignedByKey(); k != nil {
		v.Signer, v.Fingerprint = nameOf(k), strings.ToUpper(k.GetFingerprint())
	}
	failure := new(pgp.SignatureVerificationError)
	switch err := r.SignatureError(); {
	case err == nil:
		v.Trust = Verified
	case !errors.As(err, failure):
	case failure.Status == constants.SIGNATURE_NOT_SIGNED:
		return nil
	case failure.Status == constants.SIGNATURE_NO_VERIFIER:
		v.Trust = Unknown
	}
	return v
}

func nameOf(k *pgp.Key) string {
	var all []string
	for name := range k.GetEntity().Identities {
		all = append(all, name)
	}
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	return all[0]
}

func (s Senders) verifier(at time.Time) (pgp.PGPVerify, error) {
	return pgp.PGPWithProfile(profile.Default()).Verify().VerificationKeys(s.pgp).VerifyTime(at.Unix()).MaxDecompressedMessageSize(maxInside).New()
}

// detached verifies a signature that stands beside what it signs.
func (s Senders) detached(content, signature []byte, at time.Time) Verdict {
	broken := Verdict{Kind: OpenPGP, Trust: Broken}
	handle, err := s.verifier(at)
	if err != nil {
		return broken
	}
	r, err := handle.VerifyDetached(content, signature, pgp.Auto)
	if err != nil {
		return broken
	}
	if v := pgpVerdict(r); v != nil {
		return *v
	}
	return broken
}

const (
	armourMessage = "-----BEGIN PGP MESSAGE-----"
	armourSigned  = "-----BEGIN PGP SIGNED MESSAGE-----"
	endMessage    = "-----END PGP MESSAGE-----"
	endSigned     = "-----END PGP SIGNATURE-----"
)

// inline opens OpenPGP that stands in the text. Text around it nobody signed: a
// signature is then not one of the mail.
func (o *opener) inline(e entity) (entity, bool, error) {
	body := e.decoded()
	before, armour, after, what := armoured(body)
	if what == "" {
		return e, false, nil
	}
	known := len(o.out.Signatures)
	text, err := o.armour(armour, what)
	if err != nil {
		return e, false, err
	}
	around := append(bytes.TrimSpace(before), bytes.TrimSpace(after)...)
	if len(around) > 0 && len(o.out.Signatures) > known {
		o.out.Signatures[known].Trust = Broken
	}
	o.touched = true
	return entity{[]headField{{"content-type", "Content-Type: text/plain; charset=utf-8"}, {"content-transfer-encoding", "Content-Transfer-Encoding: 8bit"}},
		slices.Concat(before, text, after)}, true, nil
}

// inlinePart opens the first part of text that is OpenPGP. Beside other parts its
// signature is not one of the mail, and vouches for nothing.
func (o *opener) inlinePart(e entity, boundary string) (entity, bool, error) {
	parts := children(e.body, boundary)
	for i, raw := range parts {
		p := read(raw)
		if kind, _ := p.media(); kind != "text/plain" {
			continue
		}
		known := len(o.out.Signatures)
		inner, again, err := o.inline(p)
		if err != nil || !again {
			if err != nil {
				return e, false, err
			}
			continue
		}
		for j := range o.out.Signatures[known:] {
			if v := &o.out.Signatures[known+j]; v.Trust == Verified && len(parts) > 1 {
				v.Trust = Unknown
			}
		}
		parts[i] = p.around(inner).bytes()
		return e.with(parts, boundary), true, nil
	}
	return e, false, nil
}

func (o *opener) armour(armour []byte, what string) ([]byte, error) {
	if what == armourMessage {
		plain, verdict, err := o.decrypt(armour)
		if err == nil {
			o.hear(verdict)
		}
		return plain, err
	}
	handle, err := o.senders.verifier(o.at)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrLocked, err)
	}
	r, err := handle.VerifyCleartext(armour)
	if err != nil {
		o.say(Verdict{Kind: OpenPGP, Trust: Broken})
		return bytes.ReplaceAll(armour, []byte(armourSigned), nil), nil // not to be found again
	}
	if v := pgpVerdict(&r.VerifyResult); v != nil {
		o.say(*v)
	}
	return r.Cleartext(), nil
}

// armoured finds the first OpenPGP message or signed text.
func armoured(body []byte) (before, armour, after []byte, what string) {
	for _, kind := range [][2]string{{armourMessage, endMessage}, {armourSigned, endSigned}} {
		start := bytes.Index(body, []byte(kind[0]))
		if start < 0 || start > 0 && body[start-1] != '\n' {
			continue
		}
		length := bytes.Index(body[start:], []byte(kind[1]))
		if length < 0 {
			continue
		}
		end := start + length + len(kind[1])
		return body[:start], body[start:end], body[end:], kind[0]
	}
	return nil, nil, nil, ""
}
