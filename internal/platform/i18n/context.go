// SPDX-License-Identifier: EUPL-1.2

package i18n

import "context"

type contextKey struct{}

// With returns a context that carries the reader's Localizer. The web layer
// does it once a request, so components need no parameter for it.
func With(ctx context.Context, l *Localizer) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From returns the Localizer that [With] put there, or nil.
func From(ctx context.Context) *Localizer {
	l, _ := ctx.Value(contextKey{}).(*Localizer)
	return l
}
