// SPDX-License-Identifier: EUPL-1.2

package static

import (
	"bytes"
	"compress/gzip"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// asset is a built file ready to be sent.
type asset struct {
	contentType string
	plain       []byte
	gzipped     []byte // nil where compressing gains nothing: fonts
}

// Handler serves the built files under [Prefix]. Everything is prepared once,
// in memory: some 300 kB, compressed where it helps.
func Handler() (http.Handler, error) {
	names, err := manifest()
	if err != nil {
		return nil, err
	}
	assets := make(map[string]asset, len(names))
	for _, hashed := range names {
		a, err := prepare(hashed)
		if err != nil {
			return nil, err
		}
		assets[Prefix+hashed] = a
	}
	return handler(assets), nil
}

// prepare reads a file and compresses it.
func prepare(name string) (asset, error) {
	raw, err := read(name)
	if err != nil {
		return asset{}, err
	}
	a := asset{contentType: contentType(name), plain: raw}
	if strings.HasSuffix(name, ".woff2") {
		return a, nil // compressed already
	}
	var buf bytes.Buffer
	zip, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return asset{}, err
	}
	if _, err := zip.Write(raw); err != nil {
		return asset{}, err
	}
	if err := zip.Close(); err != nil {
		return asset{}, err
	}
	a.gzipped = buf.Bytes()
	return a, nil
}

// contentType does not ask the machine's mime.types for what we know.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	return mime.TypeByExtension(path.Ext(name))
}

type handler map[string]asset

// ServeHTTP answers with the file, to be kept for a year.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := h[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	head := w.Header()
	head.Set("Content-Type", a.contentType)
	head.Set("Cache-Control", "public, max-age=31536000, immutable")
	head.Set("X-Content-Type-Options", "nosniff")
	body := a.plain
	if a.gzipped != nil {
		head.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			head.Set("Content-Encoding", "gzip")
			body = a.gzipped
		}
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		w.Write(body) // a reader who went away is no error of ours
	}
}
