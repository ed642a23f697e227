// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/platform/mailcrypt"
)

// registerMailAPI declares what programs do with mails nothing was made of.
func (m *Module) registerMailAPI(a *api.API) {
	const tag, one = "Alert sources", "/alert-sources/{id}/items/{item}"
	read := gate.Staff(access.AdvisoryRead)
	api.Get(a, one, read, m.apiMail, api.Op{ID: "get-alert-source-item", Tag: tag, Summary: "Read about a mail of a source", Text: "Who sent it, how it was signed, what became of it."})
	api.Get(a, one+"/mail", read, m.apiMailFile, api.Op{ID: "get-alert-source-mail", Tag: tag, Summary: "Fetch a mail nothing was made of, as it came"})
	api.Post(a, one+"/accept", gate.Staff(access.AdvisoryEdit), m.apiAccept, api.Op{ID: "accept-alert-source-item", Tag: tag, Status: http.StatusAccepted,
		Summary: "Have an alert made of a mail that was left aside", Text: "Whoever sent it and however it is signed. Read the item to see what became of it."})
}

type alertItemPath struct {
	api.ID
	Item int64 `path:"item"`
}

// alertSourceMailJSON is a mail of a source.
type alertSourceMailJSON struct {
	AlertSourceItemJSON
	Size       int64                `json:"size"`
	SHA256     string               `json:"sha256"`
	Encrypted  string               `json:"encrypted,omitempty" enum:"openpgp,smime" doc:"How it was; missing: it was not."`
	Signatures []alertSignatureJSON `json:"signatures,omitempty" doc:"The outermost first."`
}

// alertSignatureJSON is what a signature of a mail is worth.
type alertSignatureJSON struct {
	Kind        string `json:"kind" enum:"openpgp,smime"`
	Trust       string `json:"trust" enum:"verified,unknown,broken" doc:"verified: by one of the source's keys; unknown: by another; broken: what was signed is not what came."`
	Signer      string `json:"signer,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
}

func signatureJSON(v mailcrypt.Verdict) alertSignatureJSON {
	return alertSignatureJSON{string(v.Kind), string(v.Trust), v.Signer, v.Fingerprint}
}

func (m *Module) apiMail(r *api.Request, in *alertItemPath) (alertSourceMailJSON, error) {
	x, err := m.MailItem(r.Context(), r.Scope, in.ID.ID, in.Item)
	return alertSourceMailJSON{itemJSON(r, x.Item), x.Size, x.SHA256, string(x.Proof.Encrypted), api.Each(x.Proof.Signatures, signatureJSON)}, err
}

func (m *Module) apiMailFile(r *api.Request, in *alertItemPath) (api.File, error) {
	x, content, err := m.OpenMail(r.Context(), r.Scope, in.ID.ID, in.Item)
	return api.File{Name: letterName(x.Title), Size: x.Size, Hash: x.SHA256, Body: content}, err
}

func (m *Module) apiAccept(r *api.Request, in *alertItemPath) (api.Nothing, error) {
	return api.Nothing{}, m.Accept(r.Context(), r.Scope, in.ID.ID, in.Item)
}
