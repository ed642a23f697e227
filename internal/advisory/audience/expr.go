// SPDX-License-Identifier: EUPL-1.2

package audience

import (
	"strings"
	"unicode"
)

// Key is what a term looks at.
type Key string

// The keys. Their names in other languages are in words.go.
const (
	Everyone Key = "everyone" // takes no value
	Code     Key = "code"     // the organisation's code
	Tier     Key = "tier"     // its level of service
	Sector   Key = "sector"   // what kind of body it is
	Province Key = "province"
	Town     Key = "town"  // the municipality it is in, by name or official number
	Group    Key = "group" // the code of a body: it and all that belong to it
	Tag      Key = "tag"   // a word the CSIRT gave it
	List     Key = "list"  // a named list of organisations
	Uses     Key = "uses"  // a question about technology, as the exposure page takes it
)

// Expr is an audience: a term, or expressions joined by an operator.
type Expr struct {
	Op    Op
	Key   Key    // of a term
	Value string // of a term; lower case but for Uses
	Parts []Expr // of the others; one of Not
}

// Op joins expressions.
type Op uint8

// The operators, from the tightest.
const (
	Term Op = iota
	Not
	And
	Or
)

var opWords = [...]string{Not: "not ", And: " and ", Or: " or "}

// String writes the audience so that Parse reads the same again.
func (e Expr) String() string {
	switch e.Op {
	case Term:
		return e.term()
	case Not:
		return opWords[Not] + e.Parts[0].inside(Not)
	}
	parts := make([]string, len(e.Parts))
	for i, p := range e.Parts {
		parts[i] = p.inside(e.Op)
	}
	return strings.Join(parts, opWords[e.Op])
}

// inside writes e as a part of an expression joined by op; what binds is shown also where it need not be.
func (e Expr) inside(op Op) string {
	if e.Op > op || e.Op == op && op != Not || e.Op == And && op == Or {
		return "(" + e.String() + ")"
	}
	return e.String()
}

func (e Expr) term() string {
	if e.Key == Everyone {
		return string(Everyone)
	}
	return string(e.Key) + ":" + quoted(e.Value)
}

// quoted puts quotation marks around a value that would not be read as one word.
func quoted(value string) string {
	plain := func(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune(`"()\`, r) }
	if value != "" && !strings.ContainsFunc(value, func(r rune) bool { return !plain(r) }) {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// Terms gives every term, in order.
func (e Expr) Terms() []Expr {
	if e.Op == Term {
		return []Expr{e}
	}
	var out []Expr
	for _, p := range e.Parts {
		out = append(out, p.Terms()...)
	}
	return out
}
