// SPDX-License-Identifier: EUPL-1.2

package browser

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// Violation is a rule of accessibility that the page breaks, as axe-core tells it.
type Violation struct {
	ID     string   `json:"id"` // "color-contrast"
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	URL    string   `json:"helpUrl"`
	Tags   []string `json:"tags"` // "wcag143"
	Nodes  []struct {
		HTML    string `json:"html"`
		Target  []any  `json:"target"` // a path of CSS selectors, through frames
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// String tells the violation and where it is.
func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s\n    %s", v.ID, v.Impact, v.Help, v.URL)
	for _, n := range v.Nodes {
		fmt.Fprintf(&b, "\n    at %v: %s\n      %s", n.Target, n.HTML, strings.ReplaceAll(n.Summary, "\n", "\n      "))
	}
	return b.String()
}

// axeRun asks for the rules the law refers to (EN 301 549: WCAG 2.1 A and AA),
// WCAG 2.2 on top, and axe's good practices.
const axeRun = `axe.run(document, {
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
	resultTypes: ["violations"],
}).then(r => r.violations)`

// Axe runs axe-core on the page as it is now and gives what it finds. It does
// not find everything: about half of the criteria need a person.
func (p *Page) Axe() []Violation {
	p.t.Helper()
	source, err := axeSource()
	if err != nil {
		p.t.Fatal(err)
	}
	p.do("injecting axe-core", chromedp.Evaluate[chromedp.Void](source+";undefined"))
	return run(p, "running axe-core", chromedp.Evaluate[[]Violation](axeRun, chromedp.EvalAwaitPromise))
}

// CheckAccessible fails the test for each violation on the page, on a desk and on a phone.
func (p *Page) CheckAccessible() {
	p.t.Helper()
	for _, width := range []int{PhoneWidth, DeskWidth} {
		p.Width(width)
		for _, v := range p.Axe() {
			p.t.Errorf("%s, %d pixels wide: %v", p.Address(), width, v)
		}
	}
}

// axeSource reads axe-core from the Node packages above the test's folder.
func axeSource() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "web", "node_modules", "axe-core", "axe.min.js"))
		if err == nil {
			return string(text), nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New(`axe-core is not there: run "scripts/setup.sh web"`)
		}
	}
}
