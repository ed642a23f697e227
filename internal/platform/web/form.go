// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/platform/fault"
)

// DefaultMaxBody bounds a request's body where a route says nothing else.
const DefaultMaxBody = 1 << 20

// memoryForFiles is how much of an upload may stay in memory; the rest goes to a temporary file.
const memoryForFiles = 1 << 20

// Form is a submitted form: what was typed, and the files that came with it.
type Form struct {
	values url.Values
	multi  *multipart.Form
}

// ReadForm parses the request's body, of at most maxBody bytes. A larger one is
// a TooLarge fault, a malformed one Invalid.
func ReadForm(w http.ResponseWriter, r *http.Request, maxBody int64) (Form, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(memoryForFiles)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return Form{}, bodyFault(err, maxBody)
	}
	return Form{values: r.PostForm, multi: r.MultipartForm}, nil
}

func bodyFault(err error, limit int64) error {
	if errors.As(err, new(*http.MaxBytesError)) {
		return fault.New(fault.TooLarge, "web.body_too_large", fault.P{"limit": megabytes(limit)}).Because(err)
	}
	return fault.New(fault.Invalid, "web.form_unreadable").Because(err)
}

func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// NewForm makes a form of values, for pages that begin with some.
func NewForm(values url.Values) Form { return Form{values: values} }

// Values gives all that was typed, for showing it again.
func (f Form) Values() url.Values { return f.values }

// Text gives a field without surrounding space and without the control
// characters no text field has use for (tab and line ends stay); invalid UTF-8 is replaced.
func (f Form) Text(name string) string { return clean(f.values.Get(name)) }

// Raw gives a field as it was sent: passwords and pasted documents.
func (f Form) Raw(name string) string { return f.values.Get(name) }

// All gives every value of a field that may occur several times.
func (f Form) All(name string) []string {
	out := make([]string, 0, len(f.values[name]))
	for _, v := range f.values[name] {
		if v = clean(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7F {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// Bool says whether a box was ticked.
func (f Form) Bool(name string) bool {
	switch f.Text(name) {
	case "", "0", "false", "off", "no":
		return false
	}
	return true
}

// Int reads a whole number; an empty field is fallback. A wrong one is an Invalid fault on the field.
func (f Form) Int(name string, fallback int64) (int64, error) {
	text := f.Text(name)
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fallback, fault.New(fault.Invalid, "web.form").Because(err).Field(name, "web.number")
	}
	return n, nil
}

// Date reads a day (2006-01-02); an empty field is the zero time.
func (f Form) Date(name string) (time.Time, error) {
	text := f.Text(name)
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "web.form").Because(err).Field(name, "web.date")
	}
	return day, nil
}

// File is an uploaded file. The caller closes it.
type File struct {
	io.ReadCloser
	Name string
	Size int64
}

// File opens an uploaded file; false when none was chosen.
func (f Form) File(name string) (File, bool, error) {
	if f.multi == nil || len(f.multi.File[name]) == 0 || f.multi.File[name][0].Size == 0 && f.multi.File[name][0].Filename == "" {
		return File{}, false, nil
	}
	header := f.multi.File[name][0]
	file, err := header.Open()
	if err != nil {
		return File{}, false, fmt.Errorf("opening an upload: %w", err)
	}
	return File{ReadCloser: file, Name: clean(header.Filename), Size: header.Size}, true, nil
}

// Files opens every file uploaded under a name. The caller closes them.
func (f Form) Files(name string) ([]File, error) {
	var out []File
	if f.multi == nil {
		return nil, nil
	}
	for _, header := range f.multi.File[name] {
		if header.Filename == "" && header.Size == 0 {
			continue // the field was left empty
		}
		file, err := header.Open()
		if err != nil {
			for _, opened := range out {
				_ = opened.Close()
			}
			return nil, fmt.Errorf("opening an upload: %w", err)
		}
		out = append(out, File{ReadCloser: file, Name: clean(header.Filename), Size: header.Size})
	}
	return out, nil
}

// Close removes the temporary files of the uploads.
func (f Form) Close() error {
	if f.multi == nil {
		return nil
	}
	return f.multi.RemoveAll()
}
