// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"encoding/json"
	"fmt"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/mailcrypt"
)

func packProof(p *mailcrypt.Proof) (string, error) {
	if p == nil {
		return "", nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("advisory: writing down how a mail was signed: %w", err)
	}
	return string(text), nil
}

func unpackProof(text string) (*mailcrypt.Proof, error) {
	if text == "" {
		return nil, nil
	}
	p := new(mailcrypt.Proof)
	if err := json.Unmarshal([]byte(text), p); err != nil {
		return nil, fmt.Errorf("advisory: how a mail was signed: %w", err)
	}
	return p, nil
}

// advisoryMailJSON is who sent a mail, and how it came.
type advisoryMailJSON struct {
	Sender     string                  `json:"sender,omitempty"`
	Encrypted  string                  `json:"encrypted,omitempty" enum:"openpgp,smime" doc:"How; missing: it was not."`
	Signatures []advisorySignatureJSON `json:"signatures,omitempty" doc:"The outermost first."`
}

// advisorySignatureJSON is what a signature of a mail is worth.
type advisorySignatureJSON struct {
	Kind        string `json:"kind" enum:"openpgp,smime"`
	Trust       string `json:"trust" enum:"verified,unknown,broken" doc:"verified: by one of the source's keys; unknown: by another; broken: what was signed is not what came."`
	Signer      string `json:"signer,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
}

func mailView(p *mailcrypt.Proof) *advisoryMailJSON {
	if p == nil {
		return nil
	}
	return &advisoryMailJSON{p.From, string(p.Encrypted), api.Each(p.Signatures, func(v mailcrypt.Verdict) advisorySignatureJSON {
		return advisorySignatureJSON{string(v.Kind), string(v.Trust), v.Signer, v.Fingerprint}
	})}
}
