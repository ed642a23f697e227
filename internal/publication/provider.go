// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"slices"
	"strings"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/publication/csaf"
	"martinella/web/ui"
)

// provider hangs up the files of a CSAF provider (7.1), where both of the
// standard's ways look for them: by ROLIE feed and by folder.
func (m *Module) provider(g *gate.Gate) {
	open := gate.Public()
	g.Handle("GET "+csaf.Root+"/provider-metadata.json", open, m.made("provider-metadata.json"))
	g.Handle("GET "+csaf.Root+"/"+csaf.ServiceName, open, m.made(csaf.ServiceName))
	for _, name := range []string{csaf.FeedName, csaf.CategoryName, "index.txt", "changes.csv"} {
		g.Handle("GET "+csaf.White+"/"+name, open, m.made(name))
	}
	g.Handle("GET "+csaf.White+"/{$}", open, m.folders)
	g.Handle("GET "+csaf.White+"/{year}/{$}", open, m.folder)
	g.Handle("GET "+csaf.White+"/{year}/{name}", open, m.documentFile)
	g.Handle("GET "+csaf.Root+"/openpgp/{name}", open, m.keyFile)
}

// made answers with a file made of all alerts.
func (m *Module) made(name string) gate.Handler {
	return func(r *gate.Request) error {
		state, changed, err := m.state(r.Context(), r.Scope)
		if err != nil {
			return err
		}
		f, err := m.files.get(state, name, func() (file, error) { return m.makeFile(r, name, changed) })
		if err != nil {
			return err
		}
		return give(r, f)
	}
}

func (m *Module) makeFile(r *gate.Request, name string, changed time.Time) (f file, err error) {
	own, err := m.Profile(r.Context(), r.Scope)
	if err != nil {
		return f, err
	}
	p := csaf.Provider{Publisher: m.publisher(own), Base: m.deps.BaseURL, Fingerprint: m.signs(), Changed: changed}
	f = file{kind: jsonKind, changed: changed}
	switch name {
	case "provider-metadata.json":
		f.body, err = p.Metadata()
		return f, err
	case csaf.ServiceName:
		f.body, err = p.Service()
		return f, err
	case csaf.CategoryName:
		f.body, err = p.Category()
		return f, err
	}
	all, err := m.entries(r.Context(), r.Scope)
	if err != nil {
		return f, err
	}
	switch name {
	case "index.txt":
		f.kind, f.body = plainKind, csaf.Index(all)
	case "changes.csv":
		f.kind, f.body = csvKind, csaf.Changes(all)
	default:
		f.body, err = p.Feed(all)
	}
	return f, err
}

// documentFile answers with a document, one of its hashes or its signature.
func (m *Module) documentFile(r *gate.Request) error {
	name, suffix, ok := strings.Cut(r.Param("name"), ".json")
	if !ok || !slices.Contains([]string{"", ".sha256", ".sha512", ".asc"}, suffix) {
		return unknownFile()
	}
	d, err := m.document(r.Context(), r.Scope, r.Param("year"), name)
	if err != nil {
		return err
	}
	f := file{kind: plainKind, changed: d.Changed}
	switch suffix {
	case "":
		f.kind, f.body, f.tag = jsonKind, d.Body, d.SHA256[:24]
	case ".sha256":
		f.body = []byte(d.SHA256 + "  " + name + ".json\n")
	case ".sha512":
		f.body = []byte(d.SHA512 + "  " + name + ".json\n")
	default:
		f.kind, f.body = signKind, []byte(d.Signature)
	}
	if len(f.body) == 0 {
		return unknownFile()
	}
	return give(r, f)
}

// keyFile answers with the CSIRT's public key (7.1.20).
func (m *Module) keyFile(r *gate.Request) error {
	key, err := m.Key()
	if err != nil {
		return err
	}
	if key.Fingerprint == "" || !strings.EqualFold(r.Param("name"), key.Fingerprint+".asc") {
		return unknownFile()
	}
	return give(r, file{kind: keyKind, body: key.Armored})
}

// folders lists the years there are documents of, and the files beside them (7.1.14).
func (m *Module) folders(r *gate.Request) error {
	all, err := m.entries(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	links := []string{csaf.FeedName, csaf.CategoryName, "index.txt", "changes.csv"}
	for _, e := range all {
		year, _, _ := strings.Cut(e.Path, "/")
		if year += "/"; !slices.Contains(links, year) {
			links = append(links, year)
		}
	}
	return m.listing(r, csaf.White+"/", links)
}

// folder lists a year's documents.
func (m *Module) folder(r *gate.Request) error {
	all, err := m.entries(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	var links []string
	for _, e := range all {
		if name, ok := strings.CutPrefix(e.Path, r.Param("year")+"/"); ok {
			links = append(links, name)
		}
	}
	if len(links) == 0 {
		return unknownFile()
	}
	return m.listing(r, csaf.White+"/"+r.Param("year")+"/", links)
}

func (m *Module) listing(r *gate.Request, path string, names []string) error {
	slices.Sort(names)
	links := make([]ui.Link, len(names))
	for i, name := range names {
		links[i] = ui.Link{Text: name, Href: name} // relative: so programs look for them
	}
	return r.Page(r.L.T("publication.folder", "path", path), folderPage(path, links))
}
