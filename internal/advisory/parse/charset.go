// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode/utf32"

	textunicode "golang.org/x/text/encoding/unicode"
)

// decodeText makes UTF-8 of data, whose character set is named or must be
// guessed: by its mark, UTF-8, or else what Windows wrote in Western Europe.
func (b *builder) decodeText(data []byte, charset string) string {
	if text, ok := marked(data); ok {
		return text
	}
	charset = strings.ToLower(strings.TrimSpace(charset))
	if charset == "" || charset == "us-ascii" || charset == "utf-8" {
		if utf8.Valid(data) {
			return string(data)
		}
		charset = "windows-1252"
	}
	enc, err := htmlindex.Get(charset)
	if err != nil {
		b.warn(WarnCharset, charset)
		enc = charmap.Windows1252
	}
	text, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		b.warn(WarnCharset, charset)
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

// marked decodes data that begins with a byte order mark.
func marked(data []byte) (string, bool) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return strings.ToValidUTF8(string(data[3:]), "\uFFFD"), true
	case bytes.HasPrefix(data, []byte("\xFF\xFE\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xFE\xFF")):
		text, err := utf32.UTF32(utf32.BigEndian, utf32.ExpectBOM).NewDecoder().Bytes(data)
		return string(text), err == nil
	case bytes.HasPrefix(data, []byte("\xFF\xFE")), bytes.HasPrefix(data, []byte("\xFE\xFF")):
		text, err := textunicode.UTF16(textunicode.BigEndian, textunicode.ExpectBOM).NewDecoder().Bytes(data)
		return string(text), err == nil
	}
	return "", false
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\u2028", "\n", "\u2029", "\n")

// readable makes text of s that shows what it says: no NUL, no control or
// invisible characters, one sort of line ends, of blanks and of hyphens.
func (b *builder) readable(s string) string {
	var nul, hidden bool
	s = lineEnds.Replace(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == 0:
			nul = true
			return -1
		case r == '\u00AD' || r == '\u200B' || r == '\uFEFF' || r == '\u2060':
			return -1 // where a line may break: pages are full of them
		case unicode.Is(unicode.Cf, r):
			hidden = true
			return -1
		case unicode.IsControl(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case r == '\u2010' || r == '\u2011':
			return '-'
		}
		return r
	}, s)
	if nul {
		b.warn(WarnNUL, "")
	}
	if hidden {
		b.warn(WarnInvisible, "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// clean is readable for one short value, without telling.
func clean(s string) string {
	return strings.TrimSpace(newBuilder("").readable(s))
}
