// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
)

// entity is a mail or a part of one: its fields as they are written, and what follows.
type entity struct {
	fields []headField
	body   []byte
}

// headField is one with its folding and without the last line end.
type headField struct{ name, text string }

const maxParts = 1000

// read takes an entity apart. A line that is no field is left out.
func read(data []byte) (e entity) {
	var field []byte // with the lines that continue it
	for len(data) > 0 {
		end := len(data)
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			end = i + 1
		}
		line := data[:end]
		switch {
		case len(bytes.TrimRight(line, "\r\n")) == 0:
			e.body = data[end:]
			e.add(field)
			return e
		case line[0] == ' ' || line[0] == '\t':
			if field != nil {
				field = field[:len(field)+end] // it stands right behind
			}
		default:
			e.add(field)
			if field = nil; isField(line) {
				field = data[:end]
			}
		}
		data = data[end:]
	}
	e.add(field)
	return e
}

func isField(line []byte) bool {
	name, _, found := bytes.Cut(line, []byte(":"))
	return found && len(name) > 0 && !bytes.ContainsAny(name, " \t")
}

// add keeps a field with its folding, in the line ends of mail.
func (e *entity) add(field []byte) {
	if field == nil || len(e.fields) >= maxParts {
		return
	}
	name, _, _ := bytes.Cut(field, []byte(":"))
	e.fields = append(e.fields, headField{strings.ToLower(string(name)), string(Canonical(bytes.TrimRight(field, "\r\n")))})
}

func (e entity) get(name string) string {
	name = strings.ToLower(name)
	for _, f := range e.fields {
		if f.name == name {
			_, value, _ := strings.Cut(f.text, ":")
			return strings.TrimSpace(strings.ReplaceAll(value, "\r\n", ""))
		}
	}
	return ""
}

func (e entity) media() (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(e.get("Content-Type"))
	if err != nil && kind == "" || kind == "" {
		kind = "text/plain" // RFC 2045, 5.2
	}
	return kind, params
}

func (f headField) ofContent() bool {
	return strings.HasPrefix(f.name, "content-") && f.name != "content-language"
}

// around gives the entity with another content. A header that was protected
// inside (RFC 9788) takes the place of the one outside, if it is the subject.
func (e entity) around(inner entity) entity {
	out := entity{body: inner.body}
	_, params := inner.media()
	protected := params["hp"] != "" || params["protected-headers"] != ""
	subject := protected && inner.get("Subject") != ""
	for _, f := range e.fields {
		if !f.ofContent() && !(subject && f.name == "subject") {
			out.fields = append(out.fields, f)
		}
	}
	for _, f := range inner.fields {
		if f.ofContent() || subject && f.name == "subject" {
			out.fields = append(out.fields, f)
		}
	}
	return out
}

func (e entity) bytes() []byte {
	var b bytes.Buffer
	for _, f := range e.fields {
		b.WriteString(f.text + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(e.body)
	return b.Bytes()
}

// decoded undoes the transfer encoding; what is damaged gives what came before.
func (e entity) decoded() []byte {
	var r io.Reader
	switch strings.ToLower(e.get("Content-Transfer-Encoding")) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(bytes.Join(bytes.Fields(e.body), nil)))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(e.body))
	default:
		return e.body
	}
	out, _ := io.ReadAll(r) // what came before the damage is all there is
	return out
}

// children cuts a multipart body at its boundary; the line end before it is the
// boundary's (RFC 2046, 5.1.1).
func children(body []byte, boundary string) (out [][]byte) {
	if boundary == "" {
		return nil
	}
	mark, start := []byte("--"+boundary), -1
	for at := 0; at < len(body) && len(out) < maxParts; {
		end := len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		rest, found := bytes.CutPrefix(body[at:end], mark)
		if closing := bytes.HasPrefix(rest, []byte("--")); found && (closing || len(bytes.TrimSpace(rest)) == 0) {
			if start >= 0 {
				out = append(out, bytes.TrimSuffix(bytes.TrimSuffix(body[start:at], []byte("\n")), []byte("\r")))
			}
			if start = end; closing {
				return out
			}
		}
		at = end
	}
	return out
}

// with gives a multipart entity with other parts.
func (e entity) with(parts [][]byte, boundary string) entity {
	var b bytes.Buffer
	for _, p := range parts {
		b.WriteString("--" + boundary + "\r\n")
		b.Write(p)
		b.WriteString("\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")
	return entity{e.fields, b.Bytes()}
}

// certified finds the mail inside of Italian certified mail (PEC, RFC 6109, 2.2).
func certified(e entity) (entity, bool) {
	if !isCertified(e) {
		return e, false
	}
	_, params := e.media()
	for _, part := range children(e.body, params["boundary"]) {
		if p := read(part); strings.HasPrefix(strings.ToLower(p.get("Content-Type")), "message/rfc822") {
			return read(p.decoded()), true
		}
	}
	return e, false
}

func isCertified(e entity) bool {
	return strings.EqualFold(e.get("X-Trasporto"), "posta-certificata")
}
