// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"errors"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// maxTries is how often an item is tried again after a failure of ours: what
// fails each time is in the item, and must not keep the source from going on.
const maxTries = 5

// round is one run of one source. It implements pull.Sink.
type round struct {
	m       *Module
	source  Source
	seen    int64
	waiting int64 // items that have to come again
}

// Has implements pull.Sink.
func (r *round) Has(ctx context.Context, id, mark string) (bool, error) {
	if r.seen++; r.seen > pull.MaxItems {
		return false, fault.New(fault.Unavailable, pull.CodeMany, fault.P{"limit": pull.MaxItems})
	}
	k, err := r.m.kept(ctx, r.m.deps.DB, system(), r.source.ID, keyOf(id))
	return k.exists && mark != "" && k.mark == mark, err
}

// Take implements pull.Sink: the alert and the note of it are one transaction.
func (r *round) Take(ctx context.Context, it pull.Item) error {
	if it.Mark == "" {
		it.Mark = sum(it.Data)
	}
	before, err := r.m.kept(ctx, r.m.deps.DB, system(), r.source.ID, keyOf(it.ID))
	if err != nil || before.exists && before.mark == it.Mark {
		return err
	}
	failure := it.Err
	if failure == nil {
		failure = r.receive(ctx, it, before.advisory)
	}
	switch {
	case failure == nil || errors.Is(failure, errTaken):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return r.refuse(ctx, it, failure, before.tries)
}

func (r *round) receive(ctx context.Context, it pull.Item, before int64) error {
	a := Alert{Source: r.source.Name, Name: it.Name, Data: it.Data, TLP: r.source.TLP, Language: r.source.AlertLanguage, Before: before}
	return r.m.deps.Alerts.Receive(ctx, system(), a, func(ctx context.Context, tx *db.Tx, got Receipt) error {
		f := fate{state: Made, mark: it.Mark, advisory: got.Advisory}
		if got.Known {
			f.state = Known
		}
		return r.m.writeItem(ctx, tx, system(), r.source.ID, it, f)
	})
}

// refuse notes why an item was not taken. What is wrong with the item stays so;
// what is wrong with us may pass, and it comes again with the next run.
func (r *round) refuse(ctx context.Context, it pull.Item, failure error, tries int64) error {
	f := fate{state: Refused, mark: it.Mark, tries: tries + 1}
	f.code, f.params = told(failure)
	if !itemsOwn(failure) {
		r.m.deps.Log.Warn("an item of a source could not be taken", "source", r.source.ID, "item", it.ID, "try", f.tries, "error", failure)
		if fault.KindOf(failure) == fault.Internal {
			f.code, f.params = "intake.trouble", ""
		}
		if f.tries < maxTries {
			f.state, f.mark = Waiting, ""
			r.waiting++
		}
	}
	err := r.m.deps.DB.Tx(ctx, func(tx *db.Tx) error { return r.m.writeItem(ctx, tx, system(), r.source.ID, it, f) })
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// itemsOwn says whether a failure is the item's: it will be the same tomorrow.
func itemsOwn(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unsupported, fault.TooLarge, fault.Malformed:
		return true
	}
	return false
}
