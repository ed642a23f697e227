// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"errors"
	"time"

	"martinella/internal/access/gate/api"
)

type uploadInput struct {
	Filename string `query:"filename" maxLength:"500" required:"true" doc:"What the file is called."`
	Sample   bool   `query:"sample" doc:"It holds malware, and is sent on purpose."`
}

// channelUploadJSON is a file that waits for its message.
type channelUploadJSON struct {
	ChannelFileJSON
	Expires time.Time `json:"expires" doc:"Until when a message may name it."`
}

// ChannelFileJSON lets a file be part of what waits.
type ChannelFileJSON = channelFileJSON

// apiStore takes the file in before the transaction.
func (m *Module) apiStore(r *api.Request, in *uploadInput) (File, error) {
	return m.Store(r.Context(), r.Scope, Upload{Name: in.Filename, Data: r.R.Body}, in.Sample)
}

func (m *Module) apiUpload(r *api.Request, _ *uploadInput, stored File) (channelUploadJSON, error) {
	f, until, err := m.AddUpload(r.Context(), r.Scope, stored)
	return channelUploadJSON{fileView(f), until.UTC()}, err
}

type fileInput struct {
	api.ID
	File int64 `path:"file" minimum:"1"`
}

func (m *Module) apiFile(r *api.Request, in *fileInput) (out api.File, err error) {
	f, content, err := m.OpenFile(r.Context(), r.Scope, in.ID.ID, in.File)
	if err != nil {
		if content != nil {
			err = errors.Join(err, content.Close())
		}
		return out, err
	}
	return api.File{Name: f.Name, Size: f.Size, Hash: f.SHA256, Body: content}, nil
}
