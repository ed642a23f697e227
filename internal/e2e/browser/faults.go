// SPDX-License-Identifier: EUPL-1.2

package browser

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// faults collects what a sound page does not do.
type faults struct {
	mu       sync.Mutex
	messages []string
}

// listen collects what the page does wrong by itself. That a page or a file is
// not there (404) is not among it: tests ask for such pages on purpose.
func (p *Page) listen() {
	p.faults = &faults{}
	if err := chromedp.Listen(p.ctx, p.faults.see); err != nil {
		p.t.Fatalf("listening to the page: %v", err)
	}
}

// see looks at one event of the browser.
func (f *faults) see(event any) {
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		d := event.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text = cmp.Or(d.Exception.Description, text)
		}
		f.add(fmt.Sprintf("uncaught exception: %s (%s:%d)", text, d.URL, d.LineNumber+1))
	case *runtime.EventConsoleAPICalled:
		if event.Type == runtime.ConsoleAPICalledTypeError {
			f.add(fmt.Sprintf("console.error: %s", arguments(event)))
		}
	case *log.EventEntryAdded:
		if e := event.Entry; e.Source == log.EntrySourceSecurity || strings.Contains(e.Text, "Content Security Policy") {
			f.add(e.Text)
		}
	}
}

// arguments are what a script told the console.
func arguments(event *runtime.EventConsoleAPICalled) string {
	var out []string
	for _, a := range event.Args {
		out = append(out, cmp.Or(a.Description, string(a.Value)))
	}
	return strings.Join(out, " ")
}

func (f *faults) add(message string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages = append(f.messages, message)
}

func (f *faults) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.messages) == 0 {
		return ""
	}
	return "\n  the page did wrong: " + strings.Join(f.messages, "\n    ")
}

// Faults gives what the page did wrong by itself so far, and forgets it, so
// that a test can expect it.
func (p *Page) Faults() []string {
	// The answer to this comes after every event before it.
	_, _ = chromedp.Run(p.ctx, chromedp.Evaluate[bool]("true"))
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	all := slices.Clone(p.faults.messages)
	p.faults.messages = nil
	return all
}
