// SPDX-License-Identifier: EUPL-1.2

package hook_test

import (
	"context"
	"log/slog"
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/hook"
	"martinella/internal/platform/i18n"
)

// nobody is a gate through which nobody comes: the pages are tried with the whole program.
func nobody(b *i18n.Bundle) *gate.Gate {
	return gate.New(gate.Config{Auth: strangers{}, Directory: noDirectory{}, Bundle: b, Log: slog.New(slog.DiscardHandler)})
}

type strangers struct{}

func (strangers) Authenticate(*http.Request) (*gate.Session, error) { return nil, nil }

type noDirectory struct{}

func (noDirectory) OrganisationByCode(context.Context, access.Scope, string) (gate.Organisation, error) {
	return gate.Organisation{}, nil
}

func (noDirectory) OrganisationsByID(context.Context, access.Scope, []int64) ([]gate.Organisation, error) {
	return nil, nil
}

// nobodyLike is another node's gate.
func nobodyLike(w *world) *gate.Gate {
	b, err := i18n.Load(hook.Locale)
	w.must(err)
	return nobody(b)
}
