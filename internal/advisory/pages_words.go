// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"strings"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/advisory/audience"
)

// AudienceWords gives what can be written in an audience, saved audiences included.
func (m *Module) AudienceWords(ctx context.Context, s access.Scope, lang string) (Words, []Saved, error) {
	saved, err := m.AudiencesSaved(ctx, s)
	if err != nil {
		return Words{}, nil, err
	}
	words, err := m.deps.Directory.Words(ctx, s, lang)
	return words, saved, err
}

func (m *Module) wordsPage(r *gate.Request) error {
	words, saved, err := m.AudienceWords(r.Context(), r.Scope, r.L.Lang())
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.words.title"), wordsBody(wordsView{words, saved}))
}

// termIn writes a term as people of a language do.
func termIn(lang string, key audience.Key, value string) string {
	text := audience.Expr{Key: key, Value: strings.ToLower(value)}.String()
	_, value, has := strings.Cut(text, ":")
	if !has {
		return audience.Word(lang, key)
	}
	return audience.Word(lang, key) + ":" + value
}

// audienceWordsJSON is what can be written in an audience.
type audienceWordsJSON struct {
	Tiers     []audienceWordJSON `json:"tiers"`
	Sectors   []audienceWordJSON `json:"sectors"`
	Provinces []string           `json:"provinces"`
	Tags      []string           `json:"tags"`
	Lists     []string           `json:"lists" doc:"Names of saved audiences."`
}

type audienceWordJSON struct {
	Value string `json:"value"`
	Name  string `json:"name" doc:"In the language asked for."`
}

func (m *Module) apiAudienceWords(r *api.Request, _ *api.Nothing) (audienceWordsJSON, error) {
	words, saved, err := m.AudienceWords(r.Context(), r.Scope, r.L.Lang())
	word := func(w Word) audienceWordJSON { return audienceWordJSON(w) }
	return audienceWordsJSON{api.Each(words.Tiers, word), api.Each(words.Sectors, word), append([]string{}, words.Provinces...), append([]string{}, words.Tags...),
		api.Each(saved, func(v Saved) string { return v.Name })}, err
}
