// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"regexp"
	"strings"
)

// trouble is why a mail did not arrive, as far as the mail server's answer tells.
type trouble string

// The troubles; the rest is troubleOther.
const (
	troubleAddress trouble = "address" // there is no such mailbox
	troubleDomain  trouble = "domain"  // nobody takes mail there
	troubleFull    trouble = "full"
	troubleClosed  trouble = "closed" // the mailbox is disabled
	troublePolicy  trouble = "policy" // the receiver's rules: reputation, content, authentication
	troubleSize    trouble = "size"
	troubleKey     trouble = "key"  // it could not be encrypted, so it did not leave
	troubleTime    trouble = "time" // tried for too long
	troubleOther   trouble = "other"
)

// enhanced finds an enhanced status code (RFC 3463) without its class.
var enhanced = regexp.MustCompile(`\b[45]\.(\d{1,3}\.\d{1,3})\b`)

// troubles are what enhanced status codes mean (RFC 3463, RFC 7505).
func troubles() map[string]trouble {
	return map[string]trouble{
		"1.0": troubleAddress, "1.1": troubleAddress, "1.3": troubleAddress, "1.6": troubleAddress, "0.1": troubleAddress,
		"1.2": troubleDomain, "1.10": troubleDomain, "4.4": troubleDomain,
		"2.1": troubleClosed, "2.2": troubleFull, "2.3": troubleSize, "3.4": troubleSize, "3.1": troubleFull,
		"4.1": troubleTime, "4.2": troubleTime, "4.7": troubleTime,
	}
}

// troubleIn reads a mail server's answer, or what was written down instead of one.
func troubleIn(answer string) trouble {
	if strings.Contains(answer, "cannot be encrypted") {
		return troubleKey
	}
	code := enhanced.FindStringSubmatch(answer)
	if code == nil {
		return troubleOther
	}
	if t, known := troubles()[code[1]]; known {
		return t
	}
	if strings.HasPrefix(code[1], "7.") {
		return troublePolicy
	}
	return troubleOther
}
