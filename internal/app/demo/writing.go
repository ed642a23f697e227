// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	_ "embed" // templates.json
	"encoding/json"
	"fmt"
)

//go:embed templates.json
var templates []byte

// Template is what alerts are begun from, in Italian.
type Template struct {
	Name, Note, Kind, Severity, TLP, PAP, Audience string
	AckHours                                       int `json:"ack_hours"`
	Title, Summary, Body                           string
}

// Templates gives those of the CSIRT.
func Templates() (out []Template, err error) {
	if err := json.Unmarshal(templates, &out); err != nil {
		return nil, fmt.Errorf("demo: templates: %w", err)
	}
	return out, nil
}
