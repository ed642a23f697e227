// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"image/png"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// The parameters of RFC 6238 that every authenticator app understands.
const (
	totpPeriod  = 30 // seconds
	totpSecret  = 20 // bytes: RFC 4226, section 4, R6
	totpDrift   = 1  // steps before and after that are accepted: RFC 6238, section 5.2
	qrPixels    = 384
	totpIssuer  = "Martinella"
	codeDigits  = 6
	recoveryLen = 16 // base32 characters: 80 bits, too many to try even with the hashes in hand
)

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

func newTOTPSecret() string {
	raw := make([]byte, totpSecret)
	_, _ = rand.Read(raw) // documented never to fail
	return base32Plain.EncodeToString(raw)
}

func totpStep(t time.Time) int64 { return t.Unix() / totpPeriod }

// CodeAt gives the code of a secret at a time.
func CodeAt(secret string, t time.Time) (string, error) { return codeOf(secret, totpStep(t)) }

func codeOf(secret string, step int64) (string, error) {
	code, err := hotp.GenerateCodeCustom(secret, uint64(max(0, step)), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", fmt.Errorf("computing a code: %w", err)
	}
	return code, nil
}

// matchStep gives the step a code belongs to, newer than after; 0 when none.
// All steps are compared, so that the time tells nothing.
func matchStep(secret, code string, now time.Time, after int64) (step int64, err error) {
	for s := totpStep(now) - totpDrift; s <= totpStep(now)+totpDrift; s++ {
		want, err := codeOf(secret, s)
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > after {
			step = s
		}
	}
	return step, nil
}

// plainCode takes out what people type between the characters of a code.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, code)
}

func isTOTP(plain string) bool {
	return len(plain) == codeDigits && strings.Trim(plain, "0123456789") == ""
}

// enrolmentURL is what the QR code holds.
func enrolmentURL(secret, email string) string {
	q := url.Values{"secret": {secret}, "issuer": {totpIssuer}}
	return (&url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + totpIssuer + ":" + email, RawQuery: q.Encode()}).String()
}

// writeQR draws the enrolment as a PNG.
func writeQR(w io.Writer, secret, email string) error {
	key, err := otp.NewKeyFromURL(enrolmentURL(secret, email))
	if err != nil {
		return fmt.Errorf("enrolment address: %w", err)
	}
	img, err := key.Image(qrPixels, qrPixels)
	if err != nil {
		return fmt.Errorf("drawing a QR code: %w", err)
	}
	return png.Encode(w, img)
}

// groups writes a secret or a code in fours, for people to read and type.
func groups(s, separator string) string {
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), separator)
}

func newRecoveryCode() string { return rand.Text()[:recoveryLen] }
