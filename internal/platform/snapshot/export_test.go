// SPDX-License-Identifier: EUPL-1.2

package snapshot

// RoundTrip writes a row and reads it back.
func RoundTrip(row []any) ([]any, error) {
	line, err := appendRow(nil, row)
	if err != nil {
		return nil, err
	}
	return parseRow(line, len(row))
}
