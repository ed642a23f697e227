// SPDX-License-Identifier: EUPL-1.2

package csaf

import (
	"strings"
	"time"
)

// Root is where a provider's files are (7.1.9), and White the folder of what is TLP:WHITE.
const (
	Root  = "/.well-known/csaf"
	White = Root + "/white"
)

// The names of the files beside the documents.
const (
	FeedName     = "csaf-feed-tlp-white.json"
	ServiceName  = "service.json"
	CategoryName = "category-white.json"
)

// Provider is who publishes, and where.
type Provider struct {
	Publisher
	Base        string // "https://csirt.example.it"
	Fingerprint string // of the OpenPGP key, in hex; "" none: then it is no trusted provider
	Changed     time.Time
}

// KeyPath is where a key is fetched.
func KeyPath(fingerprint string) string {
	return Root + "/openpgp/" + strings.ToUpper(fingerprint) + ".asc"
}

// Metadata is the provider-metadata.json (7.1.7, 7.2.3).
func (p Provider) Metadata() ([]byte, error) {
	type object = map[string]any
	feed := object{"summary": "TLP:WHITE", "tlp_label": "WHITE", "url": p.Base + White + "/" + FeedName}
	keys := []object{}
	role := "csaf_provider"
	if p.Fingerprint != "" {
		role = "csaf_trusted_provider"
		keys = append(keys, object{"fingerprint": strings.ToUpper(p.Fingerprint), "url": p.Base + KeyPath(p.Fingerprint)})
	}
	return write(object{
		"canonical_url": p.Base + Root + "/provider-metadata.json", "last_updated": stamp(p.Changed), "metadata_version": "2.0",
		"list_on_CSAF_aggregators": true, "mirror_on_CSAF_aggregators": true, "role": role,
		"publisher": p.wire(), "public_openpgp_keys": keys,
		"distributions": []object{
			{"rolie": object{"feeds": []object{feed}, "services": []string{p.Base + Root + "/" + ServiceName}, "categories": []string{p.Base + White + "/" + CategoryName}}},
			{"directory_url": p.Base + White + "/"},
		},
	})
}

// Entry is a document as the lists of documents tell it.
type Entry struct {
	ID       string
	Path     string // "2026/csirt-2026-0001.json"
	Title    string
	Summary  string
	Released time.Time
	Changed  time.Time
}

type link struct {
	Rel  string `json:"rel"`
	HRef string `json:"href"`
}

type category struct {
	Scheme string `json:"scheme,omitempty"`
	Term   string `json:"term"`
}

type feedEntry struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Link      []link            `json:"link"`
	Published string            `json:"published"`
	Updated   string            `json:"updated"`
	Summary   map[string]string `json:"summary,omitempty"`
	Content   map[string]string `json:"content"`
	Format    map[string]string `json:"format"`
}

func rolieCategory() []category {
	return []category{{"urn:ietf:params:rolie:category:information-type", "csaf"}}
}

// Feed is the ROLIE feed (7.1.15) of all documents, the newest first.
func (p Provider) Feed(all []Entry) ([]byte, error) {
	entries := make([]feedEntry, 0, len(all))
	for _, e := range all {
		entries = append(entries, p.entry(e))
	}
	return write(map[string]any{"feed": map[string]any{
		"id": "csaf-feed-tlp-white", "title": p.Name + ": CSAF, TLP:WHITE", "category": rolieCategory(), "updated": stamp(p.Changed),
		"link":  []link{{"self", p.Base + White + "/" + FeedName}, {"service", p.Base + Root + "/" + ServiceName}},
		"entry": entries,
	}})
}

func (p Provider) entry(e Entry) feedEntry {
	self := p.Base + White + "/" + e.Path
	out := feedEntry{
		ID: e.ID, Title: e.Title, Published: stamp(e.Released), Updated: stamp(e.Changed),
		Link:    []link{{"self", self}, {"hash", self + ".sha256"}, {"hash", self + ".sha512"}},
		Content: map[string]string{"type": "application/json", "src": self},
		Format:  map[string]string{"schema": "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json", "version": "2.0"},
	}
	if p.Fingerprint != "" {
		out.Link = append(out.Link, link{"signature", self + ".asc"})
	}
	if e.Summary != "" {
		out.Summary = map[string]string{"content": e.Summary}
	}
	return out
}

// Service is the ROLIE service document (7.1.16).
func (p Provider) Service() ([]byte, error) {
	collection := map[string]any{"title": "TLP:WHITE", "href": p.Base + White + "/" + FeedName, "categories": map[string]any{"category": rolieCategory()}}
	return write(map[string]any{"service": map[string]any{"workspace": []any{map[string]any{"title": p.Name, "collection": []any{collection}}}}})
}

// Category is the ROLIE category document (7.1.17): the profiles used.
func (p Provider) Category() ([]byte, error) {
	return write(map[string]any{"categories": map[string]any{"category": []category{{"", base}, {"", informational}, {"", security}}}})
}

// Index is the index.txt (7.1.12).
func Index(all []Entry) []byte {
	var b strings.Builder
	for _, e := range all {
		b.WriteString(e.Path + "\n")
	}
	return []byte(b.String())
}

// Changes is the changes.csv (7.1.13): the newest first.
func Changes(all []Entry) []byte {
	var b strings.Builder
	for _, e := range all {
		b.WriteString(`"` + e.Path + `","` + stamp(e.Changed) + "\"\n")
	}
	return []byte(b.String())
}
