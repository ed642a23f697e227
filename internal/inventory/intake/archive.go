// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"martinella/internal/platform/fault"
)

// Bounds on archives: what is unpacked is counted as it comes, whatever the archive says of itself.
const (
	maxUnpacked = 400 << 20 // bytes of all that is read out of one archive
	maxEntries  = 5_000
)

// seekable is what a source must give for an archive to be read: its list of
// contents stands at the end.
type seekable interface {
	io.ReaderAt
	Size() int64
}

func beginsAsZip(src Source) (bool, error) {
	raw, err := src()
	if err != nil {
		return false, err
	}
	defer raw.Close()
	head := make([]byte, 4)
	n, err := io.ReadFull(raw, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, err
	}
	return bytes.HasPrefix(head[:n], []byte("PK\x03\x04")), nil
}

// archive is an open archive, with what may still be unpacked of it.
type archive struct {
	*zip.Reader
	raw  io.Closer
	left *int64
}

func openArchive(src Source) (*archive, error) {
	raw, err := src()
	if err != nil {
		return nil, err
	}
	at, ok := raw.(seekable)
	if !ok {
		return nil, errors.Join(fault.New(fault.Invalid, "inventory.import.archive"), raw.Close())
	}
	z, err := zip.NewReader(at, at.Size())
	if err != nil {
		return nil, errors.Join(fault.New(fault.Invalid, "inventory.import.archive").Because(err), raw.Close())
	}
	left := int64(3 * maxUnpacked) // a file is looked at, read for its hosts, and read
	a := &archive{z, raw, &left}
	if err := a.plausible(); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return a, nil
}

// Close ends the reading.
func (a *archive) Close() error { return a.raw.Close() }

// plausible refuses what an archive admits to be too much.
func (a *archive) plausible() error {
	if len(a.File) > maxEntries {
		return fault.New(fault.Invalid, "inventory.import.archive_many", fault.P{"limit": maxEntries})
	}
	var sum uint64
	for _, f := range a.File {
		if sum += f.UncompressedSize64; sum > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return unpackedTooLarge()
		}
	}
	return nil
}

func unpackedTooLarge() error {
	return fault.New(fault.Invalid, "inventory.import.archive_large", fault.P{"limit": fmt.Sprintf("%d MB", maxUnpacked>>20)})
}

func (a *archive) named(name string) *zip.File {
	for _, f := range a.File {
		if strings.EqualFold(strings.TrimPrefix(f.Name, "/"), name) {
			return f
		}
	}
	return nil
}

// source opens a file of the archive; what is read of it counts.
func (a *archive) source(f *zip.File) Source {
	return func() (io.ReadCloser, error) {
		r, err := f.Open()
		if err != nil {
			return nil, fault.New(fault.Invalid, "inventory.import.archive").Because(err)
		}
		return &unpacked{r, a.left}, nil
	}
}

// unpacked counts what comes out of an archive.
type unpacked struct {
	io.ReadCloser
	left *int64
}

// Read implements io.Reader.
func (u *unpacked) Read(p []byte) (int, error) {
	if *u.left <= 0 {
		return 0, unpackedTooLarge()
	}
	if int64(len(p)) > *u.left {
		p = p[:*u.left]
	}
	n, err := u.ReadCloser.Read(p)
	*u.left -= int64(n)
	if err != nil && err != io.EOF {
		err = fault.New(fault.Invalid, "inventory.import.archive").Because(err)
	}
	return n, err
}

// detectZip tells a workbook from an archive of inventories.
func detectZip(src Source) (Format, error) {
	a, err := openArchive(src)
	if err != nil {
		return "", err
	}
	defer a.Close()
	switch {
	case a.named("xl/workbook.xml") != nil:
		return FormatXLSX, nil
	case a.named("mimetype") != nil, a.named("xl/workbook.bin") != nil, a.named("word/document.xml") != nil:
		return "", fault.New(fault.Invalid, "inventory.import.spreadsheet")
	}
	return FormatZip, nil
}

// Zip reads an archive of inventories, each in whatever format it is. Archives
// inside are refused. Lines are numbered through all files.
func Zip(src Source, o Options, sink Sink) error {
	a, err := openArchive(src)
	if err != nil {
		return err
	}
	defer a.Close()
	line, files := 0, 0
	for _, f := range a.File {
		if f.FileInfo().IsDir() || hidden(f.Name) {
			continue
		}
		files++
		if line, err = a.entry(f, line, sink); err != nil {
			return err
		}
	}
	if files == 0 {
		return fault.New(fault.Invalid, "inventory.import.empty")
	}
	return nil
}

func hidden(name string) bool {
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(path.Base(name), ".")
}

// entry reads one file of an archive and gives the last line used.
func (a *archive) entry(f *zip.File, from int, sink Sink) (int, error) {
	src := a.source(f)
	zipped, err := beginsAsZip(src)
	if err != nil {
		return from, inFile(err, f.Name)
	}
	format, err := Detect(src)
	if zipped || err != nil && fault.Of(err).Code == "inventory.import.compressed" {
		return from, fault.New(fault.Invalid, "inventory.import.nested", fault.P{"file": excerpt(f.Name)})
	}
	if err != nil {
		return from, inFile(err, f.Name)
	}
	last := from
	inner := sink
	about, err := Subject(src, format)
	if err == nil && about != "" {
		err = sink.host(Host{Name: about, Key: string(format) + ":" + about, Kind: System, Complete: true})
	}
	if err != nil {
		return from, inFile(err, f.Name)
	}
	inner.Row = func(r Row) error {
		r.Line += from
		r.Format = format
		if about != "" && r.Values[Asset] == "" {
			r.Values[Asset] = clip(Asset, about)
		}
		last = max(last, r.Line)
		return sink.Row(r)
	}
	inner.Problem = func(p Problem) error {
		p.Line += from
		last = max(last, p.Line)
		return sink.Problem(p)
	}
	_, err = Read(src, Options{Format: format}, inner)
	return last, inFile(err, f.Name)
}

// inFile says in which file of an archive something is wrong.
func inFile(err error, name string) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Params["file"] != nil {
		return err
	}
	with := fault.P{"file": excerpt(name)}
	for k, v := range f.Params {
		with[k] = v
	}
	return fault.New(f.Kind, f.Code, with).Because(err)
}
