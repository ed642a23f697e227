// SPDX-License-Identifier: EUPL-1.2

package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Digest is a sum over the rows of a table, whatever their order.
type Digest struct{ high, low uint64 }

// add takes a row's line into the sum.
func (d *Digest) add(line []byte) {
	sum := sha256.Sum256(line)
	var carry uint64
	d.low, carry = bits.Add64(d.low, binary.BigEndian.Uint64(sum[8:16]), 0)
	d.high, _ = bits.Add64(d.high, binary.BigEndian.Uint64(sum[:8]), carry)
}

// String writes the digest in hexadecimal.
func (d Digest) String() string { return fmt.Sprintf("%016x%016x", d.high, d.low) }

// appendRow writes a row as one line, the same for both engines.
func appendRow(line []byte, values []any) ([]byte, error) {
	line = append(line, '[')
	for i, v := range values {
		if i > 0 {
			line = append(line, ',')
		}
		var err error
		if line, err = appendValue(line, v); err != nil {
			return nil, err
		}
	}
	return append(line, ']'), nil
}

func appendValue(line []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(line, "null"...), nil
	case bool:
		return strconv.AppendBool(line, v), nil
	case int64:
		return strconv.AppendInt(line, v, 10), nil
	case float64:
		return appendFloat(line, v)
	case string:
		return appendText(line, v)
	case []byte:
		line = append(line, `{"b64":"`...)
		line = base64.StdEncoding.AppendEncode(line, v)
		return append(line, `"}`...), nil
	}
	return nil, fmt.Errorf("snapshot: a value of type %T", v)
}

// appendFloat writes a number that is read back as one with a fraction.
func appendFloat(line []byte, f float64) ([]byte, error) {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if strings.ContainsAny(text, "nN") { // NaN, Inf
		return nil, fmt.Errorf("snapshot: %s is no number", text)
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return append(line, text...), nil
}

func appendText(line []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, errors.New("snapshot: a text that is not UTF-8")
	}
	quoted, err := json.Marshal(s)
	return append(line, quoted...), err
}

// parseRow reads what appendRow wrote.
func parseRow(line []byte, width int) ([]any, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	values := make([]any, 0, width)
	if err := dec.Decode(&values); err != nil {
		return nil, fmt.Errorf("snapshot: a row that cannot be read: %w", err)
	}
	if len(values) != width {
		return nil, fmt.Errorf("snapshot: a row of %d values for %d columns", len(values), width)
	}
	for i, v := range values {
		var err error
		if values[i], err = stored(v); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// stored turns a JSON value into what a database takes.
func stored(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return v.Float64()
		}
		return v.Int64()
	case map[string]any:
		text, ok := v["b64"].(string)
		if !ok || len(v) != 1 {
			return nil, errors.New("snapshot: an object that is no bytes")
		}
		return base64.StdEncoding.DecodeString(text)
	case []any:
		return nil, errors.New("snapshot: a list in a row")
	}
	return v, nil
}
