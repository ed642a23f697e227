// SPDX-License-Identifier: EUPL-1.2

package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Source says where the keys are, in order of precedence.
type Source struct {
	Text    string // the keys themselves, from the environment
	File    string // a file that the configuration names; it must exist
	Default string // a file in the data folder; made when missing
}

// maxKeyFile bounds what is read: a key file has a few lines.
const maxKeyFile = 16 << 10

// Load makes the box of the first source that is given. It refuses a key file
// that everybody on the machine may read.
func Load(s Source) (*Box, error) {
	switch {
	case s.Text != "":
		return parse(s.Text)
	case s.File != "":
		return fromFile(s.File)
	case s.Default == "":
		return nil, errors.New("secret: no key is configured")
	}
	box, err := fromFile(s.Default)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(s.Default); err != nil {
			return nil, err
		}
		return fromFile(s.Default)
	}
	return box, err
}

// NewKey makes a key as it is written in a key file.
func NewKey() string {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // documented never to fail
	return base64.StdEncoding.EncodeToString(key)
}

func parse(text string) (*Box, error) {
	var keys [][]byte
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(key) != keySize {
			// Not the error's own text: it would quote the key.
			return nil, fmt.Errorf("secret: line %d is not a key of %d bytes in base64", n, keySize)
		}
		keys = append(keys, key)
	}
	return New(keys...)
}

func fromFile(path string) (*Box, error) {
	text, err := ReadFile(path)
	if err != nil {
		return nil, err
	}
	box, err := parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return box, nil
}

// ReadFile reads a file of keys. It refuses one that everybody on the machine may read.
func ReadFile(path string) (_ []byte, err error) {
	f, err := os.Open(path) //nolint:gosec // the administrator names it
	if err != nil {
		return nil, fmt.Errorf("secret: opening the key file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("secret: looking at the key file: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("secret: everybody may read %s: chmod o-rwx it, and consider its key known", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return nil, fmt.Errorf("secret: reading the key file: %w", err)
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

func create(path string) error {
	return MakeFile(path, fmt.Sprintf("# Martinella's key. Without it, what is sealed in the database cannot be read.\n%s\n", NewKey()))
}

// MakeFile makes a key file in one step, so that neither a crash nor a second
// program starting at the same time leaves half a key or replaces a whole one.
// A file that is there already stays.
func MakeFile(path, text string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("secret: making the key's folder: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("secret: making the key file: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(tmp.Name())) }()
	_, err = tmp.WriteString(text)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("secret: writing the key file: %w", err)
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("secret: putting the key file in place: %w", err)
	}
	return nil
}
