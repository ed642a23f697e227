// SPDX-License-Identifier: EUPL-1.2

package csaf

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
)

// The codes of why a document is refused.
const (
	CodeHash      = "intake.csaf.hash"      // it is not the one its hash was made of
	CodeSignature = "intake.csaf.signature" // its signature is not the provider's
	CodeUnproved  = "intake.csaf.unproved"  // a trusted provider offers no hash or no signature
	CodeKey       = "intake.csaf.key"       // the provider's key is not the one it names
)

const maxProof = 1 << 20 // bytes of a hash, a signature, a key

// trusted providers must offer hashes and signatures (CSAF 2.0, 7.2.3).
func (m metadata) trusted() bool { return m.Role == "csaf_trusted_provider" }

// verify holds a document against its hash and its signature: an Invalid fault says what does not fit.
func (k *keys) verify(ctx context.Context, d document, data []byte) error {
	strong, weak := sha512.Sum512(data), sha256.Sum256(data)
	hashed := false
	for _, h := range []struct {
		url string
		sum []byte
	}{{d.sha512, strong[:]}, {d.sha256, weak[:]}} {
		text, err := k.p.proof(ctx, h.url)
		if err != nil {
			return err
		}
		if text == nil {
			continue
		}
		if fields := strings.Fields(string(text)); len(fields) == 0 || !strings.EqualFold(fields[0], hex.EncodeToString(h.sum)) {
			return fault.New(fault.Invalid, CodeHash)
		}
		hashed = true
	}
	signed, err := k.signed(ctx, d, data)
	if err != nil {
		return err
	}
	if k.m.trusted() && (!hashed || !signed) {
		return fault.New(fault.Invalid, CodeUnproved)
	}
	return nil
}

// signed verifies a signature; false where there is none to verify.
func (k *keys) signed(ctx context.Context, d document, data []byte) (bool, error) {
	if len(k.m.Keys) == 0 {
		return false, nil
	}
	signature, err := k.p.proof(ctx, d.signature)
	if err != nil || signature == nil {
		return false, err
	}
	if err := k.load(ctx); err != nil {
		return false, err
	}
	_, err = openpgp.CheckArmoredDetachedSignature(k.ring, bytes.NewReader(data), bytes.NewReader(signature), &packet.Config{Time: k.p.o.Now})
	if err != nil {
		return false, fault.New(fault.Invalid, CodeSignature).Because(err)
	}
	return true, nil
}

// load reads the provider's keys, and believes only those with the fingerprint it names.
func (k *keys) load(ctx context.Context) error {
	if k.read {
		return nil
	}
	for _, key := range k.m.Keys[:min(len(k.m.Keys), maxFeeds)] {
		r, err := pull.Get(ctx, k.p.c, fetch.Request{URL: key.URL, Header: k.p.o.headerFor(key.URL)}, maxProof)
		if err != nil {
			return err
		}
		ring, err := openpgp.ReadArmoredKeyRing(bytes.NewReader(r.Body))
		if err != nil {
			return fault.New(fault.Unavailable, CodeKey, fault.P{"host": pull.Host(key.URL)}).Because(err)
		}
		for _, e := range ring {
			if key.Fingerprint == "" || strings.EqualFold(hex.EncodeToString(e.PrimaryKey.Fingerprint), strings.ReplaceAll(key.Fingerprint, " ", "")) {
				k.ring = append(k.ring, e)
			}
		}
	}
	if len(k.ring) == 0 {
		return fault.New(fault.Unavailable, CodeKey, fault.P{"host": pull.Host(k.p.o.Address)})
	}
	k.read = true
	return nil
}

// proof reads a hash or a signature; nil where there is none.
func (p *puller) proof(ctx context.Context, address string) ([]byte, error) {
	if address == "" {
		return nil, nil
	}
	r, err := pull.Get(ctx, p.c, fetch.Request{URL: address, Header: p.o.headerFor(address)}, maxProof)
	var f *fault.Error
	if errors.As(err, &f) && (f.Params["status"] == http.StatusNotFound || f.Params["status"] == http.StatusGone) {
		return nil, nil
	}
	return r.Body, err
}
