// SPDX-License-Identifier: EUPL-1.2

package db

import "strings"

// rebind rewrites $N to ?N for SQLite, outside of string literals, quoted names
// and comments. PostgreSQL reads $N itself.
func rebind(d Dialect, query string) string {
	if d == Postgres || !strings.Contains(query, "$") {
		return query
	}
	b := []byte(query)
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '$' && i+1 < len(b) && isDigit(b[i+1]):
			b[i] = '?'
		case c == '\'' || c == '"' || c == '-' || c == '/':
			i += max(1, spanLength(query[i:]))
			continue
		}
		i++
	}
	return string(b)
}

// spanLength gives the length of the literal, quoted name or comment that s
// begins with, or 0. An unterminated one reaches to the end.
func spanLength(s string) int {
	switch {
	case s[0] == '\'' || s[0] == '"':
		return 1 + through(s[1:], s[:1])
	case strings.HasPrefix(s, "--"):
		return through(s, "\n")
	case strings.HasPrefix(s, "/*"):
		return 2 + through(s[2:], "*/")
	}
	return 0
}

func through(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
