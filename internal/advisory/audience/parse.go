// SPDX-License-Identifier: EUPL-1.2

package audience

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"martinella/internal/platform/fault"
)

// The most an audience may be.
const (
	MaxText  = 4000 // bytes
	MaxTerms = 200
	maxDepth = 30
)

// The codes of what can be wrong with an audience. All are Invalid and have the
// place in the text, counted in letters from 1, as parameter "at".
const (
	CodeEmpty   = "audience.empty"
	CodeLong    = "audience.long"    // longer than MaxText, more than MaxTerms or too deep
	CodeKey     = "audience.key"     // "word" is no key
	CodeValue   = "audience.value"   // a key without a value
	CodeQuote   = "audience.quote"   // a quotation mark is not closed
	CodeBracket = "audience.bracket" // a bracket too many or too few
	CodeMissing = "audience.missing" // an operator with nothing to join
)

// Parse reads an audience. Terms beside each other without a word between them are joined by "and".
func Parse(text string) (Expr, error) {
	if len(text) > MaxText || !utf8.ValidString(text) {
		return Expr{}, fault.New(fault.Invalid, CodeLong, fault.P{"at": 1})
	}
	tokens, err := tokenize(text)
	if err != nil {
		return Expr{}, err
	}
	if len(tokens) == 0 {
		return Expr{}, fault.New(fault.Invalid, CodeEmpty, fault.P{"at": 1})
	}
	p := &parser{tokens: tokens, end: utf8.RuneCountInString(text) + 1}
	e, err := p.join(Or, 0)
	if err != nil {
		return Expr{}, err
	}
	if len(p.tokens) > 0 {
		return Expr{}, p.wrong(CodeBracket)
	}
	return e, nil
}

type parser struct {
	tokens []token
	terms  int
	end    int // the place after the text
}

// next is what comes now; at the end a token that is nothing.
func (p *parser) next() token {
	if len(p.tokens) == 0 {
		return token{kind: nothing, at: p.end}
	}
	return p.tokens[0]
}

func (p *parser) skip() { p.tokens = p.tokens[1:] }

func (p *parser) wrong(code string) error {
	return fault.New(fault.Invalid, code, fault.P{"at": p.next().at, "word": p.next().text})
}

// join reads what op joins; Or joins what And joins.
func (p *parser) join(op Op, depth int) (Expr, error) {
	var parts []Expr
	for {
		part, err := p.operand(op, depth)
		if err != nil {
			return Expr{}, err
		}
		parts = append(parts, part)
		t := p.next()
		switch {
		case t.kind == operator && t.op == op:
			p.skip()
		case op == And && (t.begins() || t.kind == operator && t.op == Not): // "and" is understood
		case len(parts) == 1:
			return part, nil
		default:
			return Expr{Op: op, Parts: parts}, nil
		}
	}
}

func (p *parser) operand(op Op, depth int) (Expr, error) {
	if op == Or {
		return p.join(And, depth)
	}
	return p.one(depth)
}

// one reads a term, a bracket or a negation.
func (p *parser) one(depth int) (Expr, error) {
	if p.terms++; p.terms > MaxTerms || depth > maxDepth {
		return Expr{}, p.wrong(CodeLong)
	}
	t := p.next()
	switch {
	case t.kind == operator && t.op == Not:
		p.skip()
		part, err := p.one(depth + 1)
		return Expr{Op: Not, Parts: []Expr{part}}, err
	case t.kind == open:
		p.skip()
		inside, err := p.join(Or, depth+1)
		if err == nil && p.next().kind != shut {
			err = p.wrong(CodeBracket)
		}
		if err == nil {
			p.skip()
		}
		return inside, err
	case t.kind == term:
		p.skip()
		return t.expr, nil
	case t.kind == shut:
		return Expr{}, p.wrong(CodeBracket)
	}
	return Expr{}, p.wrong(CodeMissing)
}

// kind is what a token is.
type kind uint8

const (
	nothing kind = iota
	operator
	open
	shut
	term
)

type token struct {
	kind kind
	op   Op
	expr Expr
	text string
	at   int // its first letter, from 1
}

func (t token) begins() bool { return t.kind == open || t.kind == term }

// scanner cuts a text into tokens.
type scanner struct {
	rest []rune
	at   int
}

func tokenize(text string) ([]token, error) {
	s := &scanner{rest: []rune(text), at: 1}
	var out []token
	for {
		s.blanks()
		if len(s.rest) == 0 {
			return out, nil
		}
		t, err := s.token()
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
}

func (s *scanner) take(n int) string {
	text := string(s.rest[:n])
	s.rest, s.at = s.rest[n:], s.at+n
	return text
}

func (s *scanner) blanks() {
	n := 0
	for n < len(s.rest) && unicode.IsSpace(s.rest[n]) {
		n++
	}
	s.take(n)
}

func (s *scanner) token() (token, error) {
	at := s.at
	switch s.rest[0] {
	case '(':
		return token{kind: open, text: s.take(1), at: at}, nil
	case ')':
		return token{kind: shut, text: s.take(1), at: at}, nil
	}
	word := s.word(":")
	if len(s.rest) == 0 || s.rest[0] != ':' {
		return bare(word, at)
	}
	s.take(1)
	key, known := keyWords()[strings.ToLower(word)]
	if !known {
		return token{}, fault.New(fault.Invalid, CodeKey, fault.P{"at": at, "word": word})
	}
	value, err := s.value(key)
	if err != nil {
		return token{}, err
	}
	if key != Uses {
		value = strings.ToLower(value)
	}
	return token{kind: term, expr: Expr{Key: key, Value: value}, text: word, at: at}, nil
}

// bare is a word without a value.
func bare(word string, at int) (token, error) {
	low := strings.ToLower(word)
	if op, ok := operatorWords()[low]; ok {
		return token{kind: operator, op: op, text: word, at: at}, nil
	}
	if everyoneWords()[low] {
		return token{kind: term, expr: Expr{Key: Everyone}, text: word, at: at}, nil
	}
	return token{}, fault.New(fault.Invalid, CodeKey, fault.P{"at": at, "word": word})
}

// word takes letters up to a blank, a bracket or one of also; at least one.
func (s *scanner) word(also string) string {
	n := 0
	for n < len(s.rest) && !unicode.IsSpace(s.rest[n]) && !strings.ContainsRune("()"+also, s.rest[n]) {
		n++
	}
	return s.take(n)
}

// value takes a word or what stands between quotation marks.
func (s *scanner) value(key Key) (string, error) {
	at := s.at
	var v string
	if len(s.rest) > 0 && s.rest[0] == '"' {
		var closed bool
		if v, closed = s.quotation(); !closed {
			return "", fault.New(fault.Invalid, CodeQuote, fault.P{"at": at})
		}
	} else {
		v = s.word("")
	}
	if strings.TrimSpace(v) == "" {
		return "", fault.New(fault.Invalid, CodeValue, fault.P{"at": at, "word": string(key)})
	}
	return strings.TrimSpace(v), nil
}

func (s *scanner) quotation() (text string, closed bool) {
	s.take(1)
	var b strings.Builder
	for len(s.rest) > 0 {
		switch c := s.take(1); {
		case c == `"`:
			return b.String(), true
		case c == `\` && len(s.rest) > 0:
			b.WriteString(s.take(1))
		default:
			b.WriteString(c)
		}
	}
	return "", false
}
