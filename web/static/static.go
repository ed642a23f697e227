// SPDX-License-Identifier: EUPL-1.2

// Package static holds the built style sheet, script, icons and fonts, and
// serves them.
//
// `npm ci && npm run build` in web/ writes dist/; what it writes is committed,
// so that the Go build alone needs no Node. Each file's name carries a hash of
// its content, so browsers may keep it for ever: a changed file has another
// name. dist/manifest.json maps the plain names to the hashed ones.
package static

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
)

//go:embed dist
var files embed.FS

// Prefix is where [Handler] is to be mounted.
const Prefix = "/static/"

// manifest maps "app.css" to "app.1a2b3c4d.css".
var manifest = sync.OnceValues(func() (map[string]string, error) {
	raw, err := files.ReadFile("dist/manifest.json")
	if err != nil {
		return nil, fmt.Errorf("static: run npm run build in web/: %w", err)
	}
	names := map[string]string{}
	if err := json.Unmarshal(raw, &names); err != nil {
		return nil, fmt.Errorf("static: dist/manifest.json: %w", err)
	}
	return names, nil
})

// Path returns the address of a built file by its plain name: "app.css". An
// unknown name gives an address that answers 404; a test checks them all.
func Path(name string) string {
	names, err := manifest()
	if err != nil || names[name] == "" {
		return Prefix + name
	}
	return Prefix + names[name]
}

// Names returns the plain names of all built files.
func Names() ([]string, error) {
	names, err := manifest()
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(names))
	for name := range names {
		out = append(out, name)
	}
	return out, nil
}

// read returns a built file by its hashed name.
func read(name string) ([]byte, error) { return fs.ReadFile(files, "dist/"+name) }
