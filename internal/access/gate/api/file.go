// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"martinella/internal/access/gate"
)

// binary is the media type of files: a browser saves them and opens none.
const binary = "application/octet-stream"

// File is the output of an operation that gives a file itself, sent as it is read.
type File struct {
	Name string
	Size int64
	Hash string // of the content; "" for no ETag
	Body io.ReadCloser
}

// writeFile sends a file. Once it has begun, that it is shorter than announced
// tells the client that something is wrong.
func (c *call) writeFile(f *File) (err error) {
	defer func() {
		if err = errors.Join(err, f.Body.Close()); err != nil {
			c.req.Broke(err)
			err = nil
		}
	}()
	h := c.req.W.Header()
	h.Set("Vary", "Cookie, Authorization")
	if f.Hash != "" {
		h.Set("ETag", `"`+f.Hash+`"`)
		if notModified(c.req.R, h.Get("ETag")) {
			c.req.W.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Type", binary)
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", gate.Attachment(f.Name))
	h.Set("Cache-Control", "no-store")
	if c.req.R.Method == http.MethodHead {
		return nil
	}
	_, err = io.Copy(c.req.W, f.Body)
	return err
}
