// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"martinella/internal/access"
	"martinella/internal/app/demo"
	"martinella/internal/constituency"
	"martinella/internal/constituency/claim"
)

// reach gives a body's contacts keys and absences, and declares what is its own on the Internet.
func (st *stage) reach(ctx context.Context, o demo.Organisation) error {
	all, err := demo.Reaches()
	if err != nil {
		return err
	}
	r, ok := all[o.Code]
	if !ok {
		return nil
	}
	s, err := st.member(o.People[0].Email, o.Code)
	if err != nil {
		return err
	}
	by := o.People[0].Name
	if _, err := st.rooms.constituency.AddClaims(ctx, s, claim.ReadLines(lines(r.Claims)), by); err != nil {
		return err
	}
	if err := st.verifyClaims(ctx, s, r.Verified); err != nil {
		return err
	}
	contacts, err := st.rooms.constituency.Contacts(ctx, s)
	if err != nil {
		return err
	}
	find := func(name string) constituency.Contact {
		i := slices.IndexFunc(contacts, func(c constituency.Contact) bool { return c.Name == name })
		return contacts[max(i, 0)]
	}
	for _, k := range r.Keys {
		if err := st.key(ctx, s, find(k.Contact), k, by); err != nil {
			return fmt.Errorf("the key of %s: %w", k.Contact, err)
		}
	}
	for _, a := range r.Absences {
		if _, err := st.rooms.constituency.AddAbsence(ctx, s, find(a.Contact).ID, st.now.AddDate(0, 0, -a.From), st.now.AddDate(0, 0, a.To)); err != nil {
			return fmt.Errorf("the absence of %s: %w", a.Contact, err)
		}
	}
	return nil
}

func lines(all []string) string {
	var b bytes.Buffer
	for _, l := range all {
		b.WriteString(l + "\n")
	}
	return b.String()
}

func (st *stage) verifyClaims(ctx context.Context, s access.Scope, values []string) error {
	all, err := st.rooms.constituency.Claims(ctx, s, 0, 100)
	if err != nil {
		return err
	}
	operator := "teresa.bruni@csirt.example"
	for _, c := range all {
		if !slices.Contains(values, c.Text) {
			continue
		}
		d := constituency.ClaimDecision{Action: "verify", Reason: "Risulta dal registro RIPE e dal contratto di connessione.", By: st.named(operator)}
		if err := st.rooms.constituency.DecideClaim(ctx, st.people[operator].Territory(), c.ID, d); err != nil {
			return err
		}
	}
	return nil
}

// key makes a contact a key and throws its private part away: nobody can read what is encrypted to it.
func (st *stage) key(ctx context.Context, s access.Scope, c constituency.Contact, k demo.Key, by string) error {
	from := st.clock.Now().Add(-time.Hour)
	var end time.Time
	if k.Ends != 0 {
		end = st.now.AddDate(0, 0, k.Ends)
	}
	data, err := demoPGP(c, from, end)
	if k.Kind == "smime" {
		data, err = demoCertificate(c, from, end)
	}
	if err != nil {
		return err
	}
	added, err := st.rooms.constituency.AddKey(ctx, s, c.ID, data, false, by)
	if err != nil || k.Compared == "" {
		return err
	}
	_, err = st.rooms.constituency.CheckKey(ctx, s, added.ID, constituency.CheckWay(k.Compared), by)
	return err
}

func demoPGP(c constituency.Contact, from, end time.Time) ([]byte, error) {
	cfg := &packet.Config{Time: func() time.Time { return from }, Algorithm: packet.PubKeyAlgoEdDSA}
	if !end.IsZero() {
		cfg.KeyLifetimeSecs = uint32(end.Sub(from) / time.Second)
	}
	e, err := openpgp.NewEntity(c.Name, "dimostrazione", c.Email, cfg)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = e.Serialize(&b)
	return b.Bytes(), err
}

func demoCertificate(c constituency.Contact, from, end time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(from.Unix()), Subject: pkix.Name{CommonName: c.Name + " (dimostrazione)"}, EmailAddresses: []string{c.Email},
		NotBefore: from, NotAfter: end, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyAgreement, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}}
	return x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
}
