// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// The most there may be of tags.
const (
	MaxTagLetters = 40
	MaxTagsOfOne  = 20
	maxTags       = 500  // different ones
	maxTagged     = 2000 // organisations tagged at once
)

// Tagged is a tag and how many organisations have it.
type Tagged struct {
	Tag     string
	Members int // accredited ones
}

// TidyTag writes a tag as it is kept: in small letters, with single blanks.
func TidyTag(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

// SplitTags reads tags separated by commas or lines, each once, in order of the alphabet.
func SplitTags(text string) []string {
	var out []string
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if tag := TidyTag(part); tag != "" {
			out = append(out, tag)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tagFault says what is wrong with a tag; nil: nothing. What means something
// in an audience's sentence is no part of a tag.
func tagFault(f *fault.Error, field, tag string) {
	odd := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune(" -_.+&'", r)
	}
	switch {
	case tag == "":
		f.Field(field, "constituency.tag_empty")
	case utf8.RuneCountInString(tag) > MaxTagLetters:
		f.Field(field, "constituency.tag_long", fault.P{"tag": string([]rune(tag)[:MaxTagLetters]), "limit": MaxTagLetters})
	case strings.ContainsFunc(tag, odd) || !utf8.ValidString(tag):
		f.Field(field, "constituency.tag_odd", fault.P{"tag": strings.ToValidUTF8(tag, "")})
	}
}

// Tags gives the CSIRT all tags in order of the alphabet.
func (m *Module) Tags(ctx context.Context, s access.Scope) ([]Tagged, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if err := s.Require(access.TerritoryRead); err != nil {
		return nil, err
	}
	return m.tags(ctx, s)
}

// TagsOf gives the tags of some organisations.
func (m *Module) TagsOf(ctx context.Context, s access.Scope, ids []int64) (map[int64][]string, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	return m.tagsOf(ctx, s, ids)
}

// SetTags gives an organisation its tags; those it had and that are not named
// are taken away. Faults: constituency.tags field by field; changed_meanwhile.
func (m *Module) SetTags(ctx context.Context, s access.Scope, id, version int64, tags []string) error {
	if err := mayTag(s); err != nil {
		return err
	}
	tags = SplitTags(strings.Join(tags, "\n"))
	if err := checkTags(tags); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if o.Version != version {
			return changedMeanwhile()
		}
		if err := m.replaceTags(ctx, tx, s, o, tags); err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "organisation.tags", "organisation:"+o.Code, map[string]any{"tags": tags})
	})
}

func mayTag(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.TagEdit)
}

func checkTags(tags []string) error {
	f := fault.New(fault.Invalid, "constituency.tags")
	if len(tags) > MaxTagsOfOne {
		f.Field("tags", "constituency.tag_many", fault.P{"limit": MaxTagsOfOne})
	}
	for _, tag := range tags {
		if len(f.Fields) == 0 {
			tagFault(f, "tags", tag)
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// TagMany gives a tag to the organisations of some codes: all, or none where a
// code is not known. It says how many did not have it.
func (m *Module) TagMany(ctx context.Context, s access.Scope, tag string, codes []string) (added int, err error) {
	if err := mayTag(s); err != nil {
		return 0, err
	}
	tag = TidyTag(tag)
	f := fault.New(fault.Invalid, "constituency.tags")
	tagFault(f, "tag", tag)
	if codes = tidyCodes(codes); len(codes) == 0 || len(codes) > maxTagged {
		f.Field("codes", "constituency.tag_codes", fault.P{"limit": maxTagged})
	}
	if len(f.Fields) > 0 {
		return 0, f
	}
	err = m.db.Tx(ctx, func(tx *db.Tx) error {
		added, err = m.tagMany(ctx, tx, s, tag, codes)
		if err != nil || added == 0 {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, "organisation.tagged", "tag:"+tag, map[string]any{"codes": codes, "added": added})
	})
	return added, err
}

func tidyCodes(codes []string) []string {
	var out []string
	for _, code := range codes {
		if code = strings.ToLower(strings.TrimSpace(code)); code != "" {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// DropTag takes a tag away from all organisations, and says from how many. A
// NotFound fault where none has it.
func (m *Module) DropTag(ctx context.Context, s access.Scope, tag string) (taken int64, err error) {
	if err := mayTag(s); err != nil {
		return 0, err
	}
	tag = TidyTag(tag)
	err = m.db.Tx(ctx, func(tx *db.Tx) error {
		if taken, err = m.dropTag(ctx, tx, s, tag); err != nil {
			return err
		}
		if taken == 0 {
			return fault.New(fault.NotFound, "constituency.tag_unknown")
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, "organisation.untagged", "tag:"+tag, map[string]any{"taken": taken})
	})
	return taken, err
}
