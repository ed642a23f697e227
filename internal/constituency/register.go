// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"strings"

	"martinella/internal/access"
	"martinella/internal/constituency/check"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Apply takes a registration from the public form and mails the link that
// confirms it. The answer is the same whether or not the body is known already. An
// Invalid fault names the fields to mend.
func (m *Module) Apply(ctx context.Context, s access.Scope, form Registration) error {
	terms, err := m.CurrentConditions(ctx)
	if err != nil {
		return err
	}
	rec, app, err := form.validate(m.ref, terms.Version)
	if err != nil {
		return err
	}
	now := m.now()
	o := Organisation{
		Record: rec, Applicant: app, State: Unconfirmed, StateSince: now, CreatedAt: now,
		ConditionsVersion: form.ConditionsVersion, ConditionsAt: now,
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		full, err := m.mailboxFull(ctx, tx, app.Email)
		if err != nil || full {
			return err // silent: who fills somebody's mailbox need not know that it is full
		}
		if err := insertOrganisation(ctx, tx, &o); err != nil {
			return err
		}
		accepted := Acceptance{Language: terms.Language(app.Language), Name: app.Name, How: "registration"}
		if err := m.accept(ctx, tx, s, o, terms, accepted); err != nil {
			return err
		}
		h := Happening{At: now, Action: Register, To: Unconfirmed, Actor: s.Actor(), ActorName: app.Name}
		if err := recordHappening(ctx, tx, o.ID, h); err != nil {
			return err
		}
		if err := m.audit(ctx, tx, s, o, Register, map[string]any{"code": o.Code, "conditions": o.ConditionsVersion}); err != nil {
			return err
		}
		return m.sendConfirmation(ctx, tx, o)
	})
}

func (m *Module) sendConfirmation(ctx context.Context, tx *db.Tx, o Organisation) error {
	token, err := m.newToken(ctx, tx, o.ID, forConfirmation)
	if err != nil {
		return err
	}
	return m.mailApplicant(ctx, tx, o, "confirm", m.link("/register/confirm/"+token), "")
}

// Resend mails another link for the newest registration of a mailbox that still waits for
// its confirmation. It says nothing about whether there is one.
func (m *Module) Resend(ctx context.Context, s access.Scope, email string) error {
	address, ok := check.Email(email)
	if !ok {
		return fault.New(fault.Invalid, "constituency.registration").Field("email", "constituency.email")
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		full, err := m.mailboxFull(ctx, tx, address)
		if err != nil || full {
			return err
		}
		o, err := scanOrganisation(tx.QueryRow(ctx, "SELECT "+organisationColumns+` FROM organisation
			WHERE applicant_email = $1 AND state = 'unconfirmed' ORDER BY id DESC LIMIT 1`, address))
		if db.NotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("looking for a registration: %w", err)
		}
		return m.sendConfirmation(ctx, tx, o)
	})
}

// Pending gives the registration a confirmation link belongs to, without using
// the link up: mail gateways follow links, so only a button confirms.
func (m *Module) Pending(ctx context.Context, _ access.Scope, token string) (Organisation, error) {
	id, err := m.tokenOwner(ctx, m.db, token, forConfirmation)
	if err != nil {
		return Organisation{}, err
	}
	return organisation(ctx, m.db, access.System("registration"), id)
}

// Confirmed is what became of a confirmation.
type Confirmed struct {
	Organisation Organisation
	Duplicate    bool   // the body was known already
	StatusToken  string // opens the page that says where it stands
}

// ConfirmMailbox uses a confirmation link up: the registration goes to the
// operators or, when the body is known already, ends there.
func (m *Module) ConfirmMailbox(ctx context.Context, s access.Scope, token string) (Confirmed, error) {
	var out Confirmed
	err := m.db.Tx(ctx, func(tx *db.Tx) error {
		// One confirmation at a time: two for the same body must see each other.
		if _, err := tx.Exec(ctx, "UPDATE registration_turn SET turn = turn + 1 WHERE one = 1"); err != nil {
			return fmt.Errorf("waiting for the turn: %w", err)
		}
		id, err := m.tokenOwner(ctx, tx, token, forConfirmation)
		if err != nil {
			return err
		}
		o, err := organisation(ctx, tx, access.System("registration"), id)
		if err != nil {
			return err
		}
		out, err = m.confirm(ctx, tx, s, o)
		return err
	})
	return out, err
}

func (m *Module) confirm(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation) (out Confirmed, err error) {
	known, err := twins(ctx, tx, o)
	if err != nil {
		return out, fmt.Errorf("looking for the same body: %w", err)
	}
	out.Duplicate = len(known) > 0 && known[0].State.Live()
	step := move{action: Confirm, by: o.Applicant.Name}
	if out.Duplicate {
		step = move{action: Duplicate, reason: fmt.Sprintf("%s (%d)", known[0].Code, known[0].ID)}
	}
	if err := m.move(ctx, tx, s, &o, step); err != nil {
		return out, err
	}
	if err := m.useTokens(ctx, tx, o.ID); err != nil {
		return out, err
	}
	out.Organisation = o
	if out.Duplicate {
		return out, m.mailApplicant(ctx, tx, o, "duplicate", "", "")
	}
	out.StatusToken, err = m.newToken(ctx, tx, o.ID, forStatus)
	if err != nil {
		return out, err
	}
	return out, m.mailApplicant(ctx, tx, o, "received", m.link("/register/status/"+out.StatusToken), "")
}

// Standing gives the registration a status link belongs to, with its history.
func (m *Module) Standing(ctx context.Context, _ access.Scope, token string) (Organisation, []Happening, error) {
	id, err := m.tokenOwner(ctx, m.db, token, forStatus)
	if err != nil {
		return Organisation{}, nil, err
	}
	o, err := organisation(ctx, m.db, access.System("registration"), id)
	if err != nil {
		return o, nil, err
	}
	h, err := history(ctx, m.db, id)
	return o, h, err
}

// AnswerByLink gives the operators the applicant's answer to what they asked.
func (m *Module) AnswerByLink(ctx context.Context, s access.Scope, token, answer string) error {
	id, err := m.tokenOwner(ctx, m.db, token, forStatus)
	if err != nil {
		return err
	}
	return m.answer(ctx, s, access.System("registration"), id, "", answer)
}

// AnswerQuestion is AnswerByLink for somebody who has signed in; by is his name.
func (m *Module) AnswerQuestion(ctx context.Context, s access.Scope, by, answer string) error {
	id, err := s.Organisation()
	if err != nil {
		return err
	}
	if err := s.Require(access.OrganisationEdit); err != nil {
		return err
	}
	return m.answer(ctx, s, s, id, by, answer)
}

// answer reads with one scope and is recorded under another: a link's holder
// is a visitor to the log, but may read his own registration.
func (m *Module) answer(ctx context.Context, who, reads access.Scope, id int64, by, answer string) error {
	answer = strings.TrimSpace(answer)
	problems := fault.New(fault.Invalid, "constituency.decision")
	if text(problems, "answer", answer, maxLong, true); len(problems.Fields) > 0 {
		return problems
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, reads, id)
		if err != nil {
			return err
		}
		return m.move(ctx, tx, who, &o, move{action: Answer, reason: answer, by: orDefault(by, o.Applicant.Name)})
	})
}
