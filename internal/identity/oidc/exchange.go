// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"martinella/internal/identity/card"
)

// Identity is who the provider says has come.
type Identity struct {
	Issuer        string
	Subject       string
	FiscalCode    card.FiscalCode // "" when the provider does not say
	Email         string
	EmailVerified bool
	Name          string
	ACR           string
	AMR           []string
	Strong        bool   // by the configuration, it counts as two factors
	IDToken       string // for signing out there
}

// Answer is what the browser brings back.
type Answer struct {
	Code   string
	Issuer string // RFC 9207; "" when the provider does not send it
	Error  string
}

// Identify turns the provider's answer into who has come. The state is the
// caller's: he has compared it before.
func (p *Provider) Identify(ctx context.Context, a Attempt, in Answer) (Identity, error) {
	f, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	switch {
	case in.Issuer != "" && in.Issuer != p.Issuer, in.Issuer == "" && f.meta.IssInAnswer:
		return Identity{}, refuse(BadIssuer, fmt.Errorf("the answer is of %.200q", in.Issuer))
	case in.Error != "":
		return Identity{}, refuse(Denied, fmt.Errorf("the provider says %.100q", in.Error))
	case in.Code == "":
		return Identity{}, refuse(Denied, errNoCode)
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	token, err := p.exchange(ctx, f, a, in.Code)
	if err != nil {
		return Identity{}, err
	}
	return p.identify(ctx, f, a, token)
}

func (p *Provider) exchange(ctx context.Context, f *found, a Attempt, code string) (*oauth2.Token, error) {
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(a.Verifier)}
	if p.Key != nil {
		assertion, err := p.assertion(f.provider.Endpoint().TokenURL)
		if err != nil {
			return nil, err
		}
		options = append(options, oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
			oauth2.SetAuthURLParam("client_assertion", assertion))
	}
	token, err := p.oauth(f, a).Exchange(p.with(ctx), code, options...)
	var said *oauth2.RetrieveError
	switch {
	case errors.As(err, &said) && said.Response.StatusCode < 500:
		// Not its own text: a body may hold what was sent.
		return nil, refuse(Exchange, fmt.Errorf("status %d, %.100q", said.Response.StatusCode, said.ErrorCode))
	case errors.As(err, &said):
		return nil, refuse(Unreachable, fmt.Errorf("the token endpoint says %d", said.Response.StatusCode))
	case err != nil:
		return nil, refuse(Unreachable, err)
	}
	return token, nil
}

func (p *Provider) identify(ctx context.Context, f *found, a Attempt, token *oauth2.Token) (Identity, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return Identity{}, refuse(BadToken, errors.New("no ID token"))
	}
	verified, err := f.provider.Verifier(&goidc.Config{ClientID: p.ClientID, Now: p.now}).Verify(p.with(ctx), raw)
	if err != nil {
		return Identity{}, refuse(p.whyNot(raw, err), err)
	}
	if subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(a.Nonce)) != 1 {
		return Identity{}, refuse(BadNonce, nil)
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(token.AccessToken); err != nil {
			return Identity{}, refuse(BadToken, err)
		}
	}
	claims := map[string]any{}
	if err := verified.Claims(&claims); err != nil {
		return Identity{}, refuse(BadToken, err)
	}
	if azp := text(claims, "azp"); azp != "" && azp != p.ClientID {
		return Identity{}, refuse(BadAudience, fmt.Errorf("made for %.100q", azp))
	}
	if p.UserInfo {
		if err := p.userInfo(ctx, f, token, verified.Subject, claims); err != nil {
			return Identity{}, err
		}
	}
	out, err := p.judge(claims)
	out.Issuer, out.IDToken = verified.Issuer, raw
	return out, err
}

// userInfo adds what the ID token does not say. The two must be of the same
// person (OpenID Connect Core, section 5.3.2), and the token's word goes first.
func (p *Provider) userInfo(ctx context.Context, f *found, token *oauth2.Token, subject string, claims map[string]any) error {
	info, err := f.provider.UserInfo(p.with(ctx), oauth2.StaticTokenSource(token))
	if err != nil {
		return refuse(Unreachable, fmt.Errorf("userinfo: %w", err))
	}
	if info.Subject != subject {
		return refuse(BadToken, errors.New("userinfo is of another person"))
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil {
		return refuse(BadToken, err)
	}
	for name, value := range more {
		if _, said := claims[name]; !said {
			claims[name] = value
		}
	}
	return nil
}

// judge reads the claims by the configuration.
func (p *Provider) judge(claims map[string]any) (Identity, error) {
	out := Identity{
		Subject: text(claims, p.Claims.Subject), Email: strings.ToLower(text(claims, p.Claims.Email)), EmailVerified: truth(claims["email_verified"]),
		Name: text(claims, p.Claims.Name), ACR: text(claims, "acr"), AMR: texts(claims["amr"]),
	}
	if len(p.ACR) > 0 && !slices.Contains(p.ACR, out.ACR) {
		return out, refuse(LowLevel, fmt.Errorf("acr %.100q", out.ACR))
	}
	if out.Subject == "" {
		return out, refuse(NoSubject, nil)
	}
	out.Strong = slices.Contains(p.StrongACR, out.ACR) || slices.ContainsFunc(out.AMR, func(m string) bool { return slices.Contains(p.StrongAMR, m) })
	return out, p.fiscal(claims, &out)
}

func (p *Provider) fiscal(claims map[string]any, out *Identity) error {
	if p.Claims.Fiscal == "" {
		return nil
	}
	said := text(claims, p.Claims.Fiscal)
	if said == "" {
		return nil
	}
	code, ok := strings.CutPrefix(said, p.Claims.FiscalPrefix)
	fc, right := card.ParseFiscalCode(code)
	if !ok || !right {
		return refuse(BadFiscal, nil)
	}
	out.FiscalCode = fc
	return nil
}

// maxClaim bounds what is taken from a claim.
const maxClaim = 300

func text(claims map[string]any, name string) string {
	s, ok := claims[name].(string)
	if !ok || len(s) > maxClaim || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	return strings.ToValidUTF8(s, "")
}

// texts reads amr: an array, or with some providers a single word.
func texts(v any) (out []string) {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	list, _ := v.([]any)
	for _, x := range list {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// truth reads email_verified: some providers write it as a string.
func truth(v any) bool { return v == true || v == "true" }

// whyNot finds the sentence for a token the library has refused. It reads the
// token without believing it.
func (p *Provider) whyNot(raw string, err error) Reason {
	var old *goidc.TokenExpiredError
	if errors.As(err, &old) {
		return OldToken
	}
	if strings.Contains(err.Error(), "fetching keys") { // the library has no type for it
		return Unreachable
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return BadToken
	}
	var said struct {
		Issuer   string `json:"iss"`
		Audience any    `json:"aud"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &said) != nil {
		return BadToken
	}
	switch {
	case said.Issuer != p.Issuer:
		return BadIssuer
	case !slices.Contains(texts(said.Audience), p.ClientID):
		return BadAudience
	}
	return BadToken
}

func join(words []string) string { return strings.Join(words, " ") }
