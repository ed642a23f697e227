// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"martinella/internal/access/gate"
)

// Table is the output of operations that give a whole list as a file (text/csv),
// as the list's page does.
type Table = gate.Table

// The media types of answers, besides binary.
const (
	jsonKind = "application/json"
	csvKind  = "text/csv"
)

// answersOf is the media type of an output.
func answersOf(out any) string {
	switch out.(type) {
	case *File:
		return binary
	case *Table:
		return csvKind
	}
	return jsonKind
}

// describeTable writes into the document what a table is answered as.
func describeTable(d *huma.Operation) {
	d.DefaultStatus = http.StatusOK
	d.Description = joined(d.Description, "The whole list, streamed: UTF-8 with a byte order mark, columns and words in the language of Accept-Language, "+
		"an apostrophe before what a spreadsheet would run as a formula. An answer that breaks off is not whole.")
	d.Responses["200"] = &huma.Response{Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{
		csvKind: {Schema: &huma.Schema{Type: huma.TypeString}},
	}}
}
