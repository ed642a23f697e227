// SPDX-License-Identifier: EUPL-1.2

package pull

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
)

// MaxItem is the most bytes an alert may have: as many as its reader takes.
const MaxItem = 20 << 20

// MaxItems bounds the items of one run; the next one goes on.
const MaxItems = 5000

// Item is one thing a source has.
type Item struct {
	ID    string // as the source names it: the same for every revision
	Mark  string // of this revision; empty: the hash of Data stands for it
	Name  string // a file name, which says what form Data has
	Title string
	Link  string
	Data  []byte
	Err   error // a fault: why it cannot be taken
}

// Sink takes the items of one run.
type Sink interface {
	// Has tells whether this revision of an item was taken, or refused, before.
	Has(ctx context.Context, id, mark string) (bool, error)
	// Take takes an item. What is wrong with the item is noted and no error; an
	// error ends the run.
	Take(ctx context.Context, it Item) error
}

// The codes of the faults of sources.
const (
	CodeStatus = "intake.status" // another answer than was asked for
	CodeDenied = "intake.denied" // 401 or 403
	CodeBusy   = "intake.busy"   // 429 or 503
	CodeForm   = "intake.form"   // not what such a source answers
	CodeMany   = "intake.many"   // more than one run may look at
)

// Busy is a source that asks to be left alone for a while.
type Busy struct {
	Fault *fault.Error
	After time.Duration
}

// Error implements error.
func (b *Busy) Error() string { return b.Fault.Error() }

// Unwrap gives the fault.
func (b *Busy) Unwrap() error { return b.Fault }

// After is how long an error asks to wait; 0 for no wish.
func After(err error) time.Duration {
	var b *Busy
	if errors.As(err, &b) {
		return b.After
	}
	return 0
}

// Reply is a whole answer.
type Reply struct {
	NotModified        bool
	ETag, LastModified string
	Body               []byte
}

// Get reads an address whole, at most max bytes, also after unpacking. Any answer
// but 200 and "not modified" is a fault.
func Get(ctx context.Context, c *fetch.Client, r fetch.Request, max int64) (Reply, error) {
	a, err := c.Get(ctx, r)
	if err != nil {
		return Reply{}, err
	}
	defer a.Body.Close()
	if a.NotModified {
		return Reply{NotModified: true, ETag: r.ETag, LastModified: r.LastModified}, nil
	}
	if a.Status != http.StatusOK {
		return Reply{}, Status(r.URL, a.Status, a.RetryAfter)
	}
	body, err := a.All(max)
	return Reply{ETag: a.ETag, LastModified: a.LastModified, Body: body}, err
}

// Status is the fault of an answer that is not what was asked for.
func Status(address string, status int, after time.Duration) error {
	p := fault.P{"host": Host(address), "status": status}
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fault.New(fault.Unavailable, CodeDenied, p)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return &Busy{fault.New(fault.Unavailable, CodeBusy, p), after}
	}
	return fault.New(fault.Unavailable, CodeStatus, p)
}

// Form is the fault of an answer that cannot be read.
func Form(address string, cause error) error {
	return fault.New(fault.Unavailable, CodeForm, fault.P{"host": Host(address)}).Because(cause)
}

// Host is the part of an address that may be shown.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// FileName makes a file name of the last part of an address or of a name, with an
// ending that says its form.
func FileName(text, ending string) string {
	if u, err := url.Parse(text); err == nil && u.Path != "" {
		text = strings.TrimSuffix(u.Path, "/")
	}
	text = text[strings.LastIndex(text, "/")+1:]
	if text == "" {
		text = "alert"
	}
	if runes := []rune(text); len(runes) > 120 {
		text = string(runes[:120])
	}
	return strings.TrimSuffix(text, ending) + ending
}
