// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"errors"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/intake/pull"
	"martinella/internal/platform/bounce"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/mailcrypt"
)

// The codes of what becomes of mails.
const (
	codeNoMail     = "intake.mail.none"      // not a mail at all
	codeTooLarge   = "intake.mail.too_large" // larger than an alert may be
	codeSender     = "intake.mail.sender"    // from somebody who is not on the list
	codeSignature  = "intake.mail.signature" // not signed as the source wants it
	codeLocked     = "intake.mail.locked"    // encrypted, and none of our keys opens it
	codeReply      = "intake.mail.reply"
	codeReceipt    = "intake.mail.receipt"
	codeLoop       = "intake.mail.loop"
	codeReport     = "intake.mail.report"         // of delivery, that changes nothing
	codeBounced    = "intake.mail.bounced"        // a mail of ours came back: it is noted with it
	codeUnmatched  = "intake.mail.unmatched"      // a mail came back that is not ours, or went to somebody else
	codeNoSource   = "intake.mail.no_source"      // there is no source of this name for mails
	codeWhich      = "intake.mail.which"          // there are several
	codeSourceOff  = "intake.mail.off"            // it is off
	codeTryAgain   = "intake.mail.try_again"      // something of ours failed
	codeAcceptGone = "intake.mail.nothing_stored" // it is not here any more
)

// Delivery is what became of a mail.
type Delivery struct {
	State    ItemState
	Code     string // of why, if no alert was made
	Params   map[string]any
	Advisory int64 // 0: none
	Before   bool  // it had come before
}

// Deliver takes a mail a mail server hands in. The source is named, or the only
// one for mails. When it returns without an error what became of the mail is
// written down. Faults: NotFound, no such source; Conflict, it is off; Malformed,
// no mail; TooLarge; every other error passes: the mail should come again.
func (m *Module) Deliver(ctx context.Context, s access.Scope, source string, raw []byte) (Delivery, error) {
	if err := s.Require(access.AdvisoryEdit); err != nil {
		return Delivery{}, err
	}
	x, err := m.mailSource(ctx, m.deps.DB, s, source)
	if err != nil {
		return Delivery{}, err
	}
	switch {
	case !x.Active:
		return Delivery{}, fault.New(fault.Conflict, codeSourceOff, fault.P{"name": x.Name})
	case len(raw) > pull.MaxItem:
		return Delivery{}, fault.New(fault.TooLarge, codeTooLarge, fault.P{"limit": pull.MaxItem >> 20})
	}
	letter, err := readLetter(raw)
	if err != nil {
		return Delivery{}, err
	}
	letter.note.handed = true
	return m.takeLetter(ctx, x, letter)
}

// takeLetter handles a mail of a source once, however often it comes.
func (m *Module) takeLetter(ctx context.Context, x Source, l letter) (Delivery, error) {
	before, err := m.kept(ctx, m.deps.DB, system(), x.ID, keyOf(l.item.ID))
	if err != nil {
		return Delivery{}, err
	}
	if before.exists && before.mark == l.item.Mark {
		return Delivery{State: before.state, Before: true}, nil
	}
	d, err := m.decide(ctx, x, l)
	switch {
	case errors.Is(err, errTaken):
		return Delivery{Before: true}, nil
	case err == nil || ctx.Err() != nil:
		return d, err
	}
	return m.putOff(ctx, x, l, err, before.tries)
}

// decide says what a mail is and has that done.
func (m *Module) decide(ctx context.Context, x Source, l letter) (Delivery, error) {
	if v := bounce.Read(l.raw, m.deps.Own); v.Kind != bounce.Ordinary {
		return m.noteAutomatic(ctx, x, l, v)
	}
	opened, failure := m.openFor(x, l)
	l.note.proof = opened.Proof
	if opened.From != "" {
		l.note.sender = opened.From
	}
	if failure != nil {
		return m.leave(ctx, x, l, Refused, failure)
	}
	return m.draft(ctx, x, l, opened)
}

// openFor opens a mail and says why it is not to become an alert; nil: it is.
func (m *Module) openFor(x Source, l letter) (mailcrypt.Opened, error) {
	keys, err := mailcrypt.ReadSenders(x.Settings.Keys)
	if err != nil {
		return mailcrypt.Opened{}, fmt.Errorf("intake: the keys of source %d: %w", x.ID, err)
	}
	opened, err := m.deps.Keys.Open(l.raw, keys, m.now())
	switch {
	case errors.Is(err, mailcrypt.ErrUnpacked):
		return opened, fault.New(fault.TooLarge, codeTooLarge, fault.P{"limit": pull.MaxItem >> 20})
	case err != nil:
		return opened, fault.New(fault.Invalid, codeLocked).Because(err)
	case !x.Settings.admits(opened.From):
		return opened, fault.New(fault.Invalid, codeSender, fault.P{"sender": l.shown(opened.From)})
	case x.Settings.Signed && !opened.Trusted():
		return opened, fault.New(fault.Invalid, codeSignature)
	}
	return opened, nil
}

// draft makes an alert of a mail, as of what other sources bring.
func (m *Module) draft(ctx context.Context, x Source, l letter, opened mailcrypt.Opened) (d Delivery, err error) {
	a := Alert{Source: x.Name, Name: l.fileName(), Data: l.raw, Read: opened.Mail, Proof: &opened.Proof, TLP: x.TLP, Language: x.AlertLanguage}
	err = m.deps.Alerts.Receive(ctx, system(), a, func(ctx context.Context, tx *db.Tx, got Receipt) error {
		f := fate{state: Made, mark: l.item.Mark, advisory: got.Advisory, mail: &l.note}
		if got.Known {
			f.state = Known
		}
		d = Delivery{State: f.state, Advisory: got.Advisory}
		return m.writeItem(ctx, tx, system(), x.ID, l.item, f)
	})
	if err != nil && itemsOwn(err) {
		return m.leave(ctx, x, l, Refused, err)
	}
	return d, err
}

// leave keeps a mail of which nothing is made, with the reason.
func (m *Module) leave(ctx context.Context, x Source, l letter, state ItemState, why error) (Delivery, error) {
	if !itemsOwn(why) {
		return Delivery{}, why
	}
	return m.leaveWith(ctx, x, l, state, func(context.Context, *db.Tx) (*fault.Error, error) { return fault.Of(why), nil })
}

// leaveWith is leave with something to be done in the same transaction, which says the reason.
func (m *Module) leaveWith(ctx context.Context, x Source, l letter, state ItemState, do func(context.Context, *db.Tx) (*fault.Error, error)) (d Delivery, err error) {
	if err := m.store(ctx, &l); err != nil {
		return d, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		why, err := do(ctx, tx)
		if err != nil {
			return err
		}
		d = Delivery{State: state, Code: why.Code, Params: why.Params}
		return m.writeItem(ctx, tx, system(), x.ID, l.item, fate{state: state, mark: l.item.Mark, code: why.Code, params: pack(why.Params), mail: &l.note})
	})
	return d, err
}

// putOff notes that something of ours failed; who handed the mail in keeps it.
// What fails each time is kept here at last, for a person to look at.
func (m *Module) putOff(ctx context.Context, x Source, l letter, failure error, tries int64) (Delivery, error) {
	m.deps.Log.Warn("a mail could not be taken", "source", x.ID, "mail", l.item.ID, "try", tries+1, "error", failure)
	again := fault.New(fault.Unavailable, codeTryAgain).Because(failure)
	if tries+1 >= maxTries {
		return m.leave(ctx, x, l, Refused, fault.New(fault.Invalid, "intake.trouble").Because(failure))
	}
	err := m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.writeItem(ctx, tx, system(), x.ID, l.item, fate{state: Waiting, code: codeTryAgain, tries: tries + 1})
	})
	return Delivery{State: Waiting, Code: codeTryAgain}, errors.Join(again, err)
}
