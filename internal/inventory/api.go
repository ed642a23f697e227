// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"net/http"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	m.stackAPI(a)
	m.importAPI(a)
	m.nameAPI(a)
	m.assetAPI(a)
	m.sourceAPI(a)
}

func (m *Module) stackAPI(a *api.API) {
	const tag, path = "Stack", "/organisations/{org}/stack/items"
	read, edit := gate.Member(access.StackRead), gate.Member(access.StackEdit)
	api.Get(a, path, read, m.apiItems, api.Op{ID: "list-stack-items", Tag: tag, Summary: "List what the organisation runs", Text: "With at, as it was at that moment."})
	api.Get(a, "/organisations/{org}/stack/items-export", read, m.apiItemsFile, api.Op{ID: "export-stack-items", Tag: tag, Recent: true, Summary: "Take what the organisation runs along as a file", Text: "With at, as it was at that moment."})
	api.Post(a, path, edit, m.apiAddItem, api.Op{ID: "add-stack-item", Tag: tag, Status: http.StatusCreated, Summary: "Declare an item",
		Text: "What product is meant is found from the name, a CPE 2.3 name or a package URL; state and confidence of the answer say how sure that is."})
	api.Get(a, path+"/{id}", read, m.apiItem, api.Op{ID: "get-stack-item", Tag: tag, Summary: "Read an item"})
	api.Put(a, path+"/{id}", edit, m.apiEditItem, api.Op{ID: "update-stack-item", Tag: tag, Summary: "Write an item whole"})
	api.Delete(a, path+"/{id}", edit, m.apiRemoveItem, api.Op{ID: "remove-stack-item", Tag: tag, Summary: "Remove an item", Text: "Its history stays."})
	api.Get(a, path+"/{id}/history", read, m.apiHistory, api.Op{ID: "list-stack-item-history", Tag: tag, Summary: "List what an item was", Text: "The newest first; also of items that were removed."})
	api.Post(a, path+"/{id}/product", edit, m.apiConfirm, api.Op{ID: "confirm-stack-item", Tag: tag, Summary: "Say what product an item is", Text: "An empty product: none that is known."})
	api.Delete(a, path+"/{id}/product", edit, m.apiForget, api.Op{ID: "forget-stack-item-product", Tag: tag, Summary: "Take back what product an item is", Text: "Also for the other items of its name; what the CSIRT said for all stays. Twice does nothing more."})
	api.Post(a, "/organisations/{org}/stack/bulk", edit, m.apiBulk, api.Op{ID: "change-stack-items", Tag: tag, Summary: "Remove or classify several items"})
	api.Get(a, "/organisations/{org}/stack/changes", read, m.apiChanges, api.Op{ID: "list-stack-changes", Tag: tag, Summary: "Compare the stack of two moments"})
	api.Get(a, "/organisations/{org}/stack/counts", read, m.apiCounts, api.Op{ID: "count-stack-items", Tag: tag, Summary: "Count the items by how sure it is what they are"})
}

func (m *Module) importAPI(a *api.API) {
	const tag, path = "Imports", "/organisations/{org}/stack/imports"
	edit := gate.Member(access.StackEdit)
	api.Get(a, path, edit, m.apiImports, api.Op{ID: "list-imports", Tag: tag, Summary: "List the last imports"})
	api.Post(a, path, edit, m.apiUpload, api.Op{ID: "upload-import", Tag: tag, Status: http.StatusAccepted, Summary: "Hand a list over",
		Text:    "Read in the background when it is large: ask get-import until state is ready, look at the preview, then apply. Nothing changes before.",
		MaxBody: m.deps.Limits.Document, Kinds: []string{"application/json", "application/octet-stream", "application/xml", "text/csv", "text/plain"}})
	api.Get(a, path+"/{id}", edit, m.apiImport, api.Op{ID: "get-import", Tag: tag, Summary: "Read how far an import is"})
	api.Get(a, path+"/{id}/rows", edit, m.apiPreview, api.Op{ID: "list-import-rows", Tag: tag, Summary: "List what an import would change"})
	api.Get(a, path+"/{id}/problems", edit, m.apiProblems, api.Op{ID: "list-import-problems", Tag: tag, Summary: "List the lines that cannot be read"})
	api.Get(a, path+"/{id}/text", edit, m.apiImportText, api.Op{ID: "get-import-text", Tag: tag, Summary: "Read a list that was pasted", Text: "To mend it and hand it over again."})
	api.Post(a, path+"/{id}/read", edit, m.apiReadAgain, api.Op{ID: "read-import-again", Tag: tag, Status: http.StatusAccepted, Summary: "Say how an import is to be understood", Text: "In what format, and what its columns mean. Nothing was written by then."})
	api.Post(a, path+"/{id}/apply", edit, m.apiApply, api.Op{ID: "apply-import", Tag: tag, Status: http.StatusAccepted, Summary: "Write an import into the stack", Text: "Whole or not at all; a large one in the background. Twice does nothing more."})
	api.Delete(a, path+"/{id}", edit, m.apiDiscard, api.Op{ID: "discard-import", Tag: tag, Summary: "Forget an import that was not applied"})
}
