// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder keeps objects as files below one folder.
type Folder struct {
	path string
	root *os.Root // nothing outside of it can be named
}

// NewFolder opens a folder, making it when it is missing.
func NewFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("blob: making the folder: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("blob: opening the folder: %w", err)
	}
	return &Folder{path: path, root: root}, nil
}

// place spreads the files over 256 folders.
func place(name string) (dir, file string, err error) {
	if len(name) < 3 || !filepath.IsLocal(name) || filepath.Base(name) != name {
		return "", "", fmt.Errorf("blob: %q names no object", name)
	}
	return name[:2], filepath.Join(name[:2], name), nil
}

// Put implements Backend: the file appears under its name when it is whole and on the disk.
func (f *Folder) Put(_ context.Context, name string, sealed io.Reader) (err error) {
	dir, file, err := place(name)
	if err != nil {
		return err
	}
	if err := f.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	part := file + ".part"
	defer func() {
		if err != nil {
			_ = f.root.Remove(part) // what is left of it is harmless
		}
	}()
	if err := f.writeFile(part, sealed); err != nil {
		return err
	}
	if err := f.root.Rename(part, file); err != nil {
		return err
	}
	return f.syncDir(dir)
}

func (f *Folder) writeFile(name string, r io.Reader) (err error) {
	out, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, r); err != nil {
		return err
	}
	return out.Sync()
}

// syncDir makes the new name itself survive a power failure.
func (f *Folder) syncDir(dir string) (err error) {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get implements Backend.
func (f *Folder) Get(_ context.Context, name string) (io.ReadCloser, error) {
	_, file, err := place(name)
	if err != nil {
		return nil, err
	}
	in, err := f.root.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return in, err
}

// Delete implements Backend.
func (f *Folder) Delete(_ context.Context, name string) error {
	_, file, err := place(name)
	if err != nil {
		return err
	}
	for _, gone := range []string{file, file + ".part"} {
		if err := f.root.Remove(gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Check implements Backend: it writes and removes a file.
func (f *Folder) Check(ctx context.Context) error {
	const probe = "00-martinella-check"
	if err := f.Delete(ctx, probe); err != nil {
		return err
	}
	if err := f.writeFile(probe, io.LimitReader(zeros{}, 16)); err != nil {
		return err
	}
	return f.root.Remove(probe)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// String implements Backend.
func (f *Folder) String() string { return f.path }

// Close gives the folder back.
func (f *Folder) Close() error { return f.root.Close() }
