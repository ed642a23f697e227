// SPDX-License-Identifier: EUPL-1.2

// Package filein takes in files that people hand over: each is stored a piece at
// a time, looked at by a scanner where there is one, and named so that its name
// can do no harm. What is then kept by nobody, the store removes.
package filein

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path"
	"strings"
	"unicode"

	"martinella/internal/platform/blob"
)

// Verdict is what is known of a file's harmlessness.
type Verdict string

// The verdicts. Nobody is told that a file is clean which nobody looked at.
const (
	Clean     Verdict = "clean"
	Infected  Verdict = "infected"
	Unscanned Verdict = "unscanned"
)

// Scanner looks for malware, for example clamd.
type Scanner interface {
	// Scan reads a file to its end. finding names what was found; "" when nothing was.
	Scan(ctx context.Context, r io.Reader) (finding string, err error)
}

// Files is the store. *blob.Store implements it.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (blob.Object, error)
	Open(ctx context.Context, name string) (io.ReadCloser, error)
}

// File is one that was taken in.
type File struct {
	Name    string
	Size    int64 // bytes
	SHA256  string
	Scan    Verdict
	Finding string // what the scanner called it
	Blob    string // its name in the store, where it waits to be kept
}

// Door takes files in and gives them out.
type Door struct {
	Files   Files
	Scanner Scanner // nil: files are marked as not scanned
	Log     *slog.Logger
}

// Take stores and scans a file; the error is blob.ErrTooLarge where it is larger
// than limit. What to do about one that is infected is the caller's.
func (d Door) Take(ctx context.Context, name string, r io.Reader, limit int64) (File, error) {
	f := File{Name: Name(name)}
	o, err := d.Files.Put(ctx, r, limit)
	if err != nil {
		return f, err
	}
	f.Size, f.SHA256, f.Blob = o.Size, o.SHA256, o.Name
	d.scan(ctx, &f)
	return f, nil
}

// scan asks the scanner. One that cannot be reached refuses nothing: the file
// says that nobody looked at it.
func (d Door) scan(ctx context.Context, f *File) {
	f.Scan = Unscanned
	if d.Scanner == nil {
		return
	}
	finding, err := d.ask(ctx, f.Blob)
	switch {
	case err != nil:
		d.Log.Warn("a file was not scanned", "error", err)
	case finding != "":
		f.Scan, f.Finding = Infected, Cut(finding, 200)
	default:
		f.Scan = Clean
	}
}

func (d Door) ask(ctx context.Context, name string) (string, error) {
	r, err := d.Files.Open(ctx, name)
	if err != nil {
		return "", err
	}
	finding, err := d.Scanner.Scan(ctx, r)
	return finding, errors.Join(err, r.Close())
}

// Open gives a file that was read to its end before: nobody gets half of a
// damaged one. It is for files small enough to be read twice.
func (d Door) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	content, err := d.Files.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, content)
	if err := errors.Join(err, content.Close()); err != nil {
		return nil, err
	}
	return d.Files.Open(ctx, name)
}

// Name keeps the last part of what a browser calls a file, without what
// could make it read as another name: control and direction marks.
func Name(s string) string {
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
	return Cut(s, 120)
}

// Cut shortens to n characters, keeping a file's ending.
func Cut(s string, n int) string {
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
