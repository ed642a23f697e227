// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"unicode"

	"martinella/internal/platform/blob"
	"martinella/internal/platform/fault"
)

// maxFile bounds a file; maxUpload a form with all of its files.
const (
	maxFile   = 50 << 20
	maxUpload = 60 << 20
)

// Scan is what is known of a file's harmlessness.
type Scan string

// The verdicts. Nobody is told that a file is clean which nobody looked at.
const (
	Clean     Scan = "clean"
	Infected  Scan = "infected"
	Unscanned Scan = "unscanned"
)

// Scanner looks for malware, for example clamd.
type Scanner interface {
	// Scan reads a file to its end. finding names what was found; "" when nothing was.
	Scan(ctx context.Context, r io.Reader) (finding string, err error)
}

// Upload is a file on its way in.
type Upload struct {
	Name string
	Data io.Reader
}

// File is a file of a message.
type File struct {
	ID      int64
	Name    string
	Size    int64 // bytes
	SHA256  string
	Scan    Scan
	Finding string // what the scanner called it
	blob    string
}

// takeIn stores and scans what came with a message. Whatever is then not kept
// is cleaned away by the store.
func (m *Module) takeIn(ctx context.Context, d Draft) ([]File, error) {
	out := make([]File, 0, len(d.Files))
	for _, u := range d.Files {
		f, err := m.store(ctx, u, d.Sample)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// store takes one file in, a piece at a time: the memory it needs is the
// store's and the scanner's, whatever the file's size.
func (m *Module) store(ctx context.Context, u Upload, sample bool) (File, error) {
	f := File{Name: fileName(u.Name)}
	o, err := m.deps.Files.Put(ctx, u.Data, maxFile)
	if errors.Is(err, blob.ErrTooLarge) {
		return f, fault.New(fault.TooLarge, "channel.form").Field("files", "channel.file_large", fault.P{"name": f.Name, "limit": maxFile >> 20})
	}
	if err != nil {
		return f, err
	}
	f.Size, f.SHA256, f.blob = o.Size, o.SHA256, o.Name
	m.scan(ctx, &f)
	if f.Scan == Infected && !sample {
		return f, fault.New(fault.Invalid, "channel.form").Field("files", "channel.file_infected", fault.P{"name": f.Name, "finding": f.Finding})
	}
	return f, nil
}

// scan asks the scanner. One that cannot be reached stops no message: the file
// says that nobody looked at it.
func (m *Module) scan(ctx context.Context, f *File) {
	f.Scan = Unscanned
	if m.deps.Scanner == nil {
		return
	}
	finding, err := m.ask(ctx, f.blob)
	switch {
	case err != nil:
		m.deps.Log.Warn("a file was not scanned", "error", err)
	case finding != "":
		f.Scan, f.Finding = Infected, cut(finding, 200)
	default:
		f.Scan = Clean
	}
}

func (m *Module) ask(ctx context.Context, name string) (string, error) {
	r, err := m.deps.Files.Open(ctx, name)
	if err != nil {
		return "", err
	}
	finding, err := m.deps.Scanner.Scan(ctx, r)
	return finding, errors.Join(err, r.Close())
}

// fileName keeps the last part of what a browser calls a file, without what
// could make it read as another name: control and direction marks.
func fileName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '/' || r == '"' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
	if s == "" || s == "." || s == ".." {
		return "file"
	}
	return cut(s, 120)
}

// cut shortens to n characters, keeping a file's ending.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	ext := []rune(path.Ext(s))
	if len(ext) > 10 {
		ext = nil
	}
	return string(r[:n-len(ext)]) + string(ext)
}
