// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/operations"
	"martinella/internal/platform/config"
	"martinella/internal/platform/mailcrypt"
)

// loadKeys reads the CSIRT's own keys. A file that cannot be used stops the
// start: an instance that was to sign must not run unsigned unnoticed. A key
// that has expired does not: mails then go out unsigned, and operators are told.
func loadKeys(k config.Keys, now time.Time) (*mailcrypt.Ring, error) {
	ring := new(mailcrypt.Ring)
	if k.PGPFile != "" {
		data, err := os.ReadFile(k.PGPFile)
		if err == nil {
			ring.PGP, err = mailcrypt.ReadPGP(data, []byte(k.PGPPassphrase), now)
		}
		if err != nil {
			return nil, fmt.Errorf("--pgp-key-file %s: %w", k.PGPFile, err)
		}
	}
	if k.SMIMEFile != "" {
		data, err := os.ReadFile(k.SMIMEFile)
		if err == nil {
			ring.SMIME, err = mailcrypt.ReadSMIME(data, []byte(k.SMIMEPassphrase))
		}
		if err != nil {
			return nil, fmt.Errorf("--smime-key-file %s: %w", k.SMIMEFile, err)
		}
	}
	return ring, nil
}

// OwnKey is one of the CSIRT's own keys, as people compare it.
type OwnKey struct {
	Kind        mailcrypt.Kind
	Algorithm   string // "Ed25519"
	Fingerprint string
	Names       []string
	ExpiresAt   time.Time // zero: never
	Armoured    string    // the public part as text; of OpenPGP alone
}

// OwnKeys gives the CSIRT's keys.
func (a *App) OwnKeys() ([]OwnKey, error) { return ownKeys(a.keys) }

func ownKeys(r *mailcrypt.Ring) (out []OwnKey, err error) {
	if r.PGP != nil {
		k := OwnKey{Kind: mailcrypt.OpenPGP, Algorithm: r.PGP.Algorithm(), Fingerprint: r.PGP.Fingerprint(), Names: r.PGP.UserIDs(), ExpiresAt: r.PGP.ExpiresAt()}
		if k.Armoured, err = r.PGP.PublicArmoured(); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	if r.SMIME != nil {
		out = append(out, OwnKey{Kind: mailcrypt.SMime, Algorithm: r.SMIME.Algorithm(), Fingerprint: r.SMIME.Fingerprint(), Names: append([]string{r.SMIME.Subject()}, r.SMIME.Addresses()...), ExpiresAt: r.SMIME.ExpiresAt()})
	}
	return out, nil
}

// ReadOwnKeys gives the keys a configuration names, without opening an instance.
func ReadOwnKeys(c config.Config, now time.Time) ([]OwnKey, error) {
	r, err := loadKeys(c.Keys, now)
	if err != nil {
		return nil, err
	}
	return ownKeys(r)
}

// MakeOwnKey makes an OpenPGP key in the name of the configured CSIRT and the
// address its mails come from, and writes its private part to a file that must not exist.
func MakeOwnKey(file string, c config.Config, life time.Duration, now time.Time) (OwnKey, error) {
	from, err := mail.ParseAddress(c.MailFrom)
	if err != nil {
		return OwnKey{}, fmt.Errorf("--mail-from %q: %w", c.MailFrom, err)
	}
	p, private, err := mailcrypt.MakePGP(c.Name, from.Address, life, []byte(c.Keys.PGPPassphrase), now)
	if err != nil {
		return OwnKey{}, err
	}
	if err := writeNew(file, private); err != nil {
		return OwnKey{}, err
	}
	all, err := ownKeys(&mailcrypt.Ring{PGP: p})
	if err != nil {
		return OwnKey{}, err
	}
	return all[0], nil
}

func writeNew(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// keyNotice is how long before its end a key of ours is told of.
const keyNotice = 60 * 24 * time.Hour

// checkOwnKeys says with what mail is signed, and until when.
func (a *App) checkOwnKeys() (string, error) {
	all, err := a.OwnKeys()
	if err != nil || len(all) == 0 {
		return "none: alerts leave unsigned (--pgp-key-file, --smime-key-file)", err
	}
	var said []string
	var errs []error
	for _, k := range all {
		said = append(said, fmt.Sprintf("%s %s (%s) until %s", k.Kind, k.Fingerprint, k.Algorithm, dayOr(k.ExpiresAt, "for ever")))
		if left := k.ExpiresAt.Sub(a.Clock.Now()); !k.ExpiresAt.IsZero() && left < keyNotice {
			errs = append(errs, fmt.Errorf("the %s key ends on %s, in %d days: mails are unsigned from then on", k.Kind, k.ExpiresAt.Format(time.DateOnly), int(left/(24*time.Hour))))
		}
	}
	for _, file := range []string{a.Config.Keys.PGPFile, a.Config.Keys.SMIMEFile} {
		errs = append(errs, readByOthers(file))
	}
	return strings.Join(said, ", "), errors.Join(errs...)
}

// signatures are our keys and the security.txt, for the operators' page and the control room.
func (a *App) signatures(ctx context.Context, s access.Scope) ([]operations.Signature, error) {
	all, err := a.OwnKeys()
	if err != nil {
		return nil, err
	}
	var out []operations.Signature
	for _, k := range all {
		out = append(out, operations.Signature{Kind: string(k.Kind), Algorithm: k.Algorithm, Fingerprint: k.Fingerprint, Names: k.Names, Until: k.ExpiresAt})
	}
	expires, err := a.rooms.publication.SecurityExpires(ctx, s)
	if err == nil && !expires.IsZero() {
		out = append(out, operations.Signature{Kind: "security_txt", Until: expires})
	}
	return out, err
}

func dayOr(at time.Time, never string) string {
	if at.IsZero() {
		return never
	}
	return at.Format(time.DateOnly)
}

func readByOthers(file string) error {
	if file == "" {
		return nil
	}
	info, err := os.Stat(file)
	if err == nil && info.Mode().Perm()&0o007 != 0 {
		err = fmt.Errorf("%s can be read by everybody: chmod 600", file)
	}
	return err
}

// withDemoKey gives the demonstration a key of its own, made at its first start.
// It is older than the three weeks that the demonstration has lived.
func withDemoKey(o Options) (config.Config, error) {
	c := o.Config
	if c.Keys.PGPFile != "" {
		return c, nil
	}
	c.Keys.PGPFile = filepath.Join(c.Data, "demo-pgp.asc")
	if _, err := os.Stat(c.Keys.PGPFile); !errors.Is(err, os.ErrNotExist) {
		return c, err
	}
	_, err := MakeOwnKey(c.Keys.PGPFile, c, 3*365*24*time.Hour, o.Clock.Now().AddDate(0, -2, 0))
	return c, err
}
