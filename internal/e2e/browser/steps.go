// SPDX-License-Identifier: EUPL-1.2

package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

// within runs a step with Patience and fails the test when it does not end well.
func within[T any](p *Page, what string, step func(context.Context) (T, error)) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, Patience)
	defer cancel()
	out, err := step(ctx)
	if err != nil {
		p.fail(what, err)
	}
	return out
}

func run[T any](p *Page, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	return within(p, what, func(ctx context.Context) (T, error) { return chromedp.Run(ctx, action) })
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	within(p, what, func(ctx context.Context) (chromedp.Void, error) {
		return chromedp.Void{}, chromedp.Do(ctx, steps...)
	})
}

// onElement waits until an element can be seen and runs the body of a
// JavaScript function on it: the element is e, the argument argument. When it
// returns undefined it is tried again.
//
// Everything goes through the page's own scripting and not through the browser's
// node numbers, which a page that is being replaced invalidates at any moment.
func onElement[T any](p *Page, doing string, what Target, body, argument string) T {
	p.t.Helper()
	return poll[T](p, doing, fmt.Sprintf(`((e, argument) => {
		const seen = e && (e.type === "file" || e.type === "checkbox" || e.type === "radio" || e.checkVisibility({visibilityProperty: true}));
		if (!seen) { return undefined; }
		%s
	})(%s, %s)`, body, what.script, quote(argument)))
}

// poll evaluates a JavaScript expression until it gives something.
func poll[T any](p *Page, doing, expression string) T {
	p.t.Helper()
	return within(p, doing, func(ctx context.Context) (T, error) {
		again := time.NewTicker(20 * time.Millisecond)
		defer again.Stop()
		for {
			out, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
			var thrown *chromedp.ExceptionError
			if err == nil || errors.As(err, &thrown) {
				return out, err
			}
			select {
			case <-ctx.Done():
				return out, errors.Join(errors.New("it did not come"), err)
			case <-again.C:
			}
		}
	})
}

// fail ends the test with what a person needs to understand it.
func (p *Page) fail(what string, cause error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	address, _ := chromedp.Run(ctx, chromedp.Location())
	where := "no screenshot could be taken"
	if image, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		where = filepath.Join(p.t.ArtifactDir(), "failure.png")
		if err := os.WriteFile(where, image, 0o644); err != nil {
			where = err.Error()
		}
	}
	p.t.Fatalf("%s: %v\n  page: %s\n  screenshot: %s%s", what, cause, address, where, p.faults.text())
}
