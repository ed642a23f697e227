// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"martinella/internal/intake/imap"
	"martinella/internal/intake/pull"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// taking takes the mails of a mailbox as those that are handed in.
func (r *round) taking(ctx context.Context, got imap.Mail) (done bool, err error) {
	r.seen++
	l, err := readLetter(got.Raw)
	switch {
	case err != nil:
		return true, r.leftOut(ctx, nameless(got.Raw), err)
	case got.Cut:
		return true, r.leftOut(ctx, l, fault.New(fault.TooLarge, codeTooLarge, fault.P{"limit": pull.MaxItem >> 20}))
	}
	d, err := r.m.takeLetter(ctx, r.source, l)
	if d.State == Waiting && ctx.Err() == nil {
		r.waiting++ // it is not marked, and comes again
		return false, nil
	}
	return err == nil, err
}

// leftOut notes a mail that is not taken and not stored: it is in the mailbox.
func (r *round) leftOut(ctx context.Context, l letter, why error) error {
	f := fate{state: Refused, mark: l.item.Mark, mail: &l.note}
	f.code, f.params = told(why)
	err := r.m.deps.DB.Tx(ctx, func(tx *db.Tx) error { return r.m.writeItem(ctx, tx, system(), r.source.ID, l.item, f) })
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// nameless is a mail without a header to call it by.
func nameless(raw []byte) letter {
	sum := sha256.Sum256(raw)
	print := hex.EncodeToString(sum[:])
	return letter{raw: raw, item: pull.Item{ID: print, Mark: print}, note: mailNote{size: int64(len(raw)), sha256: print}}
}
