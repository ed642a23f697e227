// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/filein"
	"martinella/internal/platform/tlp"
)

// scanner finds malware in whatever says so.
type scanner struct{ err error }

func (x scanner) Scan(_ context.Context, r io.Reader) (string, error) {
	text, err := io.ReadAll(r)
	if strings.Contains(string(text), "EICAR") {
		return "Eicar-Test-Signature", err
	}
	return "", errors.Join(err, x.err)
}

// attach adds a file to a draft by Teresa.
func (w *world) attach(id int64, name, text string, public bool) (advisory.Attachment, error) {
	w.Helper()
	s, who := w.staff(teresaID)
	f, err := w.StoreAttachment(w.Context(), s, id, name, strings.NewReader(text))
	if err != nil {
		return advisory.Attachment{}, err
	}
	return w.AddAttachment(w.Context(), s, who, id, f, public)
}

func (w *world) content(f advisory.Attachment, r io.ReadCloser, err error) string {
	w.Helper()
	w.must(err)
	text, err := io.ReadAll(r)
	w.must(errors.Join(err, r.Close()))
	return f.Name + ": " + string(text)
}

func (w *world) names(id int64) string {
	w.Helper()
	s, _ := w.staff(teresaID)
	all, err := w.Attachments(w.Context(), s, id)
	w.must(err)
	var out []string
	for _, f := range all {
		if f.Until == 0 {
			out = append(out, f.Name)
		}
	}
	return strings.Join(out, " ")
}

// stored counts the objects that are kept.
func (w *world) stored() (n int) {
	w.Helper()
	files := w.deps.Files.(*blob.Store)
	w.clock.Advance(25 * time.Hour)
	w.must(files.Clean(w.Context()))
	w.must(w.db.QueryRow(w.Context(), "SELECT count(*) FROM blob").Scan(&n))
	return n
}

// A file is had by whoever may read the alert, while it holds, and by nobody else.
func TestAttachments(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		e := entry()
		e.Audience = "code:c_x101"
		a := w.create(e)
		f, err := w.attach(a.ID, `C:\tmp\regole "IDS".txt`, "alert tcp any", false)
		w.must(err)
		if f.Name != "regole IDS.txt" || f.Size != 13 || len(f.SHA256) != 64 || f.Scan != "unscanned" {
			t.Errorf("%+v", f)
		}
		_, err = w.Send(w.Context(), s, who, a.ID, a.Version)
		w.wantFault("what changed since it was looked at", err, "advisory.changed_meanwhile")
		if a, err = w.Get(w.Context(), s, a.ID); err != nil {
			t.Fatal(err)
		}
		a, err = w.Send(w.Context(), s, who, a.ID, a.Version)
		w.must(err)
		w.must(w.Tell(w.Context(), access.System("test"), a.ID))
		w.holds("the mail", w.mails[0].Text, "Allegati, nel portale:", "regole IDS.txt (13", f.SHA256, "https://csirt.example/o/c_x101/advisories/1/files/1", "TLP:AMBER: ")
		_, err = w.attach(a.ID, "tardi.txt", "x", false)
		w.wantFault("to one that was sent", err, "advisory.sent_already")

		member, paolo := w.member(paoloID, castelvento)
		open := func() (advisory.Attachment, io.ReadCloser, error) {
			return w.OpenReceived(w.Context(), member, paolo, a.ID, f.ID)
		}
		got, content, err := open()
		if text := w.content(got, content, err); text != "regole IDS.txt: alert tcp any" {
			t.Error(text)
		}
		other, rita := w.member(ritaID, roccasalina)
		_, _, err = w.OpenReceived(w.Context(), other, rita, a.ID, f.ID)
		w.wantFault("another body", err, "advisory.unknown")
		_, _, err = w.OpenReceived(w.Context(), member, paolo, a.ID, f.ID+1)
		w.wantFault("another file", err, "advisory.attachment")
		_, _, err = w.OpenPublic(w.Context(), access.Visitor(), a.ID, f.ID)
		w.wantFault("everybody", err, "advisory.unknown")
		_, err = w.Withdraw(w.Context(), s, who, a.ID, a.Version, "Era sbagliata.")
		w.must(err)
		_, _, err = open()
		w.wantFault("of one that was withdrawn", err, "advisory.attachment_withdrawn")
		got, content, err = w.OpenAttachment(w.Context(), s, a.ID, f.ID)
		w.content(got, content, err)
		if w.stored() != 1 {
			t.Error("what was sent is kept")
		}
	})
}

func TestAFileIsRefused(t *testing.T) {
	each(t, func(w *world) {
		w.deps.Scanner = scanner{}
		w.Module = advisory.New(w.deps)
		a := w.create(entry())
		f, err := w.attach(a.ID, "a.txt", "uno", false)
		w.must(err)
		if f.Scan != "clean" {
			t.Error(f.Scan)
		}
		for _, c := range []struct{ what, text, code string }{
			{"infected", "EICAR", "advisory.attachment_infected"}, {"empty", "", "advisory.attachment_empty"}, {"there already", "uno", "advisory.attachment_twice"},
			{"too large", strings.Repeat("x", advisory.MaxAttachment+1), "advisory.attachment_large"},
		} {
			_, err := w.attach(a.ID, "b.txt", c.text, false)
			if of := fault.Of(err); len(of.Fields) != 1 || of.Fields[0].Code != c.code {
				t.Errorf("%s: %v %+v", c.what, err, of.Fields)
			}
		}
		for i := range 9 {
			_, err := w.attach(a.ID, "c.txt", strings.Repeat("c", i+1), false)
			w.must(err)
		}
		_, err = w.attach(a.ID, "d.txt", "d", false)
		w.wantField("the eleventh", err, "file")
		if n := w.stored(); n != 10 {
			t.Errorf("%d objects: what was refused is removed", n)
		}
		w.deps.Scanner = scanner{errors.New("clamd sleeps")}
		w.Module = advisory.New(w.deps)
		s, who := w.staff(teresaID)
		w.must(w.RemoveAttachment(w.Context(), s, who, a.ID, f.ID))
		if f, err = w.attach(a.ID, "a.txt", "due", false); err != nil || f.Scan != "unscanned" {
			t.Error(f.Scan, err)
		}
		if a, err = w.Get(w.Context(), s, a.ID); err != nil {
			t.Fatal(err)
		}
		w.must(w.Discard(w.Context(), s, a.ID, a.Version))
		if n := w.stored(); n != 0 {
			t.Errorf("%d objects of a draft that is gone", n)
		}
		member, him := w.member(paoloID, castelvento)
		_, err = w.AddAttachment(w.Context(), member, him, a.ID, filein.File{}, false)
		w.wantFault("a member", err, "access.territory")
	})
}

// A revision carries the files on; what it leaves out only the CSIRT still has.
func TestFilesOfRevisions(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		e := entry()
		e.TLP = tlp.Clear
		draft := w.create(e)
		first, err := w.attach(draft.ID, "uno.txt", "uno", true)
		w.must(err)
		hidden, err := w.attach(draft.ID, "due.txt", "due", false)
		w.must(err)
		again := func(id int64) advisory.Advisory {
			a, err := w.Get(w.Context(), s, id)
			w.must(err)
			return a
		}
		send := func(id int64) advisory.Advisory {
			a, err := w.Send(w.Context(), s, who, id, again(id).Version)
			w.must(err)
			return a
		}
		a := send(draft.ID)
		got, content, err := w.OpenPublic(w.Context(), access.Visitor(), a.ID, first.ID)
		w.content(got, content, err)
		_, _, err = w.OpenPublic(w.Context(), access.Visitor(), a.ID, hidden.ID)
		w.wantFault("what is not for everybody", err, "advisory.attachment")

		given, err := w.Revise(w.Context(), s, who, a.ID)
		w.must(err)
		w.must(w.Discard(w.Context(), s, given.ID, given.Version))
		if w.names(a.ID) != "uno.txt due.txt" || w.stored() != 2 {
			t.Error("a revision that was given up takes no file along")
		}
		next, err := w.Revise(w.Context(), s, who, a.ID)
		w.must(err)
		files, err := w.Attachments(w.Context(), s, next.ID)
		w.must(err)
		w.must(w.RemoveAttachment(w.Context(), s, who, next.ID, files[0].ID))
		w.must(w.ShowAttachment(w.Context(), s, who, next.ID, files[1].ID, true))
		_, err = w.attach(next.ID, "tre.txt", "tre", false)
		w.must(err)
		entry := again(next.ID).Entry
		entry.Change = "Altri file."
		_, err = w.Edit(w.Context(), s, who, next.ID, again(next.ID).Version, entry)
		w.must(err)
		send(next.ID)
		if got := w.names(a.ID); got != "due.txt tre.txt" {
			t.Error(got)
		}
		_, _, err = w.OpenPublic(w.Context(), access.Visitor(), a.ID, first.ID)
		w.wantFault("what the revision left out", err, "advisory.attachment")
		got, content, err = w.OpenPublic(w.Context(), access.Visitor(), a.ID, hidden.ID)
		w.content(got, content, err)
		got, content, err = w.OpenAttachment(w.Context(), s, a.ID, first.ID)
		w.content(got, content, err)
		if got.Until != 1 || w.stored() != 3 {
			t.Errorf("%+v", got)
		}
	})
}
