// SPDX-License-Identifier: EUPL-1.2

package bounce

import (
	"bytes"
	"mime"
	"strings"
)

// fields are a header, as it is and however broken: names in small letters.
type fields map[string][]string

func (h fields) get(name string) string {
	if all := h[strings.ToLower(name)]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// all gives every value of a header, cut short.
func (h fields) all(name string) []string { return h[strings.ToLower(name)] }

// header reads the fields at the beginning of a mail or part, and gives the rest.
func header(data []byte) (fields, []byte) {
	h, last, n := fields{}, "", 0
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(bytes.TrimSpace(line)) == 0 {
			return h, rest
		}
		data = rest
		switch name, value, found := bytes.Cut(line, []byte(":")); {
		case line[0] == ' ' || line[0] == '\t':
			h.fold(last, string(bytes.TrimSpace(line)))
		case found && n < maxFields && !bytes.ContainsAny(name, " \t"):
			last, n = strings.ToLower(string(name)), n+1
			h[last] = append(h[last], clip(string(bytes.TrimSpace(value))))
		default:
			last = ""
		}
	}
	return h, nil
}

// fold adds a line to the last value of a field.
func (h fields) fold(name, more string) {
	if all := h[name]; len(all) > 0 && len(all[len(all)-1]) < maxValue-1 {
		all[len(all)-1] = clip(all[len(all)-1] + " " + more)
	}
}

// clip bounds a value and leaves out what is no text.
func clip(s string) string {
	if len(s) > maxValue {
		s = s[:maxValue]
	}
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s), "")
}

// Head reads the fields at the beginning of a mail, however broken: get gives the
// first value of one, and the rest is what follows.
func Head(data []byte) (get func(name string) string, rest []byte) {
	h, rest := header(data)
	return h.get, rest
}

// ID gives the first Message-ID of a value, without brackets.
func ID(value string) string { return id(value) }

func id(value string) string {
	if i := strings.IndexByte(value, '<'); i >= 0 {
		value = value[i+1:]
	}
	value, _, _ = strings.Cut(value, ">")
	return strings.TrimSpace(value)
}

// media is what a part says it is.
func (h fields) media() (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(h.get("Content-Type"))
	if err != nil || kind == "" {
		kind, _, _ = strings.Cut(strings.ToLower(h.get("Content-Type")), ";")
	}
	return strings.TrimSpace(kind), params
}

// address takes a mail address out of "rfc822; anna@example.org" or "<anna@example.org>".
func address(value string) string {
	if kind, rest, found := strings.Cut(value, ";"); found {
		if kind = strings.ToLower(strings.TrimSpace(kind)); kind != "rfc822" && kind != "utf-8" {
			return ""
		}
		value = rest
	}
	value = strings.Trim(strings.TrimSpace(value), "<>")
	if at := strings.LastIndexByte(value, '@'); at < 1 || at == len(value)-1 || strings.ContainsAny(value, " \t,") {
		return ""
	}
	return value
}
