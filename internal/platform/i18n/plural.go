// SPDX-License-Identifier: EUPL-1.2

package i18n

// Category is a CLDR plural category.
type Category string

// The categories our languages have.
const (
	One   Category = "one"
	Many  Category = "many"
	Other Category = "other"
)

// Categories returns the plural categories of a language, in CLDR's order.
func Categories(lang string) []Category {
	if lang == Italian {
		return []Category{One, Many, Other}
	}
	return []Category{One, Other}
}

// Plural returns the cardinal category of the whole number n in a language.
//
// The rules are those of CLDR 42 and later. golang.org/x/text carries CLDR 32,
// which does not know the Italian "many" yet ("un milione di elementi"), so
// the rules are here; a test compares them with x/text wherever both agree.
func Plural(lang string, n int64) Category {
	switch {
	case n == 1 || n == -1:
		return One
	case lang == Italian && n != 0 && n%1_000_000 == 0:
		return Many
	}
	return Other
}
