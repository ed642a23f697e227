// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pquerna/otp/totp"

	"martinella/data"
	"martinella/internal/access"
	"martinella/internal/app/demo"
	"martinella/internal/constituency"
	"martinella/internal/identity"
	passwords "martinella/internal/identity/password"
	"martinella/internal/platform/audit"
)

// demoSecret is the second factor of the demonstration's people: known to
// everybody, which is why an ordinary serve never has it.
const demoSecret = "MARTINELLADEMOXXXXXXXXXXXXXXXXXX"

// demoPassword is everybody's in the demonstration, and printed at its start.
const demoPassword = "prova-martinella"

// demoHash is how its passwords are hashed: what everybody knows need not cost
// an attacker anything, and a hash in earnest for each would be half of the
// time the demonstration takes to make.
func demoHash() passwords.Params { return passwords.Params{Memory: 64, Time: 1, Threads: 1} }

// SignIn is a way into the demonstration.
type SignIn struct {
	Email, Password, What string
	Secret, Code          string // of the second factor, for the CSIRT's people
}

// What a database may not be used for.
var (
	errDemoData = errors.New("this database holds the demonstration, whose passwords everybody knows: start it with --demo, or give real data a folder of their own with --data")
	errRealData = errors.New("this database holds data that are not the demonstration's: --demo needs an empty folder of its own, given with --data")
	errDemoHalf = errors.New("the demonstration in this database was interrupted while it was made: empty the database, then start again")
)

// PrepareDemo makes sure that the database fits how the program was started,
// makes the demonstration when it was asked for and is not there, and gives the
// ways into it. Without --demo it gives none and changes nothing.
func (a *App) PrepareDemo(ctx context.Context) ([]SignIn, error) {
	is, err := a.demoState(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking for the demonstration: %w", err)
	}
	switch {
	case !a.Config.Demo && (is == demoHalf || is == demoWhole):
		return nil, errDemoData
	case !a.Config.Demo:
		return nil, nil
	case is == demoNot:
		return nil, errRealData
	case is == demoHalf:
		return nil, errDemoHalf
	case is == demoEmpty:
		if err := playDemo(ctx, a.Options, false); err != nil {
			return nil, err
		}
	}
	return signIns()
}

// demoState is what a database has of the demonstration.
type demoState uint8

const (
	demoEmpty demoState = iota // nobody and nothing
	demoNot                    // people or organisations, none of the demonstration
	demoHalf                   // its making was interrupted
	demoWhole
)

// demoReady is the audit log's last word when the demonstration has been made.
const demoReady = "demo.ready"

func (a *App) demoState(ctx context.Context) (demoState, error) {
	s := access.System("demo")
	t, err := demo.Load()
	if err != nil {
		return demoEmpty, err
	}
	first, err := a.rooms.identity.AllPeople(ctx, s, identity.PeopleQuery{Text: t.Staff[0].Email, Staff: true, Limit: 1})
	if err != nil {
		return demoEmpty, err
	}
	if len(first) == 0 {
		return a.emptyOrNot(ctx, s)
	}
	last, err := a.Audit.List(ctx, audit.Query{Action: demoReady, Limit: 1})
	if err != nil || len(last) == 0 {
		return demoHalf, err
	}
	return demoWhole, nil
}

func (a *App) emptyOrNot(ctx context.Context, s access.Scope) (demoState, error) {
	people, err := a.rooms.identity.AllPeople(ctx, s, identity.PeopleQuery{Limit: 1})
	if err != nil || len(people) > 0 {
		return demoNot, err
	}
	bodies, err := a.rooms.constituency.List(ctx, s, constituency.Filter{Limit: 1})
	if err != nil || len(bodies.Rows) > 0 {
		return demoNot, err
	}
	return demoEmpty, nil
}

// reference is the domain data; the demonstration's has its invented municipalities too.
func (a *App) reference() (fs.FS, error) {
	if a.Config.Demo {
		return demo.Reference(data.Files)
	}
	return data.Files, nil
}

// DemoCode is the current code of the demonstration's second factor.
func DemoCode() string {
	code, err := totp.GenerateCode(demoSecret, time.Now())
	if err != nil {
		return "" // the secret is a constant: a test tries that it can be read
	}
	return code
}

// signIns are the ways in worth trying, from the whole territory to one body.
func signIns() ([]SignIn, error) {
	t, err := demo.Load()
	if err != nil {
		return nil, err
	}
	out := make([]SignIn, 0, len(t.SignIns))
	for _, s := range t.SignIns {
		in := SignIn{Email: s.Email, Password: demoPassword, What: s.What}
		if s.Staff {
			in.Secret, in.Code = demoSecret, DemoCode()
		}
		out = append(out, in)
	}
	return out, nil
}
