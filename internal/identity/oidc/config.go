// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"crypto"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Config is what is agreed with a provider.
type Config struct {
	Name   string            // in addresses: "arpa"
	Labels map[string]string // by language, as the button shows it; Name where one is missing

	Issuer       string
	ClientID     string
	ClientSecret string        // "" for private_key_jwt, or for a public client
	Key          crypto.Signer // for private_key_jwt (RFC 7523); nil otherwise
	KeyID        string        // the key's name at the provider

	Scopes []string // besides openid
	// ACR are asked for (acr_values); one of them must be in the token. None: any level will do.
	ACR []string
	// StrongACR and StrongAMR say which levels (acr) and methods (amr) count as
	// two factors. Whoever comes with less shows his second factor here.
	StrongACR, StrongAMR []string

	Claims       Claims
	UserInfo     bool     // also ask the userinfo endpoint: some proxies say there who it is
	EmailDomains []string // in which the provider's word about an address is enough to know its owner
}

// Claims name where the provider says who somebody is.
type Claims struct {
	Subject      string // "sub"
	Fiscal       string // "" when it does not say; "https://attributes.eid.gov.it/fiscal_number"
	FiscalPrefix string // before the code: "TINIT-"
	Email        string // "email"
	Name         string // "name"
}

// Label is what the provider is called in a language.
func (c Config) Label(lang string) string {
	for _, l := range []string{lang, "it", "en"} {
		if c.Labels[l] != "" {
			return c.Labels[l]
		}
	}
	return c.Name
}

// Authoritative says whether the provider's word about an address is enough.
func (c Config) Authoritative(email string) bool {
	_, domain, ok := strings.Cut(strings.ToLower(email), "@")
	return ok && slices.Contains(c.EmailDomains, domain)
}

// Complete fills in what follows and refuses what cannot be.
func (c Config) Complete() (Config, error) {
	if !nameRule.MatchString(c.Name) {
		return c, fmt.Errorf("provider %q: the name must be small letters, digits and hyphens", c.Name)
	}
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !local(u) {
		return c, fmt.Errorf("provider %s: the issuer %q is not an https address", c.Name, c.Issuer)
	}
	if c.ClientID == "" {
		return c, fmt.Errorf("provider %s: no client-id", c.Name)
	}
	if c.ClientSecret != "" && c.Key != nil {
		return c, fmt.Errorf("provider %s: a client secret or a key, not both", c.Name)
	}
	for _, d := range c.EmailDomains {
		if d != strings.ToLower(d) || strings.ContainsAny(d, "@* ") || !strings.Contains(d, ".") {
			return c, fmt.Errorf("provider %s: %q is not a domain in small letters", c.Name, d)
		}
	}
	c.Scopes = scopes(c.Scopes)
	c.Claims = c.Claims.complete()
	return c, nil
}

// local says whether an address is this machine's own, where a test or a proxy may do without TLS.
func local(u *url.URL) bool {
	return u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
}

var nameRule = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

func scopes(more []string) []string {
	out := []string{"openid"}
	for _, s := range more {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (c Claims) complete() Claims {
	for _, d := range []struct {
		field    *string
		fallback string
	}{{&c.Subject, "sub"}, {&c.Email, "email"}, {&c.Name, "name"}} {
		if *d.field == "" {
			*d.field = d.fallback
		}
	}
	return c
}

// Reason is why a sign-in through a provider is refused; each has its own sentence.
type Reason string

// The reasons.
const (
	Unreachable Reason = "unreachable" // it does not answer, or not as it should
	Denied      Reason = "denied"      // the person went back, or the provider said no
	Exchange    Reason = "exchange"    // the code was not accepted
	BadToken    Reason = "token"       // no ID token, or one not signed as it must be
	BadNonce    Reason = "nonce"       // made for another request
	BadIssuer   Reason = "issuer"      // made by somebody else
	BadAudience Reason = "audience"    // made for somebody else
	OldToken    Reason = "expired"     // its time is over
	LowLevel    Reason = "acr"         // the level of assurance is not one asked for
	NoSubject   Reason = "subject"     // it does not say who it is
	BadFiscal   Reason = "fiscal"      // the Codice Fiscale in it is wrong
)

// Refusal says why a sign-in is refused.
type Refusal struct {
	Reason Reason
	Cause  error // for the log
}

// Error implements error.
func (r *Refusal) Error() string {
	return fmt.Sprintf("oidc: %s: %v", r.Reason, errors.Join(r.Cause))
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

func refuse(why Reason, cause error) *Refusal { return &Refusal{Reason: why, Cause: cause} }
