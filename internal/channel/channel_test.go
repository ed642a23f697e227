// SPDX-License-Identifier: EUPL-1.2

package channel_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"martinella/internal/channel"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
)

func wantFault(w *world, err error, kind fault.Kind, codes ...string) {
	w.Helper()
	f := fault.Of(err)
	var got []string
	for _, x := range f.Fields {
		got = append(got, x.Code)
	}
	if err == nil || f.Kind != kind || len(codes) > 0 && !slices.Equal(got, codes) && !(len(codes) == 1 && f.Code == codes[0]) {
		w.Errorf("got %v, want kind %v %q", err, kind, codes)
	}
}

func TestAConversationWithReceipts(t *testing.T) {
	each(t, func(w *world) {
		id := w.start(andrea, castelvento, draft("Accesso sospetto", "Vedete questo indirizzo nei log?\n\n198.51.100.7"))
		before, err := w.read(andrea, castelvento, id)
		w.must(err)
		if len(before.Messages) != 1 || len(before.Messages[0].Read) != 0 || before.Unread {
			w.Errorf("nobody but the author has read it: %+v", before)
		}
		w.clock.Advance(time.Hour)
		c, err := w.read(paolo, castelvento, id)
		w.must(err)
		if c.Subject != "Accesso sospetto" || c.Messages[0].Text != "Vedete questo indirizzo nei log?\n\n198.51.100.7" || !c.Unread {
			w.Errorf("read %+v", c)
		}
		s, a := w.who(paolo, castelvento)
		w.clock.Advance(time.Hour)
		w.must(w.Reply(w.Context(), s, a, id, channel.Draft{Text: "Sì, due volte."}))
		c, err = w.read(andrea, castelvento, id)
		w.must(err)
		if len(c.Messages) != 2 || c.Messages[1].By != "Paolo Nencini" || c.Messages[1].Side != channel.Member {
			w.Fatalf("the answer: %+v", c.Messages)
		}
		if got := c.Messages[0].Read; len(got) != 1 || got[0].Name != "Paolo Nencini" || !got[0].At.Equal(time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)) {
			w.Errorf("who has read the question: %+v", got)
		}
		c, err = w.read(paolo, castelvento, id)
		w.must(err)
		if got := c.Messages[1].Read; len(got) != 1 || got[0].Name != "Andrea Rossi" {
			w.Errorf("who has read the answer: %+v", got)
		}
	})
}

func TestWhatIsSaidIsSealedInTheDatabase(t *testing.T) {
	each(t, func(w *world) {
		d := draft("SUBJECT-IN-CLEAR", "BODY-IN-CLEAR")
		d.Files = []channel.Upload{{Name: "FILENAME-IN-CLEAR.txt", Data: strings.NewReader("FILE-IN-CLEAR")}}
		w.start(andrea, castelvento, d)
		for _, query := range []string{"SELECT subject FROM channel_thread", "SELECT body FROM channel_message", "SELECT name FROM channel_file"} {
			rows, err := w.db.Query(w.Context(), query)
			all, err := db.Collect(rows, err, func(r *sql.Rows) (b []byte, err error) { return b, r.Scan(&b) })
			w.must(err)
			if len(all) != 1 || bytes.Contains(all[0], []byte("IN-CLEAR")) || !bytes.HasPrefix(all[0], []byte("age-encryption.org/")) {
				w.Errorf("%s: %q", query, all)
			}
		}
		var audit, event string
		w.must(w.db.QueryRow(w.Context(), "SELECT detail FROM audit_entry").Scan(&audit))
		w.must(w.db.QueryRow(w.Context(), "SELECT payload FROM event").Scan(&event))
		if strings.Contains(audit+event, "IN-CLEAR") {
			w.Errorf("the log or the event tells: %s %s", audit, event)
		}
	})
}

func TestARowCopiedToAnotherOrganisationDoesNotOpen(t *testing.T) {
	each(t, func(w *world) {
		w.start(andrea, castelvento, draft("segreto", "segreto"))
		_, err := w.db.Exec(w.Context(), "UPDATE channel_thread SET organisation_id = $1", roccasalina)
		w.must(err)
		s, _ := w.who(andrea, roccasalina)
		if p, err := w.List(w.Context(), s, channel.Filter{}); err == nil {
			w.Errorf("it opened: %+v", p)
		}
	})
}

func TestOthersFindNothing(t *testing.T) {
	each(t, func(w *world) {
		id := w.start(andrea, castelvento, draft("a", "b"))
		rita, _ := w.who(31, roccasalina)
		_, a := w.who(31, roccasalina)
		_, err := w.Read(w.Context(), rita, a, id, 0)
		wantFault(w, err, fault.NotFound)
		wantFault(w, w.Reply(w.Context(), rita, a, id, channel.Draft{Text: "x"}), fault.NotFound)
		wantFault(w, w.Erase(w.Context(), rita, channel.CSIRT, id), fault.NotFound)
		wantFault(w, w.Close(w.Context(), rita, id), fault.NotFound)
		mayor, a := w.who(sindaco, castelvento)
		_, err = w.Read(w.Context(), mayor, a, id, 0)
		wantFault(w, err, fault.Forbidden)
	})
}

func TestNamedPeopleAlone(t *testing.T) {
	each(t, func(w *world) {
		d := draft("solo per Paolo", "…")
		d.TLP, d.Named = tlp.Red, []int64{paolo}
		id := w.start(andrea, castelvento, d)
		for _, m := range w.takeMails() {
			if m.To != "paolo@castelvento.example" {
				w.Errorf("%s got a mail", m.To)
			}
		}
		if _, err := w.read(paolo, castelvento, id); err != nil {
			w.Errorf("Paolo: %v", err)
		}
		for _, other := range []int64{nadia, teresa} {
			_, err := w.read(other, castelvento, id)
			wantFault(w, err, fault.NotFound)
			s, _ := w.who(other, castelvento)
			p, err := w.List(w.Context(), s, channel.Filter{})
			if w.must(err); len(p.Threads) != 0 {
				w.Errorf("%d sees that there is one", other)
			}
		}
		s, a := w.who(paolo, castelvento)
		w.must(w.Reply(w.Context(), s, a, id, channel.Draft{Text: "ricevuto"}))
		if mails := w.takeMails(); len(mails) != 1 || mails[0].To != "andrea@csirt.example" {
			w.Errorf("told of the answer: %+v", mails)
		}
	})
}

// The label binds: above TLP:GREEN a mail repeats nothing.
func TestMailsRepeatNothingAboveGreen(t *testing.T) {
	each(t, func(w *world) {
		for _, label := range tlp.Labels() {
			d := draft("OGGETTO-CHE-DICE", "TESTO-CHE-DICE")
			d.TLP = label
			d.Files = []channel.Upload{{Name: "NOME-CHE-DICE.pdf", Data: strings.NewReader("x")}}
			if label == tlp.Red {
				d.Named = []int64{paolo, nadia}
			}
			w.start(andrea, castelvento, d)
			mails := w.takeMails()
			if len(mails) != 2 {
				w.Errorf("%s: %d mails", label, len(mails))
			}
			for _, m := range mails {
				tells := strings.Contains(m.Subject+m.Text, "CHE-DICE")
				if tells != label.Within(tlp.Green) || strings.Contains(m.Text, "NOME-CHE-DICE") {
					w.Errorf("%s in %s tells %v:\n%s\n%s", label, m.Language, tells, m.Subject, m.Text)
				}
				if !strings.Contains(m.Text, "https://csirt.example/o/c_x101/channel/") || !strings.Contains(m.Text, string(label)) || strings.ContainsAny(m.Text, "{}") {
					w.Errorf("%s: no link, label, or a gap:\n%s", label, m.Text)
				}
			}
		}
	})
}

func TestWhoOfTheCSIRTIsTold(t *testing.T) {
	each(t, func(w *world) {
		id := w.start(paolo, castelvento, draft("una domanda", "…"))
		if mails := w.takeMails(); len(mails) != 2 {
			w.Errorf("nobody took part yet: %d mails", len(mails))
		}
		s, a := w.who(teresa, castelvento)
		w.must(w.Reply(w.Context(), s, a, id, channel.Draft{Text: "una risposta"}))
		w.takeMails()
		s, a = w.who(paolo, castelvento)
		w.must(w.Reply(w.Context(), s, a, id, channel.Draft{Text: "grazie"}))
		if mails := w.takeMails(); len(mails) != 1 || mails[0].To != "teresa@csirt.example" {
			w.Errorf("told: %+v", mails)
		}
	})
}

func TestWhatIsWrongIsSaidAndNothingIsKept(t *testing.T) {
	each(t, func(w *world) {
		s, a := w.who(andrea, castelvento)
		ok := func(change func(*channel.Draft)) channel.Draft {
			d := draft("oggetto", "testo")
			change(&d)
			return d
		}
		many := make([]channel.Upload, 11)
		for i := range many {
			many[i] = channel.Upload{Name: "f", Data: strings.NewReader("x")}
		}
		for code, d := range map[string]channel.Draft{
			"channel.subject_missing":  ok(func(d *channel.Draft) { d.Subject = "" }),
			"channel.subject_long":     ok(func(d *channel.Draft) { d.Subject = strings.Repeat("è", 201) }),
			"channel.tlp_missing":      ok(func(d *channel.Draft) { d.TLP = "TLP:WHITE" }),
			"channel.life_missing":     ok(func(d *channel.Draft) { d.Life = 9999 }),
			"channel.named_red":        ok(func(d *channel.Draft) { d.TLP = tlp.Red }),
			"channel.named_unknown":    ok(func(d *channel.Draft) { d.Named = []int64{paolo, 31} }),
			"channel.named_other_side": ok(func(d *channel.Draft) { d.Named = []int64{teresa} }),
			"channel.text_missing":     ok(func(d *channel.Draft) { d.Text = "" }),
			"channel.text_long":        ok(func(d *channel.Draft) { d.Text = strings.Repeat("è", 20_001) }),
			"channel.files_many":       ok(func(d *channel.Draft) { d.Files = many }),
		} {
			_, err := w.Start(w.Context(), s, a, d)
			wantFault(w, err, fault.Invalid, code)
		}
		large := ok(func(d *channel.Draft) {
			d.Files = []channel.Upload{{Name: "grande.iso", Data: io.LimitReader(zeros{}, 50<<20+1)}}
		})
		_, err := w.Start(w.Context(), s, a, large)
		wantFault(w, err, fault.TooLarge, "channel.file_large")
		var n int
		w.must(w.db.QueryRow(w.Context(), "SELECT COUNT(*) FROM channel_thread").Scan(&n))
		if n != 0 || len(w.takeMails()) != 0 {
			w.Errorf("%d threads were kept, or a mail sent", n)
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestFilesAreScannedAndComeBack(t *testing.T) {
	each(t, func(w *world) {
		w.finds["EICAR"] = "Eicar-Test-Signature"
		w.finds["BREAK"] = "!"
		d := draft("file", "ecco")
		d.Files = []channel.Upload{{Name: `C:\Users\x\..\rela` + "\u202e" + `zione.pdf`, Data: strings.NewReader("pulito")}, {Name: "../../etc/passwd", Data: strings.NewReader("BREAK")}}
		id := w.start(paolo, castelvento, d)
		c, err := w.read(andrea, castelvento, id)
		w.must(err)
		files := c.Messages[0].Files
		if len(files) != 2 || files[0].Name != "relazione.pdf" || files[0].Scan != channel.Clean || files[1].Name != "passwd" || files[1].Scan != channel.Unscanned {
			w.Fatalf("files: %+v", files)
		}
		s, _ := w.who(andrea, castelvento)
		f, content, err := w.OpenFile(w.Context(), s, id, files[0].ID)
		w.must(err)
		text, err := io.ReadAll(content)
		if w.must(errors.Join(err, content.Close())); string(text) != "pulito" || f.Size != 6 {
			w.Errorf("came back %q", text)
		}
		rita, _ := w.who(31, roccasalina)
		_, _, err = w.OpenFile(w.Context(), rita, id, files[0].ID)
		wantFault(w, err, fault.NotFound)

		s, a := w.who(paolo, castelvento)
		bad := func() channel.Draft {
			return channel.Draft{Text: "attenzione", Files: []channel.Upload{{Name: "x.com", Data: strings.NewReader("EICAR")}}}
		}
		wantFault(w, w.Reply(w.Context(), s, a, id, bad()), fault.Invalid, "channel.file_infected")
		sample := bad()
		sample.Sample = true
		w.must(w.Reply(w.Context(), s, a, id, sample))
		c, err = w.read(andrea, castelvento, id)
		w.must(err)
		if len(c.Messages) != 2 || c.Messages[1].Files[0].Scan != channel.Infected || c.Messages[1].Files[0].Finding != "Eicar-Test-Signature" {
			w.Errorf("the sample: %+v", c.Messages)
		}
	})
}

func TestAfterItsLifeAConversationIsErased(t *testing.T) {
	each(t, func(w *world) {
		d := draft("scade", "testo")
		d.Files = []channel.Upload{{Name: "a.txt", Data: strings.NewReader("x")}}
		id := w.start(andrea, castelvento, d)
		stays := w.start(andrea, castelvento, draft("resta", "testo"))
		w.clock.Advance(29 * 24 * time.Hour)
		s, a := w.who(paolo, castelvento)
		w.must(w.Reply(w.Context(), s, a, stays, channel.Draft{Text: "ancora qui"})) // moves its end on
		w.clock.Advance(2 * 24 * time.Hour)
		for range 2 { // again changes nothing
			w.must(w.Expire(w.Context(), system()))
		}
		c, err := w.read(paolo, castelvento, id)
		w.must(err)
		if c.Subject != "" || c.Messages[0].Text != "" || len(c.Messages[0].Files) != 0 || c.Erased.IsZero() || c.Messages[0].By != "Andrea Rossi" {
			w.Errorf("erased: %+v", c)
		}
		wantFault(w, w.Reply(w.Context(), s, a, id, channel.Draft{Text: "x"}), fault.Conflict, "channel.erased")
		if c, err := w.read(paolo, castelvento, stays); err != nil || c.Subject != "resta" {
			w.Errorf("the other: %+v, %v", c, err)
		}
		_, err = w.queue.Drain(w.Context())
		w.must(err)
		var left, log int
		w.must(w.db.QueryRow(w.Context(), "SELECT COUNT(*) FROM blob").Scan(&left))
		w.must(w.db.QueryRow(w.Context(), "SELECT COUNT(*) FROM audit_entry WHERE action = 'channel.thread_expired'").Scan(&log))
		if left != 0 || log != 1 {
			w.Errorf("%d files are left, %d entries tell of it", left, log)
		}
	})
}

func TestEraseBeforeItsTime(t *testing.T) {
	each(t, func(w *world) {
		id := w.start(andrea, castelvento, draft("ripensato", "testo"))
		s, _ := w.who(paolo, castelvento)
		wantFault(w, w.Erase(w.Context(), s, channel.Member, id), fault.Forbidden, "channel.erase_side")
		s, _ = w.who(andrea, castelvento)
		w.must(w.Erase(w.Context(), s, channel.CSIRT, id))
		if c, err := w.read(paolo, castelvento, id); err != nil || c.Subject != "" {
			w.Errorf("%+v, %v", c, err)
		}
	})
}

func TestWhatWaitsForTheCSIRT(t *testing.T) {
	each(t, func(w *world) {
		first := w.start(paolo, castelvento, draft("uno", "…"))
		w.clock.Advance(time.Hour)
		w.start(31, roccasalina, draft("due", "…"))
		w.start(andrea, castelvento, draft("tre", "…"))
		_, a := w.who(andrea, castelvento)
		n, oldest, err := w.Waiting(w.Context(), territory(andrea))
		if w.must(err); n != 2 || !oldest.Equal(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)) {
			w.Errorf("%d since %s", n, oldest)
		}
		p, err := w.List(w.Context(), territory(andrea), channel.Filter{Waiting: true})
		if w.must(err); len(p.Threads) != 2 || p.Threads[0].Subject != "due" {
			w.Errorf("listed %+v", p.Threads)
		}
		s, _ := w.who(andrea, castelvento)
		w.must(w.Close(w.Context(), s, first))
		if n, _, err = w.Waiting(w.Context(), territory(andrea)); err != nil || n != 1 {
			w.Errorf("after closing one: %d, %v", n, err)
		}
		sp, ap := w.who(paolo, castelvento)
		w.must(w.Reply(w.Context(), sp, ap, first, channel.Draft{Text: "un'altra cosa"}))
		if n, _, err = w.Waiting(w.Context(), territory(andrea)); err != nil || n != 2 {
			w.Errorf("a new message opens it again: %d, %v", n, err)
		}
		w.must(w.Reply(w.Context(), s, a, first, channel.Draft{Text: "risposto"}))
		if n, _, err = w.Waiting(w.Context(), territory(andrea)); err != nil || n != 1 {
			w.Errorf("answered: %d, %v", n, err)
		}
	})
}

func TestPagesOfListsAndConversations(t *testing.T) {
	each(t, func(w *world) {
		s, a := w.who(andrea, castelvento)
		var ids []int64
		for i := range 7 {
			ids = append(ids, w.start(andrea, castelvento, draft(fmt.Sprint("n", i), "…"))) // all at the same moment
		}
		var got []int64
		for f := (channel.Filter{Limit: 3}); ; {
			p, err := w.List(w.Context(), s, f)
			w.must(err)
			for _, t := range p.Threads {
				got = append(got, t.ID)
			}
			if f.After = p.Next; p.Next == "" {
				break
			}
		}
		slices.Reverse(got)
		if !slices.Equal(got, ids) {
			w.Errorf("listed %v of %v", got, ids)
		}
		for range 40 {
			w.must(w.Reply(w.Context(), s, a, ids[0], channel.Draft{Text: "x"}))
		}
		c, err := w.Read(w.Context(), s, a, ids[0], 0)
		w.must(err)
		before, err := w.Read(w.Context(), s, a, ids[0], c.Earlier)
		w.must(err)
		if len(c.Messages) != 30 || len(before.Messages) != 11 || before.Earlier != 0 || before.Messages[10].ID >= c.Messages[0].ID {
			w.Errorf("%d and %d messages", len(c.Messages), len(before.Messages))
		}
		for _, junk := range []string{"x", "1-", "-1", "9-9-9", "' OR 1=1"} {
			if _, err := w.List(w.Context(), s, channel.Filter{After: junk}); err != nil {
				w.Errorf("cursor %q: %v", junk, err)
			}
		}
	})
}

func TestEveryLabelIsExplained(t *testing.T) {
	bundle, err := i18n.Load(channel.Locale)
	if err != nil {
		t.Fatal(err)
	}
	for _, label := range []string{"red", "amber_strict", "amber", "green", "clear"} {
		for _, key := range []string{"channel.label.", "channel.binds."} {
			if !bundle.Localizer("it", nil).Has(key + label) {
				t.Errorf("no %s%s", key, label)
			}
		}
	}
}
