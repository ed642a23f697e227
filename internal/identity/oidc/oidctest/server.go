// SPDX-License-Identifier: EUPL-1.2

// Package oidctest is a small provider of OpenID Connect for tests: discovery,
// keys, authorize, token, userinfo and end of session, as the standard says,
// with switches for everything a provider, or somebody in its place, may do wrong.
package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Server is a provider. Its fields may be changed between requests.
type Server struct {
	*httptest.Server
	ClientID, Secret string
	ClientKey        crypto.PublicKey // for private_key_jwt instead of the secret
	Now              func() time.Time

	Person   map[string]any // claims of whoever signs in
	UserInfo map[string]any // what userinfo says; nil: there is none

	Alter     func(claims map[string]any)              // the ID token's claims, at the last moment
	Sign      func(claims map[string]any) string       // instead of the right signature
	Discovery func(document map[string]any)            // the document, at the last moment
	Answer    func(q url.Values)                       // what the browser brings back
	Token     func(w http.ResponseWriter) (ended bool) // before the token endpoint answers
	Down      bool                                     // 503 to everything
	Deny      bool                                     // the person goes back

	t     testing.TB
	key   *ecdsa.PrivateKey
	mu    sync.Mutex
	codes map[string]url.Values // unused, with the request each is for
	Asked map[string]int        // requests by path
}

// New starts a provider; it ends with the test.
func New(t testing.TB, now func() time.Time) *Server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{ClientID: "martinella", Secret: "s3cret-of-tests", Now: now, t: t, key: key, codes: map[string]url.Values{}, Asked: map[string]int{}, Person: map[string]any{"sub": "person-1"}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", s.discovery)
	mux.HandleFunc("GET /keys", s.keys)
	mux.HandleFunc("GET /authorize", s.authorize)
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("GET /userinfo", s.userInfo)
	mux.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("post_logout_redirect_uri"), http.StatusFound)
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.Asked[r.URL.Path]++
		s.mu.Unlock()
		if s.Down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client sees a cut answer
}

func (s *Server) discovery(w http.ResponseWriter, _ *http.Request) {
	d := map[string]any{
		"issuer": s.URL, "authorization_endpoint": s.URL + "/authorize", "token_endpoint": s.URL + "/token", "jwks_uri": s.URL + "/keys",
		"userinfo_endpoint": s.URL + "/userinfo", "end_session_endpoint": s.URL + "/logout", "response_types_supported": []string{"code"},
		"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"ES256", "none", "HS256"},
		"code_challenge_methods_supported": []string{"S256"}, "authorization_response_iss_parameter_supported": true,
	}
	if s.ClientKey != nil {
		d["token_endpoint_auth_methods_supported"] = []string{"private_key_jwt"}
	}
	if s.Discovery != nil {
		s.Discovery(d)
	}
	write(w, http.StatusOK, d)
}

func (s *Server) keys(w http.ResponseWriter, _ *http.Request) {
	write(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: "one", Algorithm: "ES256", Use: "sig"}}})
}

// authorize signs Person in at once and sends the browser back.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if wrong := s.wrongRequest(q); wrong != "" {
		http.Error(w, wrong, http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {s.URL}}
	if s.Deny {
		back.Set("error", "access_denied")
	} else {
		code := rand.Text()
		s.mu.Lock()
		s.codes[code] = q
		s.mu.Unlock()
		back.Set("code", code)
	}
	if s.Answer != nil {
		s.Answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (s *Server) wrongRequest(q url.Values) string {
	switch {
	case q.Get("response_type") != "code":
		return "response_type"
	case q.Get("client_id") != s.ClientID:
		return "client_id"
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		return "scope"
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43:
		return "PKCE"
	case len(q.Get("state")) < 22 || len(q.Get("nonce")) < 22:
		return "state or nonce"
	}
	return ""
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if s.Token != nil && s.Token(w) {
		return
	}
	if !s.clientIs(r) {
		write(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	s.mu.Lock()
	request, known := s.codes[r.FormValue("code")]
	delete(s.codes, r.FormValue("code"))
	s.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !known || r.FormValue("grant_type") != "authorization_code" || r.FormValue("redirect_uri") != request.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != request.Get("code_challenge") {
		write(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	access := "access-" + rand.Text()
	write(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": s.idToken(request, access)})
}

// clientIs judges who asks for a token.
func (s *Server) clientIs(r *http.Request) bool {
	if s.ClientKey == nil {
		id, secret, ok := r.BasicAuth()
		return ok && id == s.ClientID && secret == s.Secret
	}
	jws, err := jose.ParseSignedCompact(r.FormValue("client_assertion"), []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		return false
	}
	payload, err := jws.Verify(s.ClientKey)
	var c struct{ Iss, Sub, Aud, Jti string }
	return err == nil && json.Unmarshal(payload, &c) == nil && c.Iss == s.ClientID && c.Sub == s.ClientID && c.Aud == s.URL+"/token" && c.Jti != ""
}

func (s *Server) idToken(request url.Values, access string) string {
	now := s.Now()
	sum := sha256.Sum256([]byte(access))
	claims := map[string]any{
		"iss": s.URL, "aud": s.ClientID, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": request.Get("nonce"),
		"at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
	}
	if acr := strings.Fields(request.Get("acr_values")); len(acr) > 0 {
		claims["acr"] = acr[0]
	}
	maps.Copy(claims, s.Person)
	if s.Alter != nil {
		s.Alter(claims)
	}
	if s.Sign != nil {
		return s.Sign(claims)
	}
	return Sign(s.t, jose.ES256, s.key, "one", claims)
}

func (s *Server) userInfo(w http.ResponseWriter, r *http.Request) {
	if s.UserInfo == nil || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer access-") {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	write(w, http.StatusOK, s.UserInfo)
}

// Sign makes a token of claims.
func Sign(t testing.TB, algorithm jose.SignatureAlgorithm, key any, id string, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: key, KeyID: id}}, nil)
	if err != nil {
		t.Error(err)
		return ""
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Error(err)
		return ""
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Error(err)
		return ""
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Error(err)
	}
	return text
}

// Unsigned makes a token with the algorithm none.
func Unsigned(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		return fmt.Sprint(err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload) + "."
}
