// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	_ "embed" // reach.json
	"encoding/json"
	"fmt"
)

//go:embed reach.json
var reach []byte

// Reach is how a body is reached, beyond its contacts, and what is its own on the Internet.
type Reach struct {
	Code     string
	Claims   []string // lines, as a member pastes them
	Verified []string // the claims an operator verified
	Keys     []Key
	Absences []Absence
}

// Key is a contact's key; Ends is in how many days from now it ends, 0 never.
type Key struct {
	Contact, Kind string
	Ends          int
	Compared      string // how the fingerprint was compared; "" when nobody did
}

// Absence is from so many days ago to so many days from now.
type Absence struct {
	Contact  string
	From, To int
}

// Reaches gives how the bodies are reached, by their codes.
func Reaches() (map[string]Reach, error) {
	var file struct{ Organisations []Reach }
	if err := json.Unmarshal(reach, &file); err != nil {
		return nil, fmt.Errorf("reach.json: %w", err)
	}
	out := map[string]Reach{}
	for _, r := range file.Organisations {
		out[r.Code] = r
	}
	return out, nil
}
