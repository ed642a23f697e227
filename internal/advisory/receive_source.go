// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/db"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/tlp"
)

// Incoming is an alert that came from a source by itself.
type Incoming struct {
	Name     string // a file name: it says the form where the bytes do not
	Data     []byte
	TLP      tlp.Label // if it does not say its own; empty: TLP:AMBER
	Language string    // if it cannot be told
	Before   int64     // the advisory that its earlier revision became; 0: none

	Read  []byte           // what is read in its place: a mail without its encryption; nil: Data
	Proof *mailcrypt.Proof // of a mail: who sent it, how it was signed
}

// reading is what is to be read; what is kept is always Data.
func (x Incoming) reading() []byte {
	if x.Read != nil {
		return x.Read
	}
	return x.Data
}

// hinted adds what is known of the source to what the alert does not say itself.
func (x Incoming) hinted(d parse.Document) parse.Document {
	if !d.TLP.Known() {
		d.TLP = x.TLP
	}
	if d.Language == "" {
		d.Language = x.Language
	}
	return d
}

// ReceiveFrom is Receive for what comes from a source. then writes in the same
// transaction, so that the source knows what it has brought exactly when it is here.
func (m *Module) ReceiveFrom(ctx context.Context, s access.Scope, who Author, x Incoming, then func(ctx context.Context, tx *db.Tx, id int64, known bool) error) error {
	in, err := m.takeFrom(ctx, s, x)
	if err != nil {
		return err
	}
	_, _, err = m.draftOf(ctx, s, who, in, then)
	return err
}
