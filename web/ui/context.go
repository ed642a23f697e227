// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"embed"
	"sync"

	"martinella/internal/platform/i18n"
)

// Locale holds the sentences the components themselves say ("ui.*").
//
//go:embed locale/*.json
var Locale embed.FS

// alone is the Localizer of a component that is rendered outside a request, in
// a test for instance: Italian, with the sentences of this package only.
var alone = sync.OnceValue(func() *i18n.Localizer {
	bundle, err := i18n.Load(Locale)
	if err != nil {
		return nil // impossible once TestCatalogues passes
	}
	return bundle.Localizer(i18n.Default, nil)
})

// L returns the reader's Localizer, which the layouts and the web layer put
// into the context. In a templ component ctx is always at hand.
func L(ctx context.Context) *i18n.Localizer {
	if l := i18n.From(ctx); l != nil {
		return l
	}
	return alone()
}

// T says a sentence to the reader; see [i18n.Localizer.T].
func T(ctx context.Context, key string, pairs ...any) string {
	return L(ctx).T(key, pairs...)
}
