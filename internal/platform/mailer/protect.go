// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"bytes"
	"fmt"
	"strings"
)

// parts is a mail taken apart for signing or encrypting it.
type parts struct {
	outer  []field // in the order they are written
	entity []byte  // what is signed or encrypted: content, with a copy of the headers (RFC 9788)
}

// field is a header, with its folding, without the last line end.
type field struct{ name, text string }

// split takes a composed mail apart.
func split(raw []byte) (headers []field, body []byte) {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for _, line := range strings.Split(string(head), "\r\n") {
		if n := len(headers); n > 0 && (strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t")) {
			if line = strings.TrimRight(line, " \t"); line != "" {
				headers[n-1].text += "\r\n" + line
			}
			continue
		}
		name, _, _ := strings.Cut(line, ":")
		headers = append(headers, field{name, strings.TrimRight(line, " \t")})
	}
	return headers, body
}

// structural says whether a header tells how the content is written, and so belongs to it.
func (f field) structural() bool {
	return strings.HasPrefix(strings.ToLower(f.name), "content-") && f.name != "Content-Language"
}

// parts gives the mail's parts; hp is "clear" or "cipher", as RFC 9788 has it.
func (l *letter) parts(hp string) (parts, error) {
	raw, err := l.plain()
	if err != nil {
		return parts{}, err
	}
	headers, body := split(raw)
	var p parts
	var entity bytes.Buffer
	for _, f := range headers {
		switch {
		case f.name == "Content-Type":
			entity.WriteString(f.text + ";\r\n hp=\"" + hp + "\"; protected-headers=\"v1\"\r\n")
		case f.structural():
			entity.WriteString(f.text + "\r\n")
		case f.name == "MIME-Version":
			p.outer = append(p.outer, f)
		default:
			out := l.outside(f, hp)
			p.outer = append(p.outer, out)
			entity.WriteString(f.text + "\r\n")
			if hp == "cipher" {
				entity.WriteString("HP-Outer: " + out.text + "\r\n")
			}
		}
	}
	entity.WriteString("\r\n")
	entity.Write(body)
	p.entity = entity.Bytes()
	return p, nil
}

// outside gives what the world sees of a header: of an encrypted mail another subject.
func (l *letter) outside(f field, hp string) field {
	if hp != "cipher" || f.name != "Subject" {
		return f
	}
	subject := l.Message.OuterSubject
	if subject == "" {
		subject = "[...]" // RFC 9788, 4.2
	}
	return field{f.name, "Subject: " + encodeHeader(subject)}
}

// raw gives the mail as a file (.eml, RFC 5322): as it was sealed, else as it is.
func (l *letter) raw() ([]byte, error) {
	if l.seal.kind == "" {
		return l.plain()
	}
	hp := "clear"
	if l.seal.kind == sealed {
		hp = "cipher"
	}
	p, err := l.made, error(nil)
	if p.entity == nil {
		p, err = l.parts(hp)
	}
	if err != nil {
		return nil, fmt.Errorf("writing mail %d: %w", l.ID, err)
	}
	var b bytes.Buffer
	for _, f := range p.outer {
		b.WriteString(f.text + "\r\n")
	}
	if l.seal.kind == sealed {
		b.Write(l.seal.data)
	} else {
		b.Write(l.seal.signature().Around(p.entity, "s"+boundary(l.MessageID)))
	}
	return b.Bytes(), nil
}
