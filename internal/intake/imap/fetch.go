// SPDX-License-Identifier: EUPL-1.2

package imap

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
)

const (
	maxMails  = 500 // of one run; the next one goes on
	maxHeader = 64 << 10
	maxAnswer = pull.MaxItem + 4<<20 // bytes of what a server answers to one question
)

// Line is the way to the server. *fetch.Client implements it.
type Line interface {
	Dial(ctx context.Context, host, port string) (net.Conn, error)
	TLS(host string) *tls.Config
}

// Options say which mailbox to look at.
type Options struct {
	Address        string // imaps://host[:port]/folder, or imap:// for STARTTLS
	User, Password string
	Since          time.Time // mails that came before are left alone, on the first run
	Folder         string    // where mails are moved to; empty: they are marked as read
}

// State is what is remembered between runs.
type State struct {
	Validity uint32 `json:"validity,omitempty"`
	Last     uint32 `json:"last,omitempty"` // the UID of the last mail that was taken
}

// Mail is one of the mailbox.
type Mail struct {
	Raw []byte
	Cut bool // it is larger than an alert may be: Raw is its header
}

// Take takes a mail. done says that what became of it is written down; an error ends the run.
type Take func(ctx context.Context, m Mail) (done bool, err error)

// Pull hands the new mails to take, the oldest first.
func Pull(ctx context.Context, line Line, o Options, st State, take Take) (State, error) {
	t, err := open(ctx, line, o)
	if err != nil {
		return st, err
	}
	defer t.close()
	validity, err := t.enter()
	if err != nil {
		return st, err
	}
	if st.Validity != validity {
		st = State{Validity: validity}
	}
	all, err := t.newer(st.Last, o.Since)
	if err != nil {
		return st, err
	}
	return t.each(ctx, all, st, take)
}

// each has mails taken in turn. One that waits, or that could not be put away,
// keeps the place where the next run begins, and keeps no other from being taken.
func (t *talk) each(ctx context.Context, all []imap.UID, st State, take Take) (State, error) {
	var put error
	waits := false
	for _, uid := range all {
		done, err := t.one(ctx, uid, take)
		switch {
		case err == nil:
		case fault.Of(err).Code == CodeFolder:
			put, done = err, false
		default:
			return st, err
		}
		if waits = waits || !done; !waits {
			st.Last = uint32(uid)
		}
	}
	return st, put
}

// one fetches a mail, has it taken, and marks it. One that is gone meanwhile is done.
func (t *talk) one(ctx context.Context, uid imap.UID, take Take) (bool, error) {
	m, found, err := t.fetch(uid)
	if err != nil || !found {
		return err == nil, err
	}
	done, err := take(ctx, m)
	if err != nil || !done {
		return false, err
	}
	return true, t.mark(uid)
}

// newer gives the UIDs after the last one, the first maxMails. A server may answer
// with ranges of any length: they are never written out.
func (t *talk) newer(last uint32, since time.Time) ([]imap.UID, error) {
	t.meter.reset()
	criteria := &imap.SearchCriteria{UID: []imap.UIDSet{{{Start: imap.UID(last) + 1, Stop: 0}}}, NotFlag: []imap.Flag{imap.FlagDeleted}}
	if last == 0 {
		criteria.Since = since
	}
	found, err := t.c.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, t.trouble(err)
	}
	ranges, _ := found.All.(imap.UIDSet)
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b imap.UIDRange) int { return int(int64(a.Start) - int64(b.Start)) })
	var out []imap.UID
	for _, r := range ranges {
		for uid := uint64(max(r.Start, imap.UID(last)+1)); r.Start != 0 && uid <= uint64(r.Stop) && len(out) < maxMails; uid++ {
			out = append(out, imap.UID(uid))
		}
	}
	return slices.Compact(out), nil
}

// fetch reads a mail without marking it as read.
func (t *talk) fetch(uid imap.UID) (m Mail, found bool, err error) {
	size, found, err := t.size(uid)
	if err != nil || !found {
		return m, found, err
	}
	section := &imap.FetchItemBodySection{Peek: true}
	if m.Cut = size > pull.MaxItem; m.Cut {
		section.Specifier, section.Partial = imap.PartSpecifierHeader, &imap.SectionPartial{Size: maxHeader}
	}
	m.Raw, found, err = t.read(uid, section)
	if len(m.Raw) > pull.MaxItem { // it said less
		m.Raw, m.Cut = m.Raw[:maxHeader], true
	}
	return m, found, err
}

func (t *talk) size(uid imap.UID) (size int64, found bool, err error) {
	t.meter.reset()
	cmd := t.c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, RFC822Size: true})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			if s, ok := item.(imapclient.FetchItemDataRFC822Size); ok {
				size, found = s.Size, true
			}
		}
	}
	return size, found, t.trouble(cmd.Close())
}

func (t *talk) read(uid imap.UID, section *imap.FetchItemBodySection) (raw []byte, found bool, err error) {
	t.meter.reset()
	cmd := t.c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			s, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || s.Literal == nil || found {
				continue
			}
			if raw, err = io.ReadAll(io.LimitReader(s.Literal, pull.MaxItem+1)); err != nil {
				return nil, false, t.trouble(err)
			}
			found = true
		}
	}
	return raw, found, t.trouble(cmd.Close())
}

// mark moves a mail away or marks it as read.
func (t *talk) mark(uid imap.UID) error {
	t.meter.reset()
	one := imap.UIDSetNum(uid)
	if t.o.Folder == "" {
		return t.trouble(t.c.Store(one, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}, nil).Close())
	}
	err := t.move(one)
	if isNo(err) { // most often the folder is not there yet
		if t.c.Create(t.o.Folder, nil).Wait() == nil {
			err = t.move(one)
		}
	}
	if isNo(err) {
		return t.noFolder(t.o.Folder, err)
	}
	return t.trouble(err)
}

// move is a MOVE, or a copy and, once that is made, the removal of the one mail.
func (t *talk) move(one imap.UIDSet) error {
	if t.c.Caps().Has(imap.CapMove) {
		_, err := t.c.Move(one, t.o.Folder).Wait()
		return err
	}
	if _, err := t.c.Copy(one, t.o.Folder).Wait(); err != nil {
		return err
	}
	err := t.c.Store(one, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen, imap.FlagDeleted}}, nil).Close()
	if err != nil || !t.c.Caps().Has(imap.CapUIDPlus) {
		return err // without UIDPLUS others' deleted mails would go too
	}
	return t.c.UIDExpunge(one).Close()
}
