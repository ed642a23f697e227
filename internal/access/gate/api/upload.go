// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"net/http"
	"os"

	"github.com/danielgtaylor/huma/v2"

	"martinella/internal/platform/fault"
)

// rawBody is a body that is not JSON, as the document describes it; nil for none.
func rawBody(kinds []string) *huma.RequestBody {
	if len(kinds) == 0 {
		return nil
	}
	body := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	for _, kind := range kinds {
		body.Content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return body
}

// describeRaw writes bodies that are no JSON into the document. It is done after
// huma has taken the operation, which would want to read and write them itself.
func (a *API) describeRaw(path string, op Op) {
	item := a.huma.OpenAPI().Paths[path]
	if body := rawBody(op.Kinds); body != nil {
		item.Post.RequestBody = body
	}
	if op.answers == binary {
		item.Get.Responses = maps.Clone(item.Get.Responses)
		delete(item.Get.Responses, "204")
		item.Get.Responses["200"] = &huma.Response{Description: "The file itself.", Content: rawBody([]string{binary}).Content}
	}
}

// spool takes a raw body whole before the transaction that has its effect once
// begins: what it is must be known first, and no transaction waits for a slow line.
func spool(body io.Reader, into hash.Hash, limit int64) (io.ReadCloser, error) {
	f, err := os.CreateTemp("", "martinella-upload-*")
	if err != nil {
		return nil, fmt.Errorf("keeping an upload: %w", err)
	}
	s := &spooled{f}
	_, err = io.Copy(io.MultiWriter(f, into), body)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if errors.As(err, new(*http.MaxBytesError)) {
		err = fault.New(fault.TooLarge, "api.too_large", fault.P{"limit": limit}).Because(err)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// spooled is an upload in a temporary file, which closing removes.
type spooled struct{ *os.File }

// Close implements io.Closer.
func (s *spooled) Close() error { return errors.Join(s.File.Close(), os.Remove(s.Name())) }

// whole makes of what http.MaxBytesReader says in the middle of a raw body the fault it is.
func (c *call) whole(err error) error {
	if errors.As(err, new(*http.MaxBytesError)) {
		return fault.New(fault.TooLarge, "api.too_large", fault.P{"limit": c.meta.op.MaxBody}).Because(err)
	}
	return err
}
