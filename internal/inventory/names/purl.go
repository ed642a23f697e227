// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"net/url"
	"strings"
)

// PURL is a package URL taken apart (purl-spec: pkg:type/namespace/name@version?qualifiers#subpath).
// Qualifiers and subpath do not tell products apart and are not kept.
type PURL struct {
	Type      string
	Namespace string
	Name      string
	Version   string
}

// ParsePURL reads a package URL. False when the text is none.
func ParsePURL(s string) (PURL, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 4 || !strings.EqualFold(s[:4], "pkg:") {
		return PURL{}, false
	}
	s = strings.TrimLeft(s[4:], "/")
	s, _, _ = strings.Cut(s, "#")
	s, _, _ = strings.Cut(s, "?")
	var p PURL
	kind, path, ok := strings.Cut(s, "/")
	if !ok || kind == "" {
		return PURL{}, false
	}
	p.Type = strings.ToLower(kind)
	// The last @ behind the last slash begins the version; scopes (%40angular, @angular) do not.
	if at := strings.LastIndexByte(path, '@'); at > 0 && at > strings.LastIndexByte(path, '/') {
		p.Version, path = unescape(path[at+1:]), path[:at]
	}
	path = strings.Trim(path, "/")
	if slash := strings.LastIndexByte(path, '/'); slash >= 0 {
		p.Namespace, path = unescape(path[:slash]), path[slash+1:]
	}
	p.Name = unescape(path)
	return p, p.Name != ""
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// Key is what the package is remembered by: the package URL without version.
func (p PURL) Key() string {
	if p.Namespace == "" {
		return "pkg:" + p.Type + "/" + strings.ToLower(p.Name)
	}
	return "pkg:" + p.Type + "/" + strings.ToLower(p.Namespace) + "/" + strings.ToLower(p.Name)
}
