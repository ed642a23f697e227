// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/inventory"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/i18n"
)

// maxNameLine bounds a line of names, in bytes; a longer one is told and left aside.
const maxNameLine = 64 << 10

// ResolveNames reads lines of name, version and publisher, separated by tabs
// (the last two may be missing), and prints what product each means: as
// line, vendor, product, version and confidence separated by tabs, or with
// format "json" one object a line with candidates and reasons. Lines that
// cannot be read are told to errs; the rest goes on.
func (a *App) ResolveNames(ctx context.Context, in io.Reader, format string, out, errs io.Writer) error {
	r, err := a.rooms.inventory.Resolver(ctx, access.System("cli"))
	if err != nil {
		return a.spoken(err)
	}
	fmt.Fprintf(errs, "dictionary of %d products%s; %d names confirmed by people\n", r.Products(), a.dictionaryNote(ctx), r.Confirmed())
	w := bufio.NewWriterSize(out, 64<<10)
	wrong, err := resolveLines(in, func(line int, q names.Query) error {
		if format == "json" {
			return a.printAnswer(w, line, q, r.Resolve(q, 5))
		}
		got := r.Resolve(q, 1)
		version := strings.TrimSpace(got.Version + " " + got.Update)
		_, err := fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\n", line, got.Vendor, got.Product, version, got.Confidence)
		return err
	}, errs)
	if err = errors.Join(err, w.Flush()); err == nil && wrong > 0 {
		err = fmt.Errorf("%d lines could not be read; the others were resolved", wrong)
	}
	return err
}

// dictionaryNote says where the dictionary's names come from.
func (a *App) dictionaryNote(ctx context.Context) string {
	if seq, err := a.rooms.corpus.Seq(ctx, access.System("cli")); err == nil && seq > 0 {
		return " (of the vulnerability data and of the list that comes with the program)"
	}
	return " (of the list that comes with the program: no vulnerability data was imported yet)"
}

// resolveLines calls answer for each line that can be read and counts the others.
func resolveLines(in io.Reader, answer func(line int, q names.Query) error, errs io.Writer) (wrong int, err error) {
	r := bufio.NewReaderSize(in, maxNameLine)
	for line := 1; ; line++ {
		text, end, err := readLine(r)
		if err != nil {
			return wrong, err
		}
		q, err := nameLine(text)
		switch {
		case errors.Is(err, errBlank):
		case err != nil:
			wrong++
			fmt.Fprintf(errs, "line %d left aside: %v\n", line, err)
		default:
			if err := answer(line, q); err != nil {
				return wrong, err
			}
		}
		if end {
			return wrong, nil
		}
	}
}

// readLine gives a line without its end; of one that is too long, what says so.
func readLine(r *bufio.Reader) (text []byte, end bool, err error) {
	text, err = r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
		text = nil
		if err == nil || errors.Is(err, io.EOF) {
			return tooLong, errors.Is(err, io.EOF), nil
		}
	}
	if errors.Is(err, io.EOF) {
		return text, true, nil
	}
	return text, false, err
}

// tooLong stands for a line longer than maxNameLine: it is no valid text.
var tooLong = []byte{0xff}

// Mistakes of a line.
var (
	errBlank   = errors.New("blank line")
	errLine    = fmt.Errorf("it is no UTF-8 text, or longer than %d bytes", maxNameLine)
	errNoName  = errors.New("the name, before the first tab, is empty")
	errColumns = errors.New("more than three columns: name, version and publisher are expected, separated by tabs")
)

// nameLine reads name, version and publisher.
func nameLine(text []byte) (names.Query, error) {
	s := strings.TrimRight(strings.TrimPrefix(string(text), "\ufeff"), "\r\n")
	switch {
	case !utf8.ValidString(s):
		return names.Query{}, errLine
	case strings.TrimSpace(s) == "":
		return names.Query{}, errBlank
	}
	f := strings.Split(s, "\t")
	switch {
	case len(f) > 3 && strings.TrimSpace(strings.Join(f[3:], "")) != "":
		return names.Query{}, errColumns
	case strings.TrimSpace(f[0]) == "":
		return names.Query{}, errNoName
	}
	f = append(f, "", "")
	return names.Query{Label: f[0], Version: f[1], Publisher: f[2]}, nil
}

// answerLine is an answer as format "json" prints it.
type answerLine struct {
	Line int    `json:"line"`
	Name string `json:"name"`
	guessLine
	State      string      `json:"state"` // resolved, guessed, unknown
	Candidates []guessLine `json:"candidates"`
}

type guessLine struct {
	Part       string `json:"part"`
	Vendor     string `json:"vendor"`
	Product    string `json:"product"`
	Version    string `json:"version"`
	Update     string `json:"update"`
	Confidence int    `json:"confidence"` // 0-100
	Reason     string `json:"reason"`
	Why        string `json:"why"`            // the reason in English
	CVEs       int    `json:"cves,omitempty"` // how many CVEs name the product
}

// printAnswer prints an answer as a line of JSON.
func (a *App) printAnswer(w io.Writer, line int, q names.Query, got inventory.Meaning) error {
	l := a.bundle.Localizer(i18n.English, a.zone)
	why := func(reason string) string { return l.T("inventory.reason." + cmp.Or(reason, "none")) }
	answer := answerLine{Line: line, Name: q.Label, State: string(got.State), Candidates: []guessLine{}}
	answer.guessLine = guessLine{Part: got.Part, Vendor: got.Vendor, Product: got.Product, Version: got.Version, Update: got.Update,
		Confidence: got.Confidence, Reason: got.Reason, Why: why(got.Reason)}
	for _, c := range got.Candidates {
		answer.Candidates = append(answer.Candidates, guessLine{Part: c.Part, Vendor: c.Vendor, Product: c.Product.Product, Version: c.Version, Update: c.Update,
			Confidence: c.Confidence, Reason: string(c.Reason), Why: why(string(c.Reason)), CVEs: c.Count})
	}
	return json.NewEncoder(w).Encode(answer)
}
