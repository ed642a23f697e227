// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"encoding/json"
	"fmt"
	"io/fs"
)

// geography is the file the invented municipalities are added to.
const geography = "geo/comuni-toscana.json"

// Reference gives the domain data with the invented municipalities among the
// real ones, so that an invented body need not pretend to be in a real place.
func Reference(data fs.FS) (fs.FS, error) {
	t, err := Load()
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(data, geography)
	if err != nil {
		return nil, fmt.Errorf("the demonstration's geography: %w", err)
	}
	var file map[string]json.RawMessage
	var places []json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("the demonstration's geography: %w", err)
	}
	if err := json.Unmarshal(file["comuni"], &places); err != nil {
		return nil, fmt.Errorf("the demonstration's geography: %w", err)
	}
	if file["comuni"], err = json.Marshal(append(places, t.Municipalities...)); err != nil {
		return nil, fmt.Errorf("the demonstration's geography: %w", err)
	}
	text, err = json.Marshal(file)
	return overlay{data, text}, err
}

// overlay is a file system in which one file reads differently.
type overlay struct {
	fs.FS
	geography []byte
}

// ReadFile implements fs.ReadFileFS.
func (o overlay) ReadFile(name string) ([]byte, error) {
	if name == geography {
		return o.geography, nil
	}
	return fs.ReadFile(o.FS, name)
}
