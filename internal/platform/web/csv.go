// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/csv"
	"iter"
	"mime"
	"net/http"
	"strings"
	"time"
)

// CSV answers with a table for a spreadsheet: UTF-8 with the mark Excel wants,
// and no cell that a spreadsheet would run as a formula. Nothing is sent before
// the first row is there, so that an error until then can be answered as one;
// begun says whether it was too late for that (see [BreakOff]).
func CSV(w http.ResponseWriter, filename string, header []string, rows iter.Seq2[[]string, error]) (begun bool, err error) {
	out := csv.NewWriter(w)
	for row, err := range rows {
		if err != nil {
			return begun, err
		}
		if !begun {
			begun = true
			if err := beginCSV(w, out, filename, header); err != nil {
				return true, err
			}
		}
		for i, cell := range row {
			row[i] = harmless(cell)
		}
		if err := out.Write(row); err != nil {
			return true, err
		}
	}
	if !begun {
		if err := beginCSV(w, out, filename, header); err != nil {
			return true, err
		}
	}
	out.Flush()
	return true, out.Error()
}

func beginCSV(w http.ResponseWriter, out *csv.Writer, filename string, header []string) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": filename}))
	if _, err := w.Write([]byte("\uFEFF")); err != nil {
		return err
	}
	return out.Write(header)
}

// BreakOff ends an answer so that who reads it sees that it is not whole: the
// connection fails instead of closing in good order.
func BreakOff(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)) // a writer that cannot has nobody at its end
}

// harmless puts an apostrophe before what a spreadsheet takes for a formula (CWE-1236).
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
