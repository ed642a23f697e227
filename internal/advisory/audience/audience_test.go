// SPDX-License-Identifier: EUPL-1.2

package audience_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"martinella/internal/advisory/audience"
	"martinella/internal/platform/fault"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"everyone", "everyone"}, {"tutti", "everyone"}, {"ALLE", "everyone"},
		{"tier:Full", "tier:full"}, {"livello:full e provincia:FI", "tier:full and province:fi"},
		{`usa:"FortiOS < 7.2.8 internet"`, `uses:"FortiOS < 7.2.8 internet"`},
		{"tier:full province:fi", "tier:full and province:fi"},
		{"a", ""}, // no key
		{"tier:full or tier:basic and province:fi", "tier:full or (tier:basic and province:fi)"},
		{"(tier:full or tier:basic) and not list:pilot", "(tier:full or tier:basic) and not list:pilot"},
		{"not (tier:full or tier:basic)", "not (tier:full or tier:basic)"},
		{"not not sector:x", "not not sector:x"},
		{"((((sector:x))))", "sector:x"},
		{`sector:"a b" sector:c\d`, `sector:"a b" and sector:"c\\d"`},
		{`list:"Comuni \"pilota\""`, `list:"comuni \"pilota\""`},
		{"everyone non provincia:fi", "everyone and not province:fi"},
	} {
		e, err := audience.Parse(c.text)
		if got := e.String(); err == nil && got != c.want || err != nil && c.want != "" {
			t.Errorf("%s: %q, %v; want %q", c.text, got, err, c.want)
		}
	}
}

func TestWhatIsWrongWithAnAudience(t *testing.T) {
	for _, c := range []struct {
		text, code string
		at         int
	}{
		{"", audience.CodeEmpty, 1}, {" \n", audience.CodeEmpty, 1},
		{"colour:red", audience.CodeKey, 1}, {"tier:full and full", audience.CodeKey, 15},
		{"tier:", audience.CodeValue, 6}, {`tier:""`, audience.CodeValue, 6}, {"tier: full", audience.CodeValue, 6},
		{`uses:"fortios`, audience.CodeQuote, 6},
		{"(tier:full", audience.CodeBracket, 11}, {"tier:full)", audience.CodeBracket, 10}, {"()", audience.CodeBracket, 2},
		{"tier:full and", audience.CodeMissing, 14}, {"or tier:full", audience.CodeMissing, 1}, {"not", audience.CodeMissing, 4},
		{strings.Repeat("(", 40) + "sector:x", audience.CodeLong, 32}, {strings.Repeat("not ", 40) + "sector:x", audience.CodeLong, 125},
		{strings.Repeat("sector:x ", 300), audience.CodeLong, 1801}, {strings.Repeat("x", audience.MaxText+1), audience.CodeLong, 1}, {"sector:\xff", audience.CodeLong, 1},
	} {
		_, err := audience.Parse(c.text)
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != c.code || f.Params["at"] != c.at {
			t.Errorf("%.40q: %v %v, want %s at %d", c.text, err, f, c.code, c.at)
		}
	}
}

func territory() []audience.Body {
	return []audience.Body{
		{ID: 1, Code: "c_a001", Tier: "full", Sector: "municipality", Province: "FI", Lists: []string{"Pilot"}, Town: []string{"048017", "Firenze"}, Tags: []string{"zona nord"}, Group: []string{"c_a001", "c_a"}},
		{ID: 2, Code: "c_a002", Tier: "basic", Sector: "municipality", Province: "PO", Lists: []string{"hospitals and schools"}, Tags: []string{"zona nord", "a b"}},
		{ID: 3, Code: "asl_1", Tier: "full", Sector: "health", SectorNames: []string{"Azienda sanitaria", "Health authority"}, Province: "FI", Group: []string{"asl_1", "c_a"}},
	}
}

func runs(question string) (map[int64]audience.Evidence, error) {
	switch question {
	case "fortios < 7.2.8":
		return map[int64]audience.Evidence{1: {Items: 2, Certain: true}, 2: {Items: 1}}, nil
	case "nothing":
		return nil, nil
	}
	return nil, errors.New("no such question")
}

func TestSelect(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"everyone", "1 everyone; 2 everyone; 3 everyone"},
		{"tier:full", "1 tier:full; 3 tier:full"},
		{"tier:FULL and not list:pilot", "3 tier:full"},
		{`list:"Hospitals and Schools" or code:ASL_1`, `2 list:"hospitals and schools"; 3 code:asl_1`},
		{`uses:"fortios < 7.2.8"`, `1 uses:"fortios < 7.2.8"(2); 2? uses:"fortios < 7.2.8"(1)`},
		{`uses:"fortios < 7.2.8" and tier:basic`, `2? uses:"fortios < 7.2.8"(1) tier:basic`},
		{`uses:"fortios < 7.2.8" or sector:municipality`, `1 uses:"fortios < 7.2.8"(2) sector:municipality; 2 uses:"fortios < 7.2.8"(1) sector:municipality`},
		{`not uses:"fortios < 7.2.8"`, "2?; 3"},
		{`etichetta:"zona nord"`, `1 tag:"zona nord"; 2 tag:"zona nord"`}, {"tag:x", ""},
		{"gruppo:c_a", "1 group:c_a; 3 group:c_a"}, {"group:ASL_1", "3 group:asl_1"},
		{"comune:FIRENZE", "1 town:firenze"}, {"town:048017", "1 town:048017"}, {"settore:Azienda", ""}, {`settore:"azienda sanitaria"`, `3 sector:"azienda sanitaria"`},
		{"uses:nothing", ""}, {"province:xx", ""},
	} {
		e, err := audience.Parse(c.text)
		if err != nil {
			t.Fatal(c.text, err)
		}
		chosen, err := e.Select(territory(), runs)
		if err != nil {
			t.Fatal(c.text, err)
		}
		if diff := cmp.Diff(c.want, brief(chosen)); diff != "" {
			t.Errorf("%s:\n%s", c.text, diff)
		}
	}
	if _, err := (audience.Expr{Key: audience.Uses, Value: "x"}).Select(territory(), runs); err == nil {
		t.Error("a question that fails gives an audience")
	}
}

func brief(list []audience.Chosen) string {
	var out []string
	for _, c := range list {
		s := fmt.Sprint(c.ID)
		if !c.Certain {
			s += "?"
		}
		for _, r := range c.Reasons {
			s += " " + r.Term.String()
			if r.Evidence.Items > 0 {
				s += fmt.Sprintf("(%d)", r.Evidence.Items)
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// Every technology is asked about once, however often it stands there.
func TestAQuestionIsAskedOnce(t *testing.T) {
	e, err := audience.Parse("uses:nothing or not uses:nothing and uses:nothing")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	if _, err := e.Select(territory(), func(string) (map[int64]audience.Evidence, error) { asked++; return nil, nil }); err != nil || asked != 1 {
		t.Error(asked, err)
	}
}

func drawExpr(t *rapid.T, depth int) audience.Expr {
	op := audience.Term
	if depth > 0 {
		op = rapid.SampledFrom([]audience.Op{audience.Term, audience.Not, audience.And, audience.Or}).Draw(t, "op")
	}
	switch op {
	case audience.Term:
		if rapid.IntRange(0, 9).Draw(t, "everyone") == 0 {
			return audience.Expr{Key: audience.Everyone}
		}
		key := rapid.SampledFrom([]audience.Key{audience.Code, audience.Tier, audience.Province, audience.List, audience.Uses, audience.Town, audience.Group, audience.Tag}).Draw(t, "key")
		value := rapid.SampledFrom([]string{"full", "fi", "a b", `"`, `\`, "x)", "è", "a:b", "e", "c_a001", "pilot"}).Draw(t, "value")
		return audience.Expr{Key: key, Value: value}
	case audience.Not:
		return audience.Expr{Op: op, Parts: []audience.Expr{drawExpr(t, depth-1)}}
	}
	e := audience.Expr{Op: op}
	for range rapid.IntRange(2, 3).Draw(t, "parts") {
		e.Parts = append(e.Parts, drawExpr(t, depth-1))
	}
	return e
}

// What is written is read again as the same, and means what logic says.
func TestAudiencesKeepTheirMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawExpr(t, 3)
		again, err := audience.Parse(e.String())
		if err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		if diff := cmp.Diff(e, again); diff != "" {
			t.Fatalf("%s\n%s", e, diff)
		}
		some := func(q string) (map[int64]audience.Evidence, error) {
			return map[int64]audience.Evidence{int64(len(q) % 4): {Items: 1, Certain: true}}, nil
		}
		got, err := e.Select(territory(), some)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range territory() {
			want := means(e, b)
			if in := slices.ContainsFunc(got, func(c audience.Chosen) bool { return c.ID == b.ID && c.Certain }); in != want {
				t.Fatalf("%s of %d: %v, want %v", e, b.ID, in, want)
			}
		}
	})
}

// means is two-valued logic, term by term.
func means(e audience.Expr, b audience.Body) bool {
	switch e.Op {
	case audience.Not:
		return !means(e.Parts[0], b)
	case audience.And:
		return !slices.ContainsFunc(e.Parts, func(p audience.Expr) bool { return !means(p, b) })
	case audience.Or:
		return slices.ContainsFunc(e.Parts, func(p audience.Expr) bool { return means(p, b) })
	}
	low := strings.ToLower
	switch e.Key {
	case audience.Everyone:
		return true
	case audience.Uses:
		return b.ID == int64(len(e.Value)%4)
	}
	values := map[audience.Key][]string{audience.Tag: b.Tags, audience.Town: b.Town, audience.Group: append([]string{b.Code}, b.Group...), audience.Code: {b.Code}, audience.Tier: {b.Tier}, audience.Province: {b.Province}, audience.List: b.Lists}
	return slices.ContainsFunc(values[e.Key], func(v string) bool { return low(v) == e.Value })
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"everyone", `uses:"a \" b" and not (tier:full or list:x)`, "((", "not", "sector:\u00a0x", "e e e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := audience.Parse(text)
		if err != nil {
			return
		}
		again, err := audience.Parse(e.String())
		if len(e.String()) <= audience.MaxText && (err != nil || again.String() != e.String()) {
			t.Errorf("%q became %q, then %q, %v", text, e, again, err)
		}
	})
}
