// SPDX-License-Identifier: EUPL-1.2

package bounce

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"
)

// part is one of a mail.
type part struct {
	head fields
	kind string
	body []byte // decoded
}

// parts gives the leaves of a mail, in order; enclosed mails are leaves.
func parts(h fields, body []byte) (out []part) {
	split(h, body, 0, &out)
	return out
}

func split(h fields, body []byte, depth int, out *[]part) {
	kind, params := h.media()
	if !strings.HasPrefix(kind, "multipart/") {
		if len(*out) < maxParts {
			*out = append(*out, part{h, kind, decoded(h, body)})
		}
		return
	}
	if depth >= maxDepth || params["boundary"] == "" {
		return
	}
	for _, piece := range pieces(body, params["boundary"], maxParts-len(*out)) {
		head, rest := header(piece)
		split(head, rest, depth+1, out)
	}
}

// pieces cuts a multipart body at its boundary, forgivingly: one that is cut
// short has what came before.
func pieces(body []byte, boundary string, limit int) (out [][]byte) {
	mark, start := []byte("--"+boundary), -1
	for at := 0; at < len(body) && len(out) < limit; {
		end := at + bytes.IndexByte(body[at:], '\n') + 1
		if end == at {
			end = len(body)
		}
		if line := body[at:end]; bytes.HasPrefix(line, mark) {
			if start >= 0 {
				out = append(out, body[start:at])
			}
			start = end
			if bytes.HasPrefix(line[len(mark):], []byte("--")) {
				return out
			}
		}
		at = end
	}
	if start >= 0 && start < len(body) && len(out) < limit {
		out = append(out, body[start:])
	}
	return out
}

// decoded undoes the transfer encoding; what is damaged gives what came before.
func decoded(h fields, body []byte) []byte {
	var r io.Reader
	switch strings.ToLower(h.get("Content-Transfer-Encoding")) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(bytes.Join(bytes.Fields(body), nil)))
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(body))
	default:
		return body
	}
	out, _ := io.ReadAll(r) // what came before the damage is all there is
	return out
}
