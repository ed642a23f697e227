// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// catalogue maps keys to messages, for one language.
type catalogue map[string]message

// parseCatalogue reads one catalogue file. It walks the tokens itself because
// encoding/json lets the last of two equal keys win in silence, which is how
// translations get lost in merges.
func parseCatalogue(lang string, r io.Reader) (catalogue, error) {
	dec := json.NewDecoder(r)
	if err := expectDelim(dec, '{'); err != nil {
		return nil, err
	}
	out := catalogue{}
	for dec.More() {
		key, err := nextString(dec)
		if err != nil {
			return nil, err
		}
		if _, twice := out[key]; twice {
			return nil, fmt.Errorf("key %q appears twice", key)
		}
		if err := checkKey(key); err != nil {
			return nil, err
		}
		m, err := parseMessage(lang, dec)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", key, err)
		}
		out[key] = m
	}
	if err := expectDelim(dec, '}'); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows the catalogue")
	}
	return out, nil
}

// checkKey wants "package.what": without an owner two packages would collide.
func checkKey(key string) error {
	if owner, rest, ok := strings.Cut(key, "."); !ok || owner == "" || rest == "" {
		return fmt.Errorf("key %q does not begin with its package's name and a dot", key)
	}
	return nil
}

// parseMessage reads one value: a string, or an object of plural forms.
func parseMessage(lang string, dec *json.Decoder) (message, error) {
	tok, err := dec.Token()
	if err != nil {
		return message{}, err
	}
	if s, ok := tok.(string); ok {
		parsed, err := parseSentence(s)
		return message{forms: map[Category]sentence{Other: parsed}}, err
	}
	if tok != json.Delim('{') {
		return message{}, fmt.Errorf("neither a sentence nor plural forms")
	}
	m := message{forms: map[Category]sentence{}, plural: true}
	for dec.More() {
		if err := parseForm(lang, dec, m.forms); err != nil {
			return message{}, err
		}
	}
	if _, ok := m.forms[Other]; !ok {
		return message{}, fmt.Errorf("plural without the form \"other\"")
	}
	return m, expectDelim(dec, '}')
}

// parseForm reads one "category": "sentence" pair.
func parseForm(lang string, dec *json.Decoder, forms map[Category]sentence) error {
	name, err := nextString(dec)
	if err != nil {
		return err
	}
	if !slices.Contains(Categories(lang), Category(name)) {
		return fmt.Errorf("%q is not a plural category of %q", name, lang)
	}
	if _, twice := forms[Category(name)]; twice {
		return fmt.Errorf("form %q appears twice", name)
	}
	s, err := nextString(dec)
	if err != nil {
		return err
	}
	parsed, err := parseSentence(s)
	if err != nil {
		return err
	}
	forms[Category(name)] = parsed
	return nil
}

func nextString(dec *json.Decoder) (string, error) {
	tok, err := dec.Token()
	if err != nil {
		return "", err
	}
	s, ok := tok.(string)
	if !ok {
		return "", fmt.Errorf("found %v where a string was expected", tok)
	}
	return s, nil
}

func expectDelim(dec *json.Decoder, want json.Delim) error {
	tok, err := dec.Token()
	if err != nil {
		return fmt.Errorf("catalogue: %w", err)
	}
	if tok != want {
		return fmt.Errorf("found %v where %v was expected", tok, want)
	}
	return nil
}
