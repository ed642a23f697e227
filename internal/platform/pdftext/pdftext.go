// SPDX-License-Identifier: EUPL-1.2

// Package pdftext takes the text out of a PDF with poppler's pdftotext, a
// program of its own: what a hostile file does to it stays in a process with
// little time, little memory and an empty environment.
package pdftext

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/fault"
)

// Locale holds the sentences of this package's faults.
//
//go:embed locale/*.json
var Locale embed.FS

// The codes of the faults.
const (
	CodeMissing  = "pdftext.missing"   // the program is not installed
	CodeDamaged  = "pdftext.damaged"   // it cannot read the file
	CodeSlow     = "pdftext.slow"      // it took too long
	CodeTooLarge = "pdftext.too_large" // more text than Limits.Text, or a larger file than Limits.File
	CodeNoText   = "pdftext.no_text"   // pictures of pages only
)

// Limits bound what a file may cost. The zero value of a field means its default.
type Limits struct {
	Time   time.Duration // 20 seconds
	File   int           // bytes; 20 MiB
	Text   int           // bytes; 20 MiB
	Pages  int           // the ones after are not read; 500
	Memory int           // bytes; 1 GiB
}

func (l Limits) orDefaults() Limits {
	if l.Time <= 0 {
		l.Time = 20 * time.Second
	}
	for _, d := range []struct {
		field     *int
		otherwise int
	}{{&l.File, 20 << 20}, {&l.Text, 20 << 20}, {&l.Pages, 500}, {&l.Memory, 1 << 30}} {
		if *d.field <= 0 {
			*d.field = d.otherwise
		}
	}
	return l
}

// IsPDF says whether data is a PDF, by its first bytes.
func IsPDF(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data[:min(len(data), 1024)], "\xEF\xBB\xBF \t\r\n"), []byte("%PDF-"))
}

// Program runs pdftotext. Name is a path or a name to look for; empty means "pdftotext".
type Program struct {
	Name   string
	Limits Limits
}

// Text gives the text of a PDF.
func (p Program) Text(ctx context.Context, data []byte) (string, error) {
	l := p.Limits.orDefaults()
	if len(data) > l.File {
		return "", tooLarge(l.File)
	}
	name := p.Name
	if name == "" {
		name = "pdftotext"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.New(fault.Unavailable, CodeMissing).Because(err)
	}
	text, err := run(ctx, path, l, data)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" {
		return "", fault.New(fault.Unsupported, CodeNoText)
	}
	return text, nil
}

// run starts the program under a shell that bounds its memory and time, then becomes it.
func run(ctx context.Context, path string, l Limits, data []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, l.Time)
	defer cancel()
	bounds := fmt.Sprintf(`ulimit -v %d -c 0 -t %d; exec "$@"`, l.Memory>>10, int(l.Time/time.Second)+1)
	out, complaints := &bounded{left: l.Text, stop: cancel}, &bounded{left: 4 << 10}
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", bounds, "sh", path, "-enc", "UTF-8", "-eol", "unix", "-nopgbrk", "-q", "-l", strconv.Itoa(l.Pages), "-", "-")
	cmd.Env, cmd.Dir, cmd.WaitDelay = []string{"LC_ALL=C.UTF-8"}, os.TempDir(), 2*time.Second
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(data), out, complaints
	err := cmd.Run()
	switch {
	case out.full:
		return "", tooLarge(l.Text)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return "", fault.New(fault.Unavailable, CodeSlow, fault.P{"seconds": int(l.Time / time.Second)}).Because(err)
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fault.New(fault.Invalid, CodeDamaged).Because(fmt.Errorf("%w: %s", err, complaints.kept.String()))
	}
	return out.kept.String(), nil
}

func tooLarge(limit int) *fault.Error {
	return fault.New(fault.TooLarge, CodeTooLarge, fault.P{"limit": max(1, limit>>20)})
}

// bounded keeps up to left bytes. What is more is dropped, and stops the program
// if there is a stop: it would wait for ever to be read.
type bounded struct {
	kept bytes.Buffer // not embedded: its ReadFrom would go around the bound
	left int
	full bool
	stop func()
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	keep := p[:min(len(p), b.left)]
	b.left -= len(keep)
	b.kept.Write(keep)
	if b.full = b.full || len(keep) < len(p); b.full && b.stop != nil {
		b.stop()
	}
	return len(p), nil
}
