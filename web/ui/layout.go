// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"martinella/internal/platform/i18n"
)

// Layout is the page everybody signed in works in: slim header, bell and name,
// navigation, breadcrumbs, flash messages, content, footer. It puts p.L into
// the context, so the components inside need not be told the language.
func Layout(p Page, content templ.Component) templ.Component {
	p = p.withLocalizer()
	return localised(p.L, document(p, "", layoutBody(p, content)))
}

// Bare is the page for one short task: sign-in, registration, an error. No
// navigation, a narrow column in the middle.
func Bare(p Page, content templ.Component) templ.Component {
	p = p.withLocalizer()
	return localised(p.L, document(p, "bare", bareBody(p, content)))
}

// localised renders a component with the Localizer in its context.
func localised(l *i18n.Localizer, c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(i18n.With(ctx, l), w)
	})
}

// htmxConfig turns off what our Content-Security-Policy forbids anyway (eval,
// inline styles) and the history cache, which would keep pages of a signed-in
// person in the browser's storage.
const htmxConfig = `{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,` +
	`"historyCacheSize":0,"refreshOnHistoryMiss":true,"selfRequestsOnly":true,"scrollBehavior":"auto"}`
