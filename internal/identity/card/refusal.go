// SPDX-License-Identifier: EUPL-1.2

package card

import "fmt"

// Reason is why a certificate is refused; each has its own sentence.
type Reason string

// The reasons.
const (
	NoCertificate  Reason = "none"          // the browser sent none
	Unreadable     Reason = "unreadable"    // not a certificate
	Untrusted      Reason = "untrusted"     // no chain to an authority of the trust
	Expired        Reason = "expired"       // its time is over
	NotYetValid    Reason = "not_yet"       // its time has not begun
	WrongUsage     Reason = "usage"         // not made for signing in
	WrongPolicy    Reason = "policy"        // neither CNS nor CIE
	NoFiscalCode   Reason = "fiscal"        // no right Codice Fiscale in it
	Revoked        Reason = "revoked"       // taken back by who issued it
	RevocationDark Reason = "revocation"    // whether it was taken back cannot be known now
	NoTrust        Reason = "no_trust"      // no authority is configured or readable
	Weak           Reason = "weak"          // signed in a way that can be forged
	HandOff        Reason = "hand_off"      // the header came from whom it must not
	HandOffTwice   Reason = "hand_off_many" // more than one header
)

// Refusal says why a certificate is refused.
type Refusal struct {
	Reason Reason
	Cause  error // for the log
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Cause == nil {
		return fmt.Sprintf("card: %s", r.Reason)
	}
	return fmt.Sprintf("card: %s: %v", r.Reason, r.Cause)
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

func refuse(why Reason, cause error) *Refusal { return &Refusal{Reason: why, Cause: cause} }
