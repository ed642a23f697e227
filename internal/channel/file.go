// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"errors"
	"io"

	"martinella/internal/platform/blob"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/filein"
)

// maxFile bounds a file; maxUpload a form with all of its files.
const (
	maxFile   = 50 << 20
	maxUpload = 60 << 20
)

// Scan is what is known of a file's harmlessness.
type Scan = filein.Verdict

// The verdicts.
const (
	Clean     = filein.Clean
	Infected  = filein.Infected
	Unscanned = filein.Unscanned
)

// Scanner looks for malware, for example clamd.
type Scanner = filein.Scanner

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

func (m *Module) door() filein.Door {
	return filein.Door{Files: m.deps.Files, Scanner: m.deps.Scanner, Log: m.deps.Log}
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
	got, err := m.door().Take(ctx, u.Name, u.Data, maxFile)
	f := File{Name: got.Name, Size: got.Size, SHA256: got.SHA256, Scan: got.Scan, Finding: got.Finding, blob: got.Blob}
	if errors.Is(err, blob.ErrTooLarge) {
		return f, fault.New(fault.TooLarge, "channel.form").Field("files", "channel.file_large", fault.P{"name": f.Name, "limit": maxFile >> 20})
	}
	if err == nil && f.Scan == Infected && !sample {
		err = fault.New(fault.Invalid, "channel.form").Field("files", "channel.file_infected", fault.P{"name": f.Name, "finding": f.Finding})
	}
	return f, err
}
