// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"time"

	"github.com/pquerna/otp/totp"
)

// demoSecret is the second factor of the demonstration's people: known to
// everybody, which is why an ordinary serve never has it.
const demoSecret = "MARTINELLADEMOXXXXXXXXXXXXXXXXXX"

// SignIn is a way into the demonstration.
type SignIn struct {
	Email, Password, What string
	Secret, Code          string // of the second factor, for the CSIRT's people
}

// DemoCode is the current code of the demonstration's second factor.
func DemoCode() string {
	code, err := totp.GenerateCode(demoSecret, time.Now())
	if err != nil {
		return ""
	}
	return code
}

func (a *App) PrepareDemo(ctx context.Context) ([]SignIn, error) { return nil, nil }
