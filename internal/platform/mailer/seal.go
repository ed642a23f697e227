// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"martinella/internal/platform/db"
	"martinella/internal/platform/mailcrypt"
)

// Protection is what was done to a mail before it left.
type Protection string

// The protections.
const (
	Plain     Protection = ""
	Signed    Protection = "signed"
	Encrypted Protection = "encrypted" // and signed inside, where there is a key of the same kind
)

// seal is what a signature or an encryption added to a mail. It is made once and
// stored before the first attempt, so that every attempt sends the same bytes.
type seal struct {
	kind   string // "openpgp", "smime", or sealed; "": none
	micalg string
	data   []byte
}

// sealed is the kind of a seal that holds the whole encrypted entity.
const sealed = "encrypted"

func (s seal) protection() Protection {
	switch s.kind {
	case "":
		return Plain
	case sealed:
		return Encrypted
	}
	return Signed
}

// sealAll seals the letters that are not sealed yet, on all cores; it gives those it sealed.
func (m *Mailer) sealAll(all []*letter) []*letter {
	var fresh []*letter
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, l := range all {
		if l.seal.kind != "" {
			continue
		}
		fresh = append(fresh, l)
		g.Go(func() error {
			l.seal, l.broken = m.seal(l)
			return nil
		})
	}
	_ = g.Wait() // what went wrong stands in each letter
	return fresh
}

// seal signs a letter, or encrypts it where it has a key for its recipient. A
// signature that cannot be made stops no mail; an encryption that cannot, does.
func (m *Mailer) seal(l *letter) (seal, error) {
	now := m.clock.Now()
	if l.key.Kind != "" {
		parts, err := l.parts("cipher")
		if err != nil {
			return seal{}, err
		}
		l.made = parts
		entity, err := m.cfg.Keys.Encrypt(parts.entity, l.key, boundary(l.MessageID), now)
		if err != nil {
			return seal{}, &Refusal{err: fmt.Errorf("not sent, because it cannot be encrypted: %w", err)}
		}
		return seal{sealed, "", entity}, nil
	}
	kind := m.cfg.Keys.Signs(now)
	if kind == "" {
		return seal{}, nil
	}
	parts, err := l.parts("clear")
	if err != nil {
		return seal{}, err
	}
	l.made = parts
	s, err := m.cfg.Keys.Sign(parts.entity, kind, now)
	if err != nil {
		m.cfg.Log.Error("a mail is sent unsigned", "mail", l.ID, "error", err)
		return seal{}, nil
	}
	return seal{string(s.Kind), s.MicAlg, s.Data}, nil
}

var errSealedTwice = errors.New("another process has sealed this mail meanwhile")

func storeSeal(ctx context.Context, tx *db.Tx, l *letter) error {
	if l.seal.kind == "" {
		return nil
	}
	res, err := tx.Exec(ctx, "INSERT INTO mail_seal (recipient, kind, micalg, data) VALUES ($1,$2,$3,$4) ON CONFLICT (recipient) DO NOTHING",
		l.ID, l.seal.kind, l.seal.micalg, l.seal.data)
	if err != nil {
		return fmt.Errorf("sealing mail %d: %w", l.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errSealedTwice, err)
	}
	_, err = tx.Exec(ctx, "UPDATE mail_recipient SET protection = $1 WHERE id = $2", l.seal.protection(), l.ID)
	return err
}

// readSeal takes what a row has of a seal.
type readSeal struct {
	kind, micalg sql.NullString
	data         []byte
}

func (r readSeal) seal() seal { return seal{r.kind.String, r.micalg.String, r.data} }

// signature is the seal as package mailcrypt wants it.
func (s seal) signature() mailcrypt.Signature {
	return mailcrypt.Signature{Kind: mailcrypt.Kind(s.kind), MicAlg: s.micalg, Data: s.data}
}
