// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// client is somebody signed in who needs no browser.
type client struct {
	t    *testing.T
	base string
	http http.Client
}

// enter signs a member of the demonstration in.
func enter(t *testing.T, base, email string) *client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, base: base, http: http.Client{Jar: jar}}
	a := c.post("/signin", url.Values{"email": {email}, "password": {demoPassword}})
	if a.path == "/signin/code" {
		a = c.post("/signin/code", url.Values{"code": {aCode.FindString(a.text)}})
	}
	if strings.Contains(a.path, "signin") {
		t.Fatalf("%s could not sign in: %s", email, a)
	}
	return c
}

// answer is a page that came, after redirections.
type answer struct {
	status int
	path   string
	text   string // as a person reads it: without markup
}

func (a answer) String() string { return http.StatusText(a.status) + " " + a.path + ": " + a.text }

func (c *client) get(path string) answer {
	c.t.Helper()
	res, err := c.http.Get(c.base + path)
	return c.read(res, err)
}

func (c *client) post(path string, form url.Values) answer {
	c.t.Helper()
	res, err := c.http.PostForm(c.base+path, form)
	return c.read(res, err)
}

// upload sends a file as the form of imports does.
func (c *client) upload(path, kind, name string, content io.Reader) answer {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("kind", kind); err != nil {
		c.t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = io.Copy(part, content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	res, err := c.http.Post(c.base+path, form.FormDataContentType(), &body)
	return c.read(res, err)
}

var (
	script = regexp.MustCompile(`(?s)<(script|style|head|header|footer)\b.*?</(script|style|head|header|footer)>`)
	markup = regexp.MustCompile(`<[^>]*>`)
	space  = regexp.MustCompile(`\s+`)
)

func (c *client) read(res *http.Response, err error) answer {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	text := html.UnescapeString(markup.ReplaceAllString(script.ReplaceAllString(string(page), " "), " "))
	return answer{status: res.StatusCode, path: res.Request.URL.Path, text: space.ReplaceAllString(text, " ")}
}
