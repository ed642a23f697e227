// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/identity"
	"martinella/internal/identity/card"
	"martinella/internal/identity/card/mint"
	"martinella/internal/platform/config"
	"martinella/internal/platform/fault"
)

// The demonstration's card: whose it is, and the word that opens its file in a browser.
const (
	demoCardCode     = "RSSMRA80A01H501U" // the example of every manual: nobody's
	demoCardPassword = "demo"
	demoCardEmail    = "elena.martelli@comune.castelvento.example"
)

// DemoCard is a card for trying the sign-in, as files in a folder.
type DemoCard struct {
	Folder, Email, Password string
	URL                     string // where the card is shown while serve --demo runs
}

// errNoDemo is what a card for an ordinary instance is answered with.
var errNoDemo = errors.New("only the demonstration gets a card of nobody: add --demo, and a data folder that holds the demonstration")

// MakeDemoCard makes an authority, a card, an empty revocation list and the
// certificate of the listener, and links the card with somebody of the
// demonstration. serve --demo on the same data folder then takes the card.
func (a *App) MakeDemoCard(ctx context.Context, email string) (DemoCard, error) {
	if !a.Config.Demo {
		return DemoCard{}, errNoDemo
	}
	if email == "" {
		email = demoCardEmail
	}
	person, err := a.linkDemoCard(ctx, email)
	if err != nil {
		return DemoCard{}, a.spoken(err)
	}
	folder := demoCardFolder(a.Config)
	if err := writeDemoCard(folder, person.Name, a.Clock.Now()); err != nil {
		return DemoCard{}, err
	}
	return DemoCard{Folder: folder, Email: email, Password: demoCardPassword, URL: withDemoCard(a.Config).Card.URL}, nil
}

// linkDemoCard links the card's code with a person; with whom it was linked before, no more.
func (a *App) linkDemoCard(ctx context.Context, email string) (identity.StaffPerson, error) {
	s := access.System("demo")
	found, err := a.rooms.identity.AllPeople(ctx, s, identity.PeopleQuery{Text: email, Limit: 1})
	if err != nil {
		return identity.StaffPerson{}, err
	}
	if len(found) == 0 || found[0].Email != email {
		return identity.StaffPerson{}, fault.New(fault.NotFound, "identity.person_gone")
	}
	err = a.rooms.identity.LinkFiscalCode(ctx, s, found[0].ID, demoCardCode)
	if fault.Of(err).Code == "identity.linked_already" {
		err = nil
	}
	return found[0], err
}

func writeDemoCard(folder, name string, now time.Time) error {
	ca, err := mint.NewAuthority("CA della dimostrazione", now)
	if err != nil {
		return err
	}
	given, surname := splitName(name)
	c, err := ca.Issue(mint.Holder{FiscalCode: demoCardCode, Given: given, Surname: surname}, card.PolicyCNS, now, nil)
	if err != nil {
		return err
	}
	server, err := ca.Server(now, "localhost", "127.0.0.1", "::1")
	if err != nil {
		return err
	}
	crl, err := ca.Revoke(now.Add(-time.Hour), now.AddDate(10, 0, 0))
	if err != nil {
		return err
	}
	p12, err := c.PKCS12(ca, demoCardPassword)
	if err != nil {
		return err
	}
	cardPEM, err := c.PEM()
	serverPEM, serverErr := server.PEM()
	if err := errors.Join(err, serverErr, os.MkdirAll(folder, 0o700)); err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		"ca.pem": mint.PEM(ca.Certificate), "card.pem": cardPEM, "card.p12": p12, "server.pem": serverPEM, "revoked.crl": crl,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			return fmt.Errorf("writing the card: %w", err)
		}
	}
	return nil
}

// withDemoCard lets the demonstration take the card that "demo card" made, on
// the port after the portal's. What is configured otherwise stays.
func withDemoCard(c config.Config) config.Config {
	folder := demoCardFolder(c)
	host, port, err := net.SplitHostPort(c.Listen)
	n, numErr := strconv.Atoi(port)
	if _, statErr := os.Stat(filepath.Join(folder, "ca.pem")); errors.Join(err, numErr, statErr) != nil || c.Card.On() || n == 0 {
		return c
	}
	server := filepath.Join(folder, "server.pem")
	c.Card.Listen = net.JoinHostPort(host, strconv.Itoa(n+1))
	c.Card.URL = "https://" + c.Card.Listen
	c.Card.TLSCert, c.Card.TLSKey = server, server
	c.Card.Trust, c.Card.CRL = filepath.Join(folder, "ca.pem"), filepath.Join(folder, "revoked.crl")
	return c
}

func splitName(name string) (given, surname string) {
	for i, r := range name {
		if r == ' ' {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}
