// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// checkCards says by what cards are judged, and how old that is.
func (a *App) checkCards(ctx context.Context) (string, error) {
	if a.desk == nil {
		return "nobody signs in with a card (--card-listen or --card-header)", nil
	}
	err := a.desk.Refresh(ctx)
	s := a.desk.State()
	now := a.Clock.Now()
	said := []string{fmt.Sprintf("%d authorities, %d of them valid", s.Authorities, s.Valid)}
	for _, l := range s.Lists {
		trusted := "signature verified"
		if !l.Signed {
			trusted = "signature not verified: trusted by how it was fetched (--card-tsl-signer verifies it)"
		}
		said = append(said, fmt.Sprintf("list %s %d of %s, %s", l.Territory, l.Sequence, l.Issued.Format(time.DateOnly), trusted))
	}
	for _, l := range s.CRLs {
		said = append(said, fmt.Sprintf("revocations of %s: %d, %s old", l.Issuer, l.Entries, now.Sub(l.Issued).Round(time.Hour)))
		if now.After(l.NextUpdate) {
			err = errors.Join(err, fmt.Errorf("the revocation list of %s was good until %s", l.Issuer, l.NextUpdate.Format(time.DateTime)))
		}
	}
	if s.Soft {
		said = append(said, "a revocation that cannot be looked up lets in (--card-revocation soft)")
	}
	if s.Valid == 0 {
		err = errors.Join(err, errors.New("no valid authority: every card is refused"))
	}
	return strings.Join(said, "; "), err
}

// checkProviders asks each provider for its addresses.
func (a *App) checkProviders(ctx context.Context) (string, error) {
	if len(a.rooms.identity.Providers) == 0 {
		return "none ([oidc.NAME] in the configuration file)", nil
	}
	var said []string
	var errs []error
	for _, p := range a.rooms.identity.Providers {
		if err := p.Discover(ctx); err != nil {
			errs = append(errs, fmt.Errorf("%s (%s): %w", p.Name, p.Issuer, err))
			continue
		}
		said = append(said, p.Name+" answers")
	}
	return strings.Join(said, ", "), errors.Join(errs...)
}
