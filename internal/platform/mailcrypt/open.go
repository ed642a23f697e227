// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// Trust is what a signature is worth.
type Trust string

// The trusts.
const (
	Verified Trust = "verified" // by a key we hold of a sender, over the whole mail
	Unknown  Trust = "unknown"  // by a key we do not hold
	Broken   Trust = "broken"   // what was signed is not what came
)

// Verdict is what was found of one signature.
type Verdict struct {
	Kind        Kind   `json:"kind"`
	Trust       Trust  `json:"trust"`
	Signer      string `json:"signer,omitempty"`      // the name in the key or certificate
	Fingerprint string `json:"fingerprint,omitempty"` // hexadecimal; of an unknown OpenPGP key its id
}

// Proof is what is known of where a mail comes from, and how it came.
type Proof struct {
	From       string    `json:"from,omitempty"`       // whom it is from; of certified mail (PEC) whom that vouches for
	Encrypted  Kind      `json:"encrypted,omitempty"`  // how; "": it was not
	Signatures []Verdict `json:"signatures,omitempty"` // the outermost first
}

// Trusted says whether a sender's key signed the mail, and no signature is broken.
func (p Proof) Trusted() bool {
	verified := false
	for _, s := range p.Signatures {
		if s.Trust == Broken {
			return false
		}
		verified = verified || s.Trust == Verified
	}
	return verified
}

// Opened is a mail without what protected it.
type Opened struct {
	Mail []byte // to be read: the mail's header, and what was inside as its content
	Proof
}

var (
	// ErrLocked is a mail that none of our keys opens.
	ErrLocked = errors.New("the mail is encrypted, and none of our keys opens it")
	// ErrUnpacked is a mail that is larger inside than mail is.
	ErrUnpacked = errors.New("the mail is larger inside than mail is")
)

const (
	maxLayers = 8        // one around the other
	maxInside = 32 << 20 // bytes of what comes out of one
)

// Open takes encryption and signatures off a mail, with the CSIRT's own keys and
// those of its senders. A mail without either is given as it is. Errors: ErrLocked, ErrUnpacked.
func (r *Ring) Open(raw []byte, from Senders, at time.Time) (out Opened, err error) {
	// The readers of hostile packets are others' work: what makes one of them panic is a mail nobody can open.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrLocked, p)
		}
	}()
	if from, err = from.ready(); err != nil {
		return out, err
	}
	o := opener{ring: r, senders: from, at: at}
	e := read(bytes.TrimLeft(raw, "\r\n")) // as whoever reads the mail does
	for range maxLayers {
		o.from = sender(e)
		if isCertified(e) {
			o.from = "" // whoever vouches for it is one of the listed certificates, not somebody with one of the same authority
		}
		inner, again, err := o.layer(e)
		switch {
		case err != nil:
			return o.out, err
		case again:
			e = e.around(inner)
			continue
		}
		enclosed, found := certified(e)
		if !found {
			break
		}
		e, o.touched = enclosed, true
	}
	o.out.From, o.out.Mail = sender(e), raw
	if o.touched {
		o.out.Mail = e.bytes()
	}
	return o.out, nil
}

// opener takes a mail apart.
type opener struct {
	ring    *Ring
	senders Senders
	at      time.Time
	from    string // the sender of the layer at hand
	out     Opened
	touched bool
}

// layer takes one off, if there is one.
func (o *opener) layer(e entity) (inner entity, again bool, err error) {
	switch kind, params := e.media(); {
	case kind == "multipart/encrypted":
		inner, err = o.pgpMIME(e, params["boundary"])
	case kind == "multipart/signed":
		return o.signed(e, params["boundary"])
	case kind == "application/pkcs7-mime", kind == "application/x-pkcs7-mime":
		inner, err = o.opaque(e)
	case kind == "text/plain":
		return o.inline(e)
	case kind == "multipart/mixed", kind == "multipart/alternative":
		return o.inlinePart(e, params["boundary"])
	default:
		return e, false, nil
	}
	o.touched = true
	return inner, err == nil, err
}

// signed verifies a part with its signature beside it.
func (o *opener) signed(e entity, boundary string) (inner entity, again bool, err error) {
	parts := children(e.body, boundary)
	if len(parts) < 2 {
		return e, false, nil
	}
	signature := read(parts[1])
	content, data := Canonical(parts[0]), signature.decoded()
	if kind, _ := signature.media(); kind == "application/pgp-signature" {
		o.say(o.senders.detached(content, data, o.at))
	} else {
		o.say(o.senders.cms(content, data, o.from, o.at))
	}
	if len(parts) > 2 {
		o.out.Signatures[len(o.out.Signatures)-1].Trust = Broken // what else is there nobody signed
	}
	o.touched = true
	return read(parts[0]), true, nil
}

func (o *opener) say(v Verdict) { o.out.Signatures = append(o.out.Signatures, v) }

// sender is the address a mail says it is from; "" where it says none, or several.
func sender(e entity) string {
	all, err := mail.ParseAddressList(e.get("From"))
	if err != nil || len(all) != 1 {
		return ""
	}
	return strings.ToLower(all[0].Address)
}
