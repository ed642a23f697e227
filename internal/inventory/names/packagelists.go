// SPDX-License-Identifier: EUPL-1.2

package names

import (
	_ "embed" // the lists
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed data/packages.json
var packagesJSON []byte

// packageLists is what data/packages.json says of packages' names; it never changes.
type packageLists struct {
	names      map[string][]string // package or stem -> "vendor:product"; none: it is no product
	groups     map[string][]string // namespace of a registry -> "vendor:product"
	families   map[string]bool
	parts      map[string]bool
	endings    map[string]bool
	beginnings map[string]bool
	php        map[string]bool
	python     map[string]bool
	perl       map[string]bool
}

var loadPackages = sync.OnceValues(readPackages)

func readPackages() (*packageLists, error) {
	var raw struct {
		Names    map[string]string `json:"names"`
		Families []string          `json:"families"`
		Parts    []string          `json:"parts"`
		Nothing  struct {
			Endings    []string `json:"endings"`
			Beginnings []string `json:"beginnings"`
		} `json:"nothing"`
		PHP    []string          `json:"php_extensions"`
		Python []string          `json:"python_parts"`
		Perl   []string          `json:"perl_parts"`
		Groups map[string]string `json:"groups"`
	}
	if err := json.Unmarshal(packagesJSON, &raw); err != nil {
		return nil, fmt.Errorf("names/data/packages.json: %w", err)
	}
	return &packageLists{
		names: several(raw.Names), groups: several(raw.Groups), families: lowered(raw.Families), parts: lowered(raw.Parts),
		endings: lowered(raw.Nothing.Endings), beginnings: lowered(raw.Nothing.Beginnings),
		php: lowered(raw.PHP), python: lowered(raw.Python), perl: lowered(raw.Perl),
	}, nil
}

func several(in map[string]string) map[string][]string {
	out := make(map[string][]string, len(in))
	for name, refs := range in {
		out[strings.ToLower(name)] = strings.Fields(refs)
	}
	return out
}

func lowered(list []string) map[string]bool {
	out := make(map[string]bool, len(list))
	for _, s := range list {
		out[strings.ToLower(s)] = true
	}
	return out
}

// holdsNothing says whether a package holds no program: fonts, documents,
// translations, plug-ins of a build tool.
func (l *packageLists) holdsNothing(name string) bool {
	segments := strings.Split(name, "-")
	if len(segments) == 1 {
		return false
	}
	if last := segments[len(segments)-1]; l.endings[last] && len(segments) > 1 {
		return true
	}
	for _, s := range segments[1:] {
		switch s {
		case "langpack", "l10n", "locale", "fonts", "help", "doc", "docs", "javadoc":
			return true
		}
	}
	for i := range segments[:len(segments)-1] {
		if l.beginnings[strings.Join(segments[:i+1], "-")] {
			return true
		}
	}
	return false
}
