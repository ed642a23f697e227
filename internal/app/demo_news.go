// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/app/demo"
	"martinella/internal/platform/holiday"
	"martinella/internal/vulnerability"
	"martinella/internal/vulnerability/corpus"
	"martinella/internal/vulnerability/digest"
)

// news are the first digests, then the extract's days: all but the last on the
// working days before today, the last today.
func (st *stage) news() []scene {
	last := len(st.feeds) - 1
	out := []scene{{st.hour(0, 6), "the first digests", st.rooms.vulnerability.Tick}}
	for i, f := range st.feeds[:last] {
		out = append(out,
			scene{st.hour(i+1, 5), "the feed of " + f.Day, func(ctx context.Context) error { return st.feed(ctx, f) }},
			scene{st.hour(i+1, 6), "the digests of " + f.Day, st.rooms.vulnerability.Tick})
	}
	return append(out,
		scene{st.now, "today's feed", func(ctx context.Context) error { return st.feed(ctx, st.feeds[last]) }},
		scene{st.now, "today's digests", st.today})
}

// workingDays gives the midnights that begin the n working days before a day, the earliest first.
func workingDays(before time.Time, n int) ([]time.Time, error) {
	out := make([]time.Time, n)
	y, m, d := before.Date()
	for n > 0 {
		d--
		day := time.Date(y, m, d, 0, 0, 0, 0, before.Location())
		works, err := holiday.IsBusinessDay("IT", "", day)
		if err != nil {
			return nil, err
		}
		if works {
			n--
			out[n] = day
		}
	}
	return out, nil
}

// feed imports files of the extract.
func (st *stage) feed(ctx context.Context, feeds ...demo.Feed) error {
	for _, f := range feeds {
		if err := st.importExtract(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

func (st *stage) importExtract(ctx context.Context, f demo.Feed) (err error) {
	file, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	report, err := st.rooms.corpus.Import(ctx, access.System("demo"), corpus.Request{
		Feed: corpus.Kind(f.Kind), Reader: file, Item: f.Name, OnBatch: st.rooms.vulnerability.OnImport,
	})
	if err == nil && (report.Incomplete || report.Broken > 0) {
		err = fmt.Errorf("%d broken records, incomplete: %t", report.Broken, report.Incomplete)
	}
	return err
}

// today sends today's digests whatever the hour and the day of the week: the
// demonstration may begin on a Sunday night.
func (st *stage) today(ctx context.Context) error {
	_, err := st.rooms.vulnerability.RunDigests(ctx, access.System("digest"), vulnerability.RunOptions{})
	return err
}

// mark puts a member's mark on its matches.
func (st *stage) mark(ctx context.Context, m demo.Mark) error {
	s, err := st.member(m.By, m.Organisation)
	if err != nil {
		return err
	}
	r := vulnerability.MarkRequest{Kind: digest.Mark(m.Kind), Justification: vulnerability.Justification(m.Justification), Note: m.Note, By: st.named(m.By)}
	if m.ForDays > 0 {
		r.Until = st.now.AddDate(0, 0, m.ForDays).Format(time.DateOnly)
	}
	if _, err := st.rooms.vulnerability.Mark(ctx, s, vulnerability.Selection{CVE: m.CVE, Product: m.Product}, r); err != nil {
		return fmt.Errorf("%s%s: %w", m.CVE, m.Product, err)
	}
	return nil
}
