// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"martinella/internal/platform/fault"
)

// Source opens what was handed over; it may be opened several times.
type Source func() (io.ReadCloser, error)

// Encoding is how a text file is written.
type Encoding string

// The encodings that are read. A file that is not valid UTF-8 is read as
// Windows-1252, which has all of Latin-1's letters.
const (
	UTF8    Encoding = "UTF-8"
	UTF16   Encoding = "UTF-16"
	Latin1  Encoding = "Windows-1252 (Latin-1)"
	utf16LE Encoding = "UTF-16LE"
	utf16BE Encoding = "UTF-16BE"
)

// open gives the source's text as UTF-8 without byte order mark, and says how it was written.
func open(src Source) (io.ReadCloser, Encoding, error) {
	enc, err := detect(src)
	if err != nil {
		return nil, "", err
	}
	raw, err := src()
	if err != nil {
		return nil, "", err
	}
	dec := decoder(enc)
	if enc == utf16LE || enc == utf16BE {
		enc = UTF16
	}
	return readCloser{transform.NewReader(raw, dec), raw}, enc, nil
}

// utf16Of tells UTF-16 by its mark, or by the empty halves of Latin letters; "" when it is not.
func utf16Of(head []byte) Encoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), zeros(head, 1) > len(head)/4:
		return utf16LE
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), zeros(head, 0) > len(head)/4:
		return utf16BE
	}
	return ""
}

// decoder turns an encoding's text into UTF-8 without byte order mark.
func decoder(enc Encoding) *encoding.Decoder {
	switch enc {
	case Latin1:
		return charmap.Windows1252.NewDecoder()
	case utf16LE:
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewDecoder()
	case utf16BE:
		return xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM).NewDecoder()
	}
	return xunicode.UTF8BOM.NewDecoder()
}

// decoded reads a document, whose beginning is head, as UTF-8.
func decoded(r io.Reader, head []byte) (io.Reader, Encoding) {
	enc := utf16Of(head)
	return transform.NewReader(r, decoder(enc)), enc
}

type readCloser struct {
	io.Reader
	io.Closer
}

// detect reads the whole source once: a single byte far down tells Latin-1 from UTF-8.
func detect(src Source) (Encoding, error) {
	raw, err := src()
	if err != nil {
		return "", err
	}
	defer raw.Close()
	r := bufio.NewReaderSize(raw, 64<<10)
	head, err := r.Peek(512)
	if err != nil && err != io.EOF {
		return "", err
	}
	if err := refuseBinary(head); err != nil {
		return "", err
	}
	if enc := utf16Of(head); enc != "" {
		return enc, nil
	}
	valid, err := validUTF8(r)
	if err != nil {
		return "", err
	}
	if !valid {
		return Latin1, nil
	}
	return UTF8, nil
}

// zeros counts the zero bytes at even (0) or odd (1) places: the empty halves of Latin letters.
func zeros(head []byte, from int) (n int) {
	for i := from; i < len(head); i += 2 {
		if head[i] == 0 {
			n++
		}
	}
	return n
}

// refuseBinary knows the files people mistake for lists, and says what to do instead.
func refuseBinary(head []byte) error {
	for _, k := range []struct {
		magic string
		code  string
	}{
		{"\x1f\x8b", "inventory.import.compressed"}, {"BZh", "inventory.import.compressed"}, {"\xfd7zXZ", "inventory.import.compressed"},
		{"\x28\xb5\x2f\xfd", "inventory.import.compressed"}, {"7z\xbc\xaf", "inventory.import.compressed"}, {"Rar!", "inventory.import.compressed"},
		{"PK\x03\x04", "inventory.import.spreadsheet"}, {"\xd0\xcf\x11\xe0", "inventory.import.spreadsheet"}, {"%PDF", "inventory.import.pdf"},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return fault.New(fault.Invalid, k.code)
		}
	}
	return nil
}

func validUTF8(r *bufio.Reader) (bool, error) {
	buf := make([]byte, 0, 64<<10)
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		whole := len(buf)
		for i := 1; i <= 3 && i <= len(buf); i++ { // the last letter may be cut
			if utf8.RuneStart(buf[len(buf)-i]) {
				if !utf8.FullRune(buf[len(buf)-i:]) {
					whole = len(buf) - i
				}
				break
			}
		}
		if !utf8.Valid(buf[:whole]) {
			return false, nil
		}
		buf = append(buf[:0], buf[whole:]...)
		if err == io.EOF {
			return len(buf) == 0, nil
		}
		if err != nil {
			return false, err
		}
	}
}
