// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
)

// Attachment is the Content-Disposition of a file to be saved (RFC 6266).
func Attachment(name string) string {
	if text := mime.FormatMediaType("attachment", map[string]string{"filename": name}); text != "" {
		return text
	}
	return "attachment; filename*=UTF-8''" + url.PathEscape(name)
}

// SendFile sends a file to be saved, and closes it: never opened in the browser,
// where it could act in the portal's name.
func (r *Request) SendFile(name string, size int64, content io.ReadCloser) error {
	defer content.Close()
	h := r.W.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", Attachment(name))
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	if r.R.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(r.W, content); err != nil {
		r.Broke(err) // that it is shorter than announced tells the browser
	}
	return nil
}
