// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"runtime"
	"time"

	"martinella/internal/identity/password"
)

// Config holds what an administrator may change. Zero values mean the defaults.
type Config struct {
	BaseURL string // "https://csirt.example.it", for the links in mails

	SessionIdle time.Duration // a session ends after so long without use; 60 minutes
	SessionLife time.Duration // and after so long in any case; 12 hours
	CodeWait    time.Duration // how long a sign-in waits for the second factor; 10 minutes
	RecentLife  time.Duration // how long a second factor counts as just shown (gate.Recent); 15 minutes

	InvitationLife time.Duration // how long an invitation is good; 7 days
	ResetLife      time.Duration // how long a reset link is good; 1 hour
	EmailLife      time.Duration // how long a new address may be confirmed; 24 hours

	Hash       password.Params // of new passwords; OWASP's
	HashAtOnce int             // hashes computed at the same time; one for each core

	// DemoSecret is the second factor everybody in the demonstration has. It is
	// set by the demonstration alone: with it the page that asks for a code shows it.
	DemoSecret string
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field    *time.Duration
		fallback time.Duration
	}{
		{&c.SessionIdle, time.Hour}, {&c.SessionLife, 12 * time.Hour}, {&c.CodeWait, 10 * time.Minute},
		{&c.RecentLife, 15 * time.Minute},
		{&c.InvitationLife, 7 * 24 * time.Hour}, {&c.ResetLife, time.Hour}, {&c.EmailLife, 24 * time.Hour},
	} {
		if *d.field <= 0 {
			*d.field = d.fallback
		}
	}
	if c.Hash == (password.Params{}) {
		c.Hash = password.OWASP()
	}
	if c.HashAtOnce <= 0 {
		c.HashAtOnce = runtime.NumCPU()
	}
	return c
}
