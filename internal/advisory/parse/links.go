// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"net/url"
	"regexp"
	"strings"
)

var webAddress = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"'|\\^{}` + "`" + `]+`)

// maxAddress is the longest address kept: more is no address but an attack on who shows it.
const maxAddress = 2000

// links gives the web addresses in a line, as they are meant: without the
// punctuation of the sentence around them.
func links(line string) []string {
	if !strings.Contains(line, "://") {
		return nil
	}
	var found []string
	for _, address := range webAddress.FindAllString(line, -1) {
		if len(address) <= maxAddress {
			found = append(found, trimAddress(address))
		}
	}
	return found
}

// trimAddress takes the punctuation off that ends a sentence, and a bracket that opened before.
func trimAddress(s string) string {
	for s != "" {
		last := s[len(s)-1]
		switch {
		case strings.IndexByte(".,;:!?*_", last) >= 0:
		case last == ')' && strings.Count(s, ")") > strings.Count(s, "("):
		case last == ']' && strings.Count(s, "]") > strings.Count(s, "["):
		case strings.HasSuffix(s, "»"), strings.HasSuffix(s, "”"), strings.HasSuffix(s, "’"):
			s = strings.TrimRight(s, "»”’")
			continue
		default:
			return s
		}
		s = s[:len(s)-1]
	}
	return s
}

func isWebAddress(s string) bool {
	if len(s) > maxAddress {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
