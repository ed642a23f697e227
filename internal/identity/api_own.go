// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"net/http"

	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// ownAPI declares what the person changes of how he signs in. All ask for the
// password, as the pages do. They are PUT because an idempotency key would undo
// the counting of wrong passwords together with the failed request.
func (m *Module) ownAPI(a *api.API) {
	const tag = "Account"
	in := gate.SignedIn()
	api.Put(a, "/account/password", in, m.apiChangePassword, api.Op{ID: "change-password", Tag: tag, Recent: true,
		Summary: "Change one's own password", Text: "All sessions in browsers end; in a browser, all but the one that asks, which gets another cookie. Tokens go on."})
	api.Put(a, "/account/email", in, m.apiChangeEmail, api.Op{ID: "change-email", Tag: tag, Recent: true, Status: http.StatusAccepted,
		Summary: "Ask for another address to sign in with", Text: "A mail with a link goes to the new address; confirm-email takes the token it ends in. Until then nothing changes."})
	api.Post(a, "/account/email/confirmations", in, m.apiConfirmEmail, api.Op{ID: "confirm-email", Tag: tag, Recent: true,
		Summary: "Confirm the new address", Text: "The old one is told by mail."})
	api.Post(a, "/account/totp", in, m.apiProposeTOTP, api.Op{ID: "propose-totp", Tag: tag, Recent: true, Once: true,
		Summary: "Begin to set up an authenticator app", Text: "Nothing changes before confirm-totp. Asked again within an hour it proposes the same."})
	api.Put(a, "/account/totp", in, m.apiConfirmTOTP, api.Op{ID: "confirm-totp", Tag: tag, Recent: true,
		Summary: "Make the proposed authenticator app the second factor", Text: "It takes the place of the one before. The answer shows new recovery codes, this once."})
	api.Put(a, "/account/totp/removal", in, m.apiRemoveTOTP, api.Op{ID: "remove-totp", Tag: tag, Recent: true,
		Summary: "Take the authenticator app away", Text: "For whom a second factor is mandatory, the last one stays."})
	api.Put(a, "/account/recovery-codes", in, m.apiRenewCodes, api.Op{ID: "renew-recovery-codes", Tag: tag, Recent: true,
		Summary: "Get new recovery codes", Text: "The answer shows them, this once. Those of before are not good any more."})
}

// asker is the session that asks; a program's has no cookie to renew.
func (m *Module) asker(r *api.Request) (Session, error) {
	if r.Session().Token == 0 {
		return m.current(r)
	}
	p, err := m.Me(r.Context(), r.Scope)
	return Session{Person: p, Program: true}, err
}

// renewed gives a browser its session's new token.
func renewed(r *api.Request, s Session, token string) {
	if !s.Program {
		setCookie(r.W, "session", token, 0, r.Secure())
	}
}

type passwordInput struct {
	Body struct {
		Current  string `json:"current" minLength:"1" maxLength:"1000" doc:"The present password."`
		Password string `json:"password" minLength:"1" maxLength:"1000" doc:"The new one."`
	} `nameHint:"NewPassword"`
}

func (m *Module) apiChangePassword(r *api.Request, in *passwordInput) (out api.Nothing, err error) {
	s, err := m.asker(r)
	if err != nil {
		return out, err
	}
	token, err := m.ChangePassword(r.Context(), r.Scope, s.ID, in.Body.Current, in.Body.Password)
	if err == nil {
		renewed(r, s, token)
	}
	return out, err
}

type emailInput struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"1000" doc:"The password."`
		Email   string `json:"email" minLength:"3" maxLength:"254" doc:"The new address."`
	} `nameHint:"NewEmail"`
}

func (m *Module) apiChangeEmail(r *api.Request, in *emailInput) (api.Nothing, error) {
	return api.Nothing{}, m.AskEmail(r.Context(), r.Scope, in.Body.Current, in.Body.Email)
}

type confirmEmailInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"200" doc:"What the mail's link ends in."`
	} `nameHint:"EmailConfirmation"`
}

func (m *Module) apiConfirmEmail(r *api.Request, in *confirmEmailInput) (api.Nothing, error) {
	return api.Nothing{}, m.ConfirmEmail(r.Context(), r.Scope, in.Body.Token)
}

// totpJSON is an authenticator app to be set up.
type totpJSON struct {
	Secret  string `json:"secret" doc:"In base32 (RFC 6238: six digits, 30 seconds, SHA-1)."`
	Address string `json:"address" doc:"The same as otpauth://, which apps read from a QR code."`
}

func (m *Module) apiProposeTOTP(r *api.Request, _ *api.Nothing) (totpJSON, error) {
	s, err := m.asker(r)
	if err != nil {
		return totpJSON{}, err
	}
	e, err := m.Enrol(r.Context(), r.Scope, s)
	return totpJSON{plainCode(e.Secret), e.Address}, err
}

// recoveryCodesJSON are codes that are shown once.
type recoveryCodesJSON struct {
	Codes []string `json:"recovery_codes" doc:"Each is good once, in place of the second factor."`
}

type totpInput struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"1000" doc:"The password."`
		Code    string `json:"code" minLength:"6" maxLength:"20" doc:"One of the proposed app."`
	} `nameHint:"TOTPConfirmation"`
}

func (m *Module) apiConfirmTOTP(r *api.Request, in *totpInput) (out recoveryCodesJSON, err error) {
	s, err := m.asker(r)
	if err != nil {
		return out, err
	}
	done, err := m.ConfirmEnrolment(r.Context(), r.Scope, s, in.Body.Current, in.Body.Code)
	if err == nil {
		renewed(r, s, done.Token)
	}
	return recoveryCodesJSON{done.Codes}, err
}

type currentInput struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"1000" doc:"The password."`
	} `nameHint:"CurrentPassword"`
}

func (m *Module) apiRemoveTOTP(r *api.Request, in *currentInput) (api.Nothing, error) {
	return api.Nothing{}, m.RemoveSecondFactor(r.Context(), r.Scope, in.Body.Current)
}

func (m *Module) apiRenewCodes(r *api.Request, in *currentInput) (recoveryCodesJSON, error) {
	codes, err := m.NewRecoveryCodes(r.Context(), r.Scope, in.Body.Current)
	return recoveryCodesJSON{codes}, err
}
