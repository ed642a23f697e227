// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/filein"
)

// The most of the files of one advisory: of each, of all, and how many.
const (
	MaxAttachment  = 20 << 20
	maxAttached    = 50 << 20
	maxAttachments = 10
)

// Attachment is a file of an advisory. It bears the advisory's labels, and is
// given to whoever may read the advisory, and to nobody else.
type Attachment struct {
	ID     int64
	At     time.Time
	By     string
	Name   string
	Size   int64
	SHA256 string
	Scan   filein.Verdict
	Public bool // everybody may have it while the advisory is TLP:CLEAR
	Since  int  // the first revision it was part of
	Until  int  // the last one; 0: it is part of what holds
	blob   string
}

// holding leaves out what earlier revisions had.
func holding(all []Attachment) []Attachment {
	return slices.DeleteFunc(slices.Clone(all), func(f Attachment) bool { return f.Until != 0 })
}

// at gives what a revision had.
func attachedAt(all []Attachment, revision int) []Attachment {
	return slices.DeleteFunc(slices.Clone(all), func(f Attachment) bool {
		return f.Since > revision || f.Until != 0 && f.Until < revision
	})
}

func (m *Module) door() filein.Door {
	return filein.Door{Files: m.deps.Files, Scanner: m.deps.Scanner, Log: m.deps.Log}
}

// StoreAttachment takes a file in; outside of any transaction. Nothing refers to
// it yet: AddAttachment follows, or the store's cleaning.
func (m *Module) StoreAttachment(ctx context.Context, s access.Scope, id int64, name string, r io.Reader) (f filein.File, err error) {
	if err := m.mayWrite(s); err != nil {
		return f, err
	}
	a, err := m.get(ctx, m.deps.DB, s, id, "")
	if err == nil {
		err = a.attachable()
	}
	if err != nil {
		return f, err
	}
	f, err = m.door().Take(ctx, name, r, MaxAttachment)
	switch {
	case errors.Is(err, blob.ErrTooLarge):
		return f, refused(fault.TooLarge, "advisory.attachment_large", fault.P{"name": f.Name, "limit": MaxAttachment >> 20})
	case err == nil && f.Size == 0:
		return f, refused(fault.Invalid, "advisory.attachment_empty", fault.P{"name": f.Name})
	case err == nil && f.Scan == filein.Infected:
		return f, refused(fault.Invalid, "advisory.attachment_infected", fault.P{"name": f.Name, "finding": f.Finding})
	}
	return f, err
}

func refused(kind fault.Kind, code string, p fault.P) error {
	return fault.New(kind, "advisory.entry").Field("file", code, p)
}

func (a Advisory) attachable() error {
	if a.State != Draft && a.State != Proposed {
		return fault.New(fault.Conflict, "advisory.sent_already")
	}
	return nil
}

// AddAttachment makes a stored file part of a draft; one that was proposed has to be proposed again.
func (m *Module) AddAttachment(ctx context.Context, s access.Scope, who Author, id int64, f filein.File, public bool) (out Attachment, err error) {
	err = m.changeFiles(ctx, s, who, id, "advisory.attachment_added", func(tx *db.Tx, all []Attachment) error {
		if err := room(all, f); err != nil {
			return err
		}
		out = Attachment{At: m.now(), By: who.Name, Name: f.Name, Size: f.Size, SHA256: f.SHA256, Scan: f.Scan, Public: public, Since: 1, blob: f.Blob}
		if out.ID, err = m.insertAttachment(ctx, tx, s, id, out); err != nil {
			return err
		}
		return m.deps.Files.Keep(ctx, tx, f.Blob)
	})
	return out, err
}

// room refuses what is too much, and what is there already.
func room(all []Attachment, f filein.File) error {
	total := f.Size
	for _, have := range all {
		total += have.Size
		if have.SHA256 == f.SHA256 {
			return refused(fault.Conflict, "advisory.attachment_twice", fault.P{"name": have.Name})
		}
	}
	if len(all) >= maxAttachments || total > maxAttached {
		return refused(fault.Invalid, "advisory.attachments_many", fault.P{"limit": maxAttachments, "size": maxAttached >> 20})
	}
	return nil
}

// ShowAttachment says of a draft's file whether everybody may have it.
func (m *Module) ShowAttachment(ctx context.Context, s access.Scope, who Author, id, file int64, public bool) error {
	return m.changeFiles(ctx, s, who, id, "advisory.attachment_shown", func(tx *db.Tx, all []Attachment) error {
		if _, err := attached(all, file); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE advisory_attachment SET public = $2 WHERE id = $1", file, public)
		return err
	})
}

// RemoveAttachment takes a file out of a draft.
func (m *Module) RemoveAttachment(ctx context.Context, s access.Scope, who Author, id, file int64) error {
	return m.changeFiles(ctx, s, who, id, "advisory.attachment_removed", func(tx *db.Tx, all []Attachment) error {
		f, err := attached(all, file)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM advisory_attachment WHERE id = $1", file); err != nil {
			return err
		}
		return m.releaseUnused(ctx, tx, s, f.blob)
	})
}

// changeFiles changes what a draft has: it is a draft again, of a newer version.
func (m *Module) changeFiles(ctx context.Context, s access.Scope, who Author, id int64, action string, do func(*db.Tx, []Attachment) error) error {
	if err := m.mayWrite(s); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		a, err := m.get(ctx, tx, s, id, db.ForUpdate(tx))
		if err == nil {
			err = a.attachable()
		}
		if err != nil {
			return err
		}
		all, err := m.attachments(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if err := do(tx, all); err != nil {
			return err
		}
		if err := m.update(ctx, tx, s, a, who); err != nil {
			return err
		}
		a.Version++
		return m.audit(ctx, tx, s, a, action)
	})
}

func attached(all []Attachment, id int64) (Attachment, error) {
	for _, f := range all {
		if f.ID == id {
			return f, nil
		}
	}
	return Attachment{}, fault.New(fault.NotFound, "advisory.attachment")
}

// Attachments gives all of them to the CSIRT, also those of earlier revisions.
func (m *Module) Attachments(ctx context.Context, s access.Scope, id int64) ([]Attachment, error) {
	if err := m.mayRead(s); err != nil {
		return nil, err
	}
	return m.attachments(ctx, m.deps.DB, s, id)
}

// OpenAttachment opens one for the CSIRT; the caller closes it.
func (m *Module) OpenAttachment(ctx context.Context, s access.Scope, id, file int64) (Attachment, io.ReadCloser, error) {
	all, err := m.Attachments(ctx, s, id)
	if err != nil {
		return Attachment{}, nil, err
	}
	return m.open(ctx, all, file)
}

func (m *Module) open(ctx context.Context, all []Attachment, file int64) (Attachment, io.ReadCloser, error) {
	f, err := attached(all, file)
	if err != nil {
		return f, nil, err
	}
	content, err := m.door().Open(ctx, f.blob)
	return f, content, err
}

// OpenReceived opens one of an advisory that the scope's organisation received and
// that holds: of one that was withdrawn its members keep name and hash, to find
// the copies they made. Above TLP:AMBER the audit log notes who took it.
func (m *Module) OpenReceived(ctx context.Context, s access.Scope, who Author, id, file int64) (Attachment, io.ReadCloser, error) {
	r, err := m.received(ctx, m.deps.DB, s, who, id)
	if err != nil {
		return Attachment{}, nil, err
	}
	if r.Advisory.State != Sent {
		return Attachment{}, nil, fault.New(fault.Conflict, "advisory.attachment_withdrawn")
	}
	all, err := m.attachments(ctx, m.deps.DB, s, id)
	if err != nil {
		return Attachment{}, nil, err
	}
	f, content, err := m.open(ctx, holding(all), file)
	if err != nil || Mailed(r.TLP) {
		return f, content, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.deps.Audit.Append(ctx, tx, s.Actor(), r.Organisation, "advisory.attachment_read", object(id), map[string]any{"file": f.ID, "tlp": r.TLP})
	})
	if err != nil {
		err = errors.Join(err, content.Close())
	}
	return f, content, err
}

// OpenPublic opens one that everybody may have.
func (m *Module) OpenPublic(ctx context.Context, s access.Scope, id, file int64) (Attachment, io.ReadCloser, error) {
	a, err := m.Public(ctx, s, id)
	if err != nil {
		return Attachment{}, nil, err
	}
	return m.open(ctx, a.Files, file)
}
