// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"errors"

	"martinella/internal/access"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/mailcrypt"
)

// Opener takes encryption and signatures off mails, with the CSIRT's own keys
// and those of the senders it knows.
type Opener interface {
	// Open gives what is to be read of a mail, and what protected it. Errors:
	// mailcrypt.ErrLocked, mailcrypt.ErrUnpacked.
	Open(ctx context.Context, s access.Scope, mail []byte) (mailcrypt.Opened, error)
}

// opened takes off what protects a mail that somebody brought by hand; what came
// from a source was opened there. What is kept is the mail as it was brought.
func (m *Module) opened(ctx context.Context, s access.Scope, x Incoming) (Incoming, error) {
	if m.deps.Opener == nil || x.Read != nil || len(x.Data) > parse.Limit {
		return x, nil
	}
	mail, is := parse.AsMail(x.Name, x.Data)
	if !is {
		return x, nil
	}
	o, err := m.deps.Opener.Open(ctx, s, mail)
	switch {
	case errors.Is(err, mailcrypt.ErrLocked):
		return x, fault.New(fault.Invalid, "advisory.mail_locked").Because(err)
	case errors.Is(err, mailcrypt.ErrUnpacked):
		return x, fault.New(fault.TooLarge, "advisory.mail_large", fault.P{"limit": parse.Limit >> 20}).Because(err)
	case err != nil:
		return x, err
	}
	x.Read = o.Mail
	if o.Encrypted != "" || len(o.Signatures) > 0 {
		x.Proof = &o.Proof
	}
	return x, nil
}
