// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"martinella/internal/platform/fault"
)

// decode reads JSON into v. A member of another shape than expected is left
// out and said, the others are read: encoding/json goes on after such a one.
func decode(b *builder, raw []byte, v any) error {
	err := json.Unmarshal(raw, v)
	var shape *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &shape):
		b.warn(WarnShape, shape.Field)
		return nil
	}
	return fault.New(fault.Invalid, CodeCut).Because(err)
}

// loose is a text that some write as a number or a truth value.
type loose string

// UnmarshalJSON takes any simple value; of an object or a list nothing.
func (l *loose) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*l = loose(s)
		return nil
	}
	if len(raw) < 40 && raw[0] != '{' && raw[0] != '[' && !bytes.Equal(raw, []byte("null")) {
		*l = loose(raw)
	}
	return nil
}

// stamp reads a moment as RFC 3339 writes it, or a day.
func stamp(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return moment(&t)
		}
	}
	return time.Time{}
}

// jsonForm finds the form of a JSON document by the members only it has.
func jsonForm(data []byte) (form, error) {
	var probe struct {
		Document struct {
			Version loose `json:"csaf_version"`
		} `json:"document"`
		Type     loose           `json:"type"`
		Objects  json.RawMessage `json:"objects"`
		Event    json.RawMessage `json:"Event"`
		Response json.RawMessage `json:"response"`
	}
	if first := bytes.TrimLeft(data, " \t\r\n"); first[0] == '[' {
		if !json.Valid(data) {
			return nil, fault.New(fault.Invalid, CodeCut)
		}
		return mispEvents, nil
	}
	if err := decode(newBuilder(""), data, &probe); err != nil {
		return nil, err
	}
	switch {
	case probe.Document.Version != "":
		return csafDocument, nil
	case probe.Event != nil || probe.Response != nil:
		return mispEvents, nil
	case probe.Objects != nil: // a bundle, or the envelope of TAXII
		return stixBundle, nil
	}
	return nil, fault.New(fault.Invalid, CodeUnknown)
}
