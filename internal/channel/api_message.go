// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"strconv"
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/tlp"
)

// messageJSON is one contribution to a conversation.
type messageJSON struct {
	ID    int64             `json:"id"`
	At    time.Time         `json:"at"`
	By    string            `json:"by"`
	Side  Side              `json:"side" enum:"csirt,member"`
	Text  string            `json:"text" doc:"Empty once erased."`
	Files []channelFileJSON `json:"files" nullable:"false"`
	Read  []readReceiptJSON `json:"read" nullable:"false" doc:"Who has read it, the first first."`
}

// channelFileJSON is a file of a message.
type channelFileJSON struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Size    int64  `json:"size" doc:"Bytes."`
	SHA256  string `json:"sha256" doc:"Hexadecimal."`
	Scan    Scan   `json:"scan" enum:"clean,infected,unscanned"`
	Finding string `json:"finding,omitempty" doc:"What the scanner called it."`
}

func fileView(f File) channelFileJSON {
	return channelFileJSON{f.ID, f.Name, f.Size, f.SHA256, f.Scan, f.Finding}
}

// readReceiptJSON says that somebody read a message.
type readReceiptJSON struct {
	Name string    `json:"name"`
	Side Side      `json:"side" enum:"csirt,member"`
	At   time.Time `json:"at"`
}

func messageView(x Message) messageJSON {
	return messageJSON{x.ID, x.At, x.By, x.Side, x.Text, api.Each(x.Files, fileView),
		api.Each(x.Read, func(p Receipt) readReceiptJSON { return readReceiptJSON(p) })}
}

type messagesQuery struct {
	api.ID
	api.Paging
}

// apiMessages gives the room's own pages, whatever the limit: fewer than asked
// for are allowed, and the cursor is where the page ends.
func (m *Module) apiMessages(r *api.Request, in *messagesQuery) (out api.List[messageJSON], err error) {
	before, _ := strconv.ParseInt(in.After(), 10, 64) // signed by ourselves; "" is the end
	c, err := m.Read(r.Context(), r.Scope, author(r), in.ID.ID, before)
	if err != nil {
		return out, err
	}
	more := c.Earlier != 0
	if len(c.Messages) > in.Limit {
		c.Messages, more = c.Messages[len(c.Messages)-in.Limit:], true
	}
	next := ""
	if more && len(c.Messages) > 0 {
		next = strconv.FormatInt(c.Messages[0].ID, 10)
	}
	var items []messageJSON
	for i := len(c.Messages) - 1; i >= 0; i-- {
		items = append(items, messageView(c.Messages[i]))
	}
	return api.Items(items, next), nil
}

// MessageEntryJSON is what is written.
type MessageEntryJSON struct {
	Text  string  `json:"text,omitempty" maxLength:"20000" doc:"Needed without files."`
	Files []int64 `json:"files,omitempty" maxItems:"10" doc:"Numbers of upload-channel-file, yours and not used yet."`
}

func (e MessageEntryJSON) draft() Draft { return Draft{Text: e.Text, Waiting: e.Files} }

type startInput struct {
	Body struct {
		MessageEntryJSON
		Subject string    `json:"subject" minLength:"1" maxLength:"200"`
		TLP     tlp.Label `json:"tlp" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR" doc:"TLP:RED wants named people."`
		Life    int       `json:"life" enum:"7,30,90,180,365" doc:"Days after the last message until the content is erased."`
		Named   []int64   `json:"named,omitempty" maxItems:"50" doc:"People who alone may read it, besides you."`
	} `nameHint:"ConversationEntry"`
}

func (m *Module) apiStart(r *api.Request, in *startInput) (aboutConversationJSON, error) {
	d := in.Body.draft()
	d.Subject, d.TLP, d.Life, d.Named = in.Body.Subject, in.Body.TLP, in.Body.Life, in.Body.Named
	id, err := m.Start(r.Context(), r.Scope, author(r), d)
	if err != nil {
		return aboutConversationJSON{}, err
	}
	return m.aboutThread(r, id)
}

type replyInput struct {
	api.ID
	Body MessageEntryJSON
}

func (m *Module) apiReply(r *api.Request, in *replyInput) (aboutConversationJSON, error) {
	if err := m.Reply(r.Context(), r.Scope, author(r), in.ID.ID, in.Body.draft()); err != nil {
		return aboutConversationJSON{}, err
	}
	return m.aboutThread(r, in.ID.ID)
}
