// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	const tag, path = "Channel", "/organisations/{org}/channel"
	read, write := gate.Member(access.ChannelRead), gate.Member(access.ChannelWrite)
	api.Get(a, path, read, m.apiThreads, api.Op{ID: "list-conversations", Tag: tag, Summary: "List the conversations you may read", Text: "The latest first."})
	api.Post(a, path, write, m.apiStart, api.Op{ID: "start-conversation", Tag: tag, Status: http.StatusCreated, Summary: "Start a conversation",
		Text: "The other side is told by mail. Who may be named: list-channel-people."})
	api.PostPrepared(a, path+"/files", write, m.apiStore, m.apiUpload, api.Op{ID: "upload-channel-file", Tag: tag, Status: http.StatusCreated,
		Kinds: []string{"application/octet-stream"}, MaxBody: maxFile + 1<<10, Summary: "Send a file for a message",
		Text: "The bytes themselves, at most 50 MB; shown to the malware scanner where there is one. Name its number in start-conversation or write-message, within 12 hours and once."})
	api.Get(a, path+"/people", write, m.apiPeople, api.Op{ID: "list-channel-people", Tag: tag, Summary: "List who may be named in a conversation"})
	api.Get(a, path+"/{id}", read, m.apiThread, api.Op{ID: "get-conversation", Tag: tag, Summary: "Read what a conversation is about", Text: "That you have read it is noted when you list its messages."})
	api.Get(a, path+"/{id}/messages", read, m.apiMessages, api.Op{ID: "list-messages", Tag: tag, Summary: "Read a conversation's messages", Text: "The latest first, with who has read them; at most 30 at once. The first page notes that you have read the conversation."})
	api.Post(a, path+"/{id}/messages", write, m.apiReply, api.Op{ID: "write-message", Tag: tag, Summary: "Answer in a conversation", Text: "Opens a closed one again."})
	api.Get(a, path+"/{id}/files/{file}", read, m.apiFile, api.Op{ID: "get-channel-file", Tag: tag, MaxFile: maxFile, Summary: "Read a file of a conversation", Text: "The bytes themselves. Noted in the audit log. What a scanner said of it is in list-messages: treat what was not scanned, or is infected, as dangerous."})
	api.Post(a, path+"/{id}/close", write, m.apiClose, api.Op{ID: "close-conversation", Tag: tag, Summary: "Say that there is nothing more to do", Text: "Twice does nothing more."})
	api.Post(a, path+"/{id}/reopen", write, m.apiReopen, api.Op{ID: "reopen-conversation", Tag: tag, Summary: "Open a closed conversation again"})
	api.Post(a, path+"/{id}/erase", write, m.apiErase, api.Op{ID: "erase-conversation", Tag: tag, Summary: "Erase what was said before its time", Text: "The side that began it may. That, when and between whom it was stays."})
	api.Get(a, "/channel", gate.Staff(access.ChannelRead), m.apiTerritory, api.Op{ID: "list-all-conversations", Tag: tag, Summary: "List the conversations with all members", Text: "Those you may read, the latest first."})
}
