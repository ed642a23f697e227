// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/fault"
)

// askUse keeps a sealed link from being taken for something else that was sealed.
const askUse = "constituency.confirm"

// askLink is what the link in a mail holds. It is sealed, so nobody can make one; it names the
// round, and each confirmation begins another round, so it works once.
type askLink struct {
	Organisation int64
	Round        int64
	Name, Email  string
	At           int64 // when it was made, seconds since 1970
}

func (m *Module) sealAsk(l askLink) (string, error) {
	plain, err := json.Marshal(l)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(m.deps.Seal.Seal(plain, askUse)), nil
}

// openAsk reads a link. What was never one cannot be found; one too old is a Conflict.
func (m *Module) openAsk(token string) (l askLink, err error) {
	gone := fault.New(fault.NotFound, "constituency.link_unknown")
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return l, gone.Because(err)
	}
	plain, err := m.deps.Seal.Open(sealed, askUse)
	if err != nil {
		return l, gone.Because(err)
	}
	if err := json.Unmarshal(plain, &l); err != nil {
		return l, gone.Because(err)
	}
	if m.now().Sub(time.Unix(l.At, 0)) > askLife {
		return l, fault.New(fault.Conflict, "constituency.confirm_expired")
	}
	return l, nil
}

// AskedByLink gives the record a link asks about, without using the link up: mail gateways
// follow links, so only a button confirms.
func (m *Module) AskedByLink(ctx context.Context, _ access.Scope, token string) (Organisation, []Contact, error) {
	l, err := m.openAsk(token)
	if err != nil {
		return Organisation{}, nil, err
	}
	s, err := access.System("confirmation").For(l.Organisation)
	if err != nil {
		return Organisation{}, nil, err
	}
	c, err := confirmationOf(ctx, m.db, l.Organisation)
	if err != nil {
		return Organisation{}, nil, err
	}
	if c.round != l.Round {
		return Organisation{}, nil, fault.New(fault.Conflict, "constituency.confirm_used")
	}
	return m.chart(ctx, s)
}

// ConfirmByLink records that the holder of a mailbox confirmed the record.
func (m *Module) ConfirmByLink(ctx context.Context, s access.Scope, token string) (Organisation, error) {
	l, err := m.openAsk(token)
	if err != nil {
		return Organisation{}, err
	}
	reads, err := access.System("confirmation").For(l.Organisation)
	if err != nil {
		return Organisation{}, err
	}
	return m.confirmed(ctx, s, reads, confirming{org: l.Organisation, round: l.Round, by: l.Name, how: "link"})
}

// Confirm records that somebody who has signed in confirmed the record of the scope's
// organisation; by is his name.
func (m *Module) Confirm(ctx context.Context, s access.Scope, by string) error {
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	if err := s.Require(access.ContactEdit); err != nil {
		return err
	}
	_, err = m.confirmed(ctx, s, s, confirming{org: org, by: by, how: "page"})
	return err
}
