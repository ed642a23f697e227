// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestPublicPagesSpeakThreeLanguages reads what everybody may read, with no cookie,
// at the addresses search engines are told.
func TestPublicPagesSpeakThreeLanguages(t *testing.T) {
	h := newHouse(t)
	seen := map[string]string{}
	for _, path := range []string{"/", "/services", "/join", "/register", "/conditions", "/privacy", "/accessibility", "/legal", "/avvisi", "/key", "/rfc2350", "/stato"} {
		for _, lang := range []string{"it", "en", "nb"} {
			res, err := http.Get(h.server.URL + path + "?hl=" + lang)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), `<html lang="`+lang+`">`) || !strings.Contains(string(body), `rel="canonical" href="http://127.0.0.1`+path+"?hl="+lang+`"`) {
				t.Errorf("%s in %s: %s, %v", path, lang, res.Status, err)
			}
			if strings.Count(string(body), "hreflang=") < 4 || seen[string(body)] != "" {
				t.Errorf("%s in %s is %s, or does not name the others", path, lang, seen[string(body)])
			}
			seen[string(body)] = path + " " + lang
		}
	}
}
