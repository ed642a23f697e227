// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"net/http"
	"net/url"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// withFrame is the policy of the preview's page: ours, and a frame of our own.
const withFrame = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; frame-src 'self'"

// asMail is the policy of a mail's HTML: its own inline styles, in a sandbox where
// nothing runs, loads or leaves, in a frame of ours alone.
const asMail = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups; frame-ancestors 'self'"

func (m *Module) previewPage(r *gate.Request) error {
	p, err := m.askedPreview(r)
	if err != nil {
		return err
	}
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	r.W.Header().Set("Content-Security-Policy", withFrame)
	return r.Page(r.L.T("advisory.preview"), previewBody(previewView{Preview: p, Of: a, CanEdit: r.Scope.Can(access.AdvisoryEdit), Reader: p.To.Language}))
}

// askedPreview reads which one the address asks for: to a reader of the page's
// language, whose key is known, unless it says otherwise.
func (m *Module) askedPreview(r *gate.Request) (Preview, error) {
	id, err := r.ID("id")
	if err != nil {
		return Preview{}, err
	}
	language := r.Query().Get("language")
	if language == "" {
		language = r.L.Lang()
	}
	return m.PreviewMail(r.Context(), r.Scope, id, language, r.Query().Get("key") != "no")
}

func (m *Module) previewHTML(r *gate.Request) error {
	p, err := m.askedPreview(r)
	if err != nil {
		return err
	}
	h := r.W.Header()
	h.Set("Content-Security-Policy", asMail)
	h.Set("Content-Type", "text/html; charset=utf-8")
	if r.R.Method == http.MethodHead {
		return nil
	}
	_, err = r.W.Write([]byte(p.HTML))
	return err
}

func (p Preview) query() string {
	q := url.Values{"language": {p.To.Language}}
	if !p.Sealed && !Mailed(p.label()) {
		q.Set("key", "no")
	}
	return "?" + q.Encode()
}

// advisoryPreviewJSON is a mail as a reader would get it.
type advisoryPreviewJSON struct {
	Language     string `json:"language" doc:"Of the reader."`
	TextLanguage string `json:"text_language" doc:"Of the text: the main one where it is not written in the reader's."`
	Encrypted    bool   `json:"encrypted" doc:"It leaves encrypted, with the whole text."`
	Subject      string `json:"subject"`
	OuterSubject string `json:"outer_subject,omitempty" doc:"What stands outside of an encrypted mail."`
	Text         string `json:"text"`
	HTML         string `json:"html" doc:"As a mail program gets it."`
}

type previewQuery struct {
	api.ID
	Language string `query:"language" enum:"it,en,nb" default:"it" doc:"Of the reader."`
	Key      bool   `query:"key" default:"true" doc:"The reader has a usable key, which makes a difference above TLP:AMBER."`
}

func (m *Module) apiPreview(r *api.Request, in *previewQuery) (advisoryPreviewJSON, error) {
	p, err := m.PreviewMail(r.Context(), r.Scope, in.ID.ID, in.Language, in.Key)
	return advisoryPreviewJSON{in.Language, p.Language, p.Sealed, p.Subject, p.OuterSubject, p.Text, p.HTML}, err
}
