// SPDX-License-Identifier: EUPL-1.2

// Package i18n says things in the reader's language: Italian, English or
// Norwegian Bokmål.
//
// Each package that has texts embeds its own catalogues, locale/it.json,
// locale/en.json and locale/nb.json (a long one split by subject:
// locale/passkey.it.json), and the application merges them:
//
//	//go:embed locale/*.json
//	var Locale embed.FS
//
//	bundle, err := i18n.Load(ui.Locale, inventory.Locale)
//	l := bundle.Localizer("it", rome)
//	l.T("inventory.items", "n", 3)        // "3 elementi"
//
// # Catalogues
//
// A catalogue is one flat JSON object. Keys begin with the name of the package
// that owns them ("inventory.item.add"). A value is a sentence with {named}
// placeholders, or an object with one sentence for each CLDR plural category
// of the language; the category is chosen by the argument called "n":
//
//	"inventory.items": {
//	  "one":   "{n} elemento",
//	  "many":  "{n} di elementi",
//	  "other": "{n} elementi"
//	}
//
// Italian has one, many (millions: "1.000.000 di elementi") and other; English
// and Norwegian have one and other. Sentences are plain text: HTML in a
// catalogue is an error, because it could not be escaped any more.
//
// # When something is missing
//
// [Load] refuses a key that two catalogues define and a sentence that does not
// parse. A key missing in the reader's language is shown in Italian, and a key
// missing there too is shown as it is, so that a page never fails for a word.
// [Bundle.Check] reports all of that; the application's tests call it.
//
// # Formats
//
// Numbers, dates, sizes and lists follow each language's own conventions, see
// the methods of [Localizer]. A Localizer also knows the reader's time zone and
// the present moment, so relative times need no further argument.
package i18n
