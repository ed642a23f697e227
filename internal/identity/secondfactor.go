// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const recoveryCodes = 10

// proposalLife is how long a proposed secret stays the same: reloading the page
// must not change it under the app that has just read it.
const proposalLife = time.Hour

func wrongCode() *fault.Error {
	return fault.New(fault.Invalid, "web.form").Field("code", "identity.code_wrong")
}

// factor is the row of a person's second factor.
type factor struct {
	secret      string // "" when not set up
	lastStep    int64
	proposed    string
	proposedAt  time.Time
	confirmedAt time.Time
}

func sealUse(person int64) string { return fmt.Sprintf("totp:%d", person) }

func (m *Module) factor(ctx context.Context, q db.Querier, person int64, lock string) (f factor, err error) {
	var sealed, proposed []byte
	err = q.QueryRow(ctx, "SELECT sealed, confirmed_at, last_step, proposed, proposed_at FROM totp_secret WHERE person_id = $1"+lock, person).
		Scan(&sealed, db.Time(&f.confirmedAt), &f.lastStep, &proposed, db.Time(&f.proposedAt))
	if db.NotFound(err) {
		return factor{}, nil
	}
	if err != nil {
		return factor{}, fmt.Errorf("reading a second factor: %w", err)
	}
	if f.secret, err = m.unseal(sealed, person); err == nil {
		f.proposed, err = m.unseal(proposed, person)
	}
	return f, err
}

func (m *Module) unseal(sealed []byte, person int64) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := m.Secrets.Open(sealed, sealUse(person))
	if err != nil {
		return "", fmt.Errorf("the second factor of person %d: %w", person, err)
	}
	return string(plain), nil
}

// usedUpTo is the last step whose code was used. The demonstration's secret is
// published: refusing a code used before would protect nobody there, and would
// shut out who tries the sign-ins one after the other.
func (m *Module) usedUpTo(f factor) int64 {
	if m.Config.DemoSecret != "" && f.secret == m.Config.DemoSecret {
		return 0
	}
	return f.lastStep
}

// acceptCode takes a code of the app or a recovery code, each once, and says
// which it was, or returns an Invalid fault.
func (m *Module) acceptCode(ctx context.Context, tx *db.Tx, p Person, code string) (Method, error) {
	plain := plainCode(code)
	if !isTOTP(plain) {
		return ByRecoveryCode, m.acceptRecovery(ctx, tx, p, plain)
	}
	f, err := m.factor(ctx, tx, p.ID, db.ForUpdate(tx))
	if err != nil {
		return "", err
	}
	if f.secret == "" || f.confirmedAt.IsZero() {
		return "", wrongCode()
	}
	step, err := matchStep(f.secret, plain, m.Clock.Now(), m.usedUpTo(f))
	if err != nil {
		return "", err
	}
	if step == 0 {
		return "", wrongCode()
	}
	_, err = tx.Exec(ctx, "UPDATE totp_secret SET last_step = $2 WHERE person_id = $1", p.ID, step)
	if err != nil {
		return "", fmt.Errorf("noting a used code: %w", err)
	}
	return ByTOTP, nil
}

func (m *Module) acceptRecovery(ctx context.Context, tx *db.Tx, p Person, plain string) error {
	res, err := tx.Exec(ctx, "UPDATE recovery_code SET used_at = $3 WHERE person_id = $1 AND code_hash = $2 AND used_at IS NULL",
		p.ID, digest(plain), db.Ms(m.Clock.Now()))
	if err != nil {
		return fmt.Errorf("using a recovery code: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return wrongCode().Because(err)
	}
	left, err := unusedCodes(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if err := m.note(ctx, tx, actor(p.ID), 0, "person.recovery_code_used", p.ID, map[string]any{"left": left}); err != nil {
		return err
	}
	return m.send(ctx, tx, p, "recovery_code_used", letterArgs{N: left})
}

func unusedCodes(ctx context.Context, q db.Querier, person int64) (n int, err error) {
	err = q.QueryRow(ctx, "SELECT count(*) FROM recovery_code WHERE person_id = $1 AND used_at IS NULL", person).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting recovery codes: %w", err)
	}
	return n, nil
}

// Enrolment is a second factor to be set up.
type Enrolment struct {
	Secret  string // in groups of four, to be typed
	Address string // otpauth://, what the QR code holds
	QR      []byte // a PNG
}

// mayEnrol keeps out who has a second factor and has not shown it: he could
// put another in its place.
func mayEnrol(session Session) error {
	if session.ID == 0 && !session.Program || session.Pending == CodeWanted {
		return fault.New(fault.Unauthenticated, "identity.signin_again")
	}
	return nil
}

// Enrol proposes a second factor to the person. Nothing changes until
// ConfirmEnrolment. Asked again within an hour it proposes the same.
func (m *Module) Enrol(ctx context.Context, s access.Scope, session Session) (Enrolment, error) {
	if err := mayEnrol(session); err != nil {
		return Enrolment{}, err
	}
	var e Enrolment
	err := m.DB.Tx(ctx, func(tx *db.Tx) error {
		p, err := personByID(ctx, tx, s.Person())
		if err != nil {
			return err
		}
		secret, err := m.propose(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		var img bytes.Buffer
		e.Secret, e.Address = groups(secret, " "), enrolmentURL(secret, p.Email)
		err = writeQR(&img, secret, p.Email)
		e.QR = img.Bytes()
		return err
	})
	return e, err
}

func (m *Module) propose(ctx context.Context, tx *db.Tx, person int64) (string, error) {
	f, err := m.factor(ctx, tx, person, db.ForUpdate(tx))
	if err != nil {
		return "", err
	}
	now := m.Clock.Now()
	if f.proposed != "" && now.Sub(f.proposedAt) < proposalLife {
		return f.proposed, nil
	}
	secret := newTOTPSecret()
	_, err = tx.Exec(ctx, `INSERT INTO totp_secret (person_id, proposed, proposed_at) VALUES ($1,$2,$3)
		ON CONFLICT (person_id) DO UPDATE SET proposed = excluded.proposed, proposed_at = excluded.proposed_at`,
		person, m.Secrets.Seal([]byte(secret), sealUse(person)), db.Ms(now))
	if err != nil {
		return "", fmt.Errorf("proposing a second factor: %w", err)
	}
	return secret, nil
}

// Enrolled is what the person gets for a confirmed second factor.
type Enrolled struct {
	Codes []string // recovery codes, shown this once
	Token string   // the session's new token; "" of a program
}

// ConfirmEnrolment makes the proposed secret the person's second factor when
// code is one of it. The session that asked counts as having shown it and gets
// a new token; the person's other sessions must show it too. given is the
// password, which is not asked of somebody who has just signed in to do this.
func (m *Module) ConfirmEnrolment(ctx context.Context, s access.Scope, session Session, given, code string) (out Enrolled, err error) {
	if err := mayEnrol(session); err != nil {
		return Enrolled{}, err
	}
	if session.Pending != EnrolWanted {
		if _, err := m.reauthenticate(ctx, s, given); err != nil {
			return Enrolled{}, err
		}
	}
	if _, err := m.knock(ctx, secondFactorKey(s.Person())); err != nil {
		return Enrolled{}, err
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		p, err := personByID(ctx, tx, s.Person())
		if err != nil {
			return err
		}
		if err := m.confirm(ctx, tx, p.ID, code); err != nil {
			return err
		}
		if out.Codes, err = m.newCodes(ctx, tx, p.ID); err != nil {
			return err
		}
		if !session.Program {
			if out.Token, err = m.prove(ctx, tx, session, ByTOTP); err != nil {
				return err
			}
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "person.second_factor_set", p.ID, nil); err != nil {
			return err
		}
		return m.send(ctx, tx, p, "second_factor_set", letterArgs{})
	})
	return out, err
}

func (m *Module) confirm(ctx context.Context, tx *db.Tx, person int64, code string) error {
	f, err := m.factor(ctx, tx, person, db.ForUpdate(tx))
	if err != nil {
		return err
	}
	if f.proposed == "" {
		return wrongCode()
	}
	step, err := matchStep(f.proposed, plainCode(code), m.Clock.Now(), 0)
	if err != nil {
		return err
	}
	if step == 0 {
		return wrongCode()
	}
	_, err = tx.Exec(ctx, `UPDATE totp_secret SET sealed = proposed, confirmed_at = $2, last_step = $3, proposed = NULL, proposed_at = NULL WHERE person_id = $1`,
		person, db.Ms(m.Clock.Now()), step)
	if err != nil {
		return fmt.Errorf("setting the second factor: %w", err)
	}
	return openDoor(ctx, tx, secondFactorKey(person))
}

// newCodes replaces the recovery codes and gives the new ones as people see them.
func (m *Module) newCodes(ctx context.Context, tx *db.Tx, person int64) ([]string, error) {
	if _, err := tx.Exec(ctx, "DELETE FROM recovery_code WHERE person_id = $1", person); err != nil {
		return nil, fmt.Errorf("removing recovery codes: %w", err)
	}
	var shown []string
	var rows [][]any
	for range recoveryCodes {
		code := newRecoveryCode()
		rows = append(rows, []any{person, digest(code)})
		shown = append(shown, groups(code, "-"))
	}
	return shown, tx.BulkInsert(ctx, "recovery_code", []string{"person_id", "code_hash"}, rows)
}

// NewRecoveryCodes replaces the person's recovery codes; given is the password.
func (m *Module) NewRecoveryCodes(ctx context.Context, s access.Scope, given string) (codes []string, err error) {
	p, err := m.reauthenticate(ctx, s, given)
	if err != nil {
		return nil, err
	}
	if !p.SecondFactor {
		return nil, fault.New(fault.Conflict, "identity.no_second_factor")
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		if codes, err = m.newCodes(ctx, tx, p.ID); err != nil {
			return err
		}
		return m.note(ctx, tx, s.Actor(), 0, "person.recovery_codes_renewed", p.ID, nil)
	})
	return codes, err
}

// RemoveSecondFactor takes the person's authenticator app away; given is the
// password. Those for whom a second factor is mandatory cannot be without any.
func (m *Module) RemoveSecondFactor(ctx context.Context, s access.Scope, given string) error {
	p, err := m.reauthenticate(ctx, s, given)
	if err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		now, err := standingOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM totp_secret WHERE person_id = $1", p.ID); err != nil {
			return fmt.Errorf("removing a second factor: %w", err)
		}
		if p, err = personByID(ctx, tx, p.ID); err != nil {
			return err
		}
		if err := m.withoutFactor(ctx, tx, p, now.mandatory()); err != nil {
			return err
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "person.second_factor_removed", p.ID, nil); err != nil {
			return err
		}
		return m.send(ctx, tx, p, "second_factor_removed", letterArgs{})
	})
}

// dropFactor takes every second factor of a person away.
func dropFactor(ctx context.Context, tx *db.Tx, person int64) error {
	for _, q := range []string{"DELETE FROM totp_secret WHERE person_id = $1", "DELETE FROM passkey WHERE person_id = $1", "DELETE FROM recovery_code WHERE person_id = $1"} {
		if _, err := tx.Exec(ctx, q, person); err != nil {
			return fmt.Errorf("removing a second factor: %w", err)
		}
	}
	return nil
}

// RecoveryCodesLeft counts the person's unused recovery codes.
func (m *Module) RecoveryCodesLeft(ctx context.Context, s access.Scope) (int, error) {
	return unusedCodes(ctx, m.DB, s.Person())
}
