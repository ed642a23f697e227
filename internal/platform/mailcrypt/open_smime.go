// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"
)

// opaque opens S/MIME that stands alone: encrypted, or signed with its content inside.
func (o *opener) opaque(e entity) (entity, error) {
	der := e.decoded()
	p, err := pkcs7.Parse(der)
	if err != nil {
		return e, fmt.Errorf("%w (%w)", ErrLocked, err)
	}
	if len(p.Signers) > 0 {
		content := p.Content
		o.say(o.senders.judge(p, o.from, o.at))
		return read(content), nil
	}
	if o.ring == nil || o.ring.SMIME == nil {
		return e, ErrLocked
	}
	plain, err := p.Decrypt(o.ring.SMIME.leaf, o.ring.SMIME.key)
	if err != nil {
		return e, fmt.Errorf("%w (%w)", ErrLocked, err)
	}
	o.out.Encrypted = SMime
	return read(plain), nil
}

// cms verifies a signature that stands beside what it signs.
func (s Senders) cms(content, der []byte, from string, at time.Time) Verdict {
	p, err := pkcs7.Parse(der)
	if err != nil {
		return Verdict{Kind: SMime, Trust: Broken}
	}
	p.Content = content
	return s.judge(p, from, at)
}

// judge says what a signature is worth: the signer's certificate is one of the
// senders', or one of theirs signed it for the address the mail is from.
func (s Senders) judge(p *pkcs7.PKCS7, from string, at time.Time) Verdict {
	v := Verdict{Kind: SMime, Trust: Unknown}
	p.Certificates = append(slices.Clone(p.Certificates), s.certificates...) // some mails leave the signer's own out
	signer := p.GetOnlySigner()
	if signer == nil {
		return v
	}
	v.Signer, v.Fingerprint = subjectOf(signer), fingerprint(signer)
	switch err := p.Verify(); {
	case err != nil:
		v.Trust = Broken
	case at.Before(signer.NotBefore) || at.After(signer.NotAfter):
	case slices.ContainsFunc(s.certificates, signer.Equal), s.issued(signer, p.Certificates, from, at):
		v.Trust = Verified
	}
	return v
}

// issued says whether an authority among the senders' certificates vouches for a
// signer who is the sender.
func (s Senders) issued(signer *x509.Certificate, known []*x509.Certificate, from string, at time.Time) bool {
	if from == "" || !slices.ContainsFunc(signer.EmailAddresses, func(a string) bool { return strings.EqualFold(a, from) }) {
		return false
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range s.certificates {
		if c.IsCA {
			roots.AddCert(c)
		}
	}
	for _, c := range known[:min(len(known), 20)] {
		between.AddCert(c)
	}
	_, err := signer.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}})
	return err == nil
}

func subjectOf(c *x509.Certificate) string {
	name := c.Subject.CommonName
	if name == "" {
		name = c.Subject.String()
	}
	if len(c.EmailAddresses) > 0 && !strings.Contains(name, c.EmailAddresses[0]) {
		name += " <" + c.EmailAddresses[0] + ">"
	}
	return strings.TrimSpace(name)
}

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
