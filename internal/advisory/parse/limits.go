// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"embed"

	"martinella/internal/platform/fault"
)

// Locale holds the sentences of this package's faults and warnings.
//
//go:embed locale/*.json
var Locale embed.FS

// Limit is the most bytes an alert may have.
const Limit = 20 << 20

// What one document may hold; more is left out, and said.
const (
	maxTitle      = 300  // runes
	maxSummary    = 4000 // runes
	maxLine       = 500  // runes of a line shown as not understood
	maxUnparsed   = 200
	maxWarnings   = 50
	maxSections   = 500
	maxProducts   = 20_000
	maxCVEs       = 10_000
	maxCVSS       = 10_000
	maxIndicators = 200_000
	maxLinks      = 5_000
	maxRelated    = 200
	maxIDs        = 100
	maxItems      = 5_000 // alerts of a feed or an export
	maxHead       = 60    // lines before the first heading that are looked at
)

// The codes of the faults.
const (
	CodeTooLarge = "advisory.parse.too_large" // more bytes than Limit
	CodeEmpty    = "advisory.parse.empty"     // nothing to read
	CodeNotText  = "advisory.parse.not_text"  // a picture, an archive, an office document
	CodePDF      = "advisory.parse.pdf"       // a PDF: its text has to be taken out first
	CodeCut      = "advisory.parse.cut"       // JSON or XML that ends too early or is damaged
	CodeUnknown  = "advisory.parse.unknown"   // JSON or XML of another kind
	CodeSeveral  = "advisory.parse.several"   // more than one alert where one was asked for
	CodeEntities = "advisory.parse.entities"  // XML that declares entities
	CodeDeep     = "advisory.parse.deep"      // nested deeper than any real document
	CodeParts    = "advisory.parse.parts"     // a mail of too many parts
)

// The codes of the warnings.
const (
	WarnReference  = "advisory.parse.warning.reference"   // an ACN reference with an impossible day
	WarnTLP        = "advisory.parse.warning.tlp"         // several TLP labels
	WarnPAP        = "advisory.parse.warning.pap"         // several PAP labels
	WarnInvisible  = "advisory.parse.warning.invisible"   // characters that change the reading direction or are not seen
	WarnNUL        = "advisory.parse.warning.nul"         // bytes that text has not
	WarnCharset    = "advisory.parse.warning.charset"     // an unknown character set
	WarnLeftOut    = "advisory.parse.warning.left_out"    // over a maximum
	WarnReserved   = "advisory.parse.warning.reserved"    // an indicator that is nobody's address on the Internet
	WarnShape      = "advisory.parse.warning.shape"       // a member of another shape than the standard's
	WarnPattern    = "advisory.parse.warning.pattern"     // a pattern says more than its values
	WarnRevoked    = "advisory.parse.warning.revoked"     // indicators that their author took back
	WarnWithdrawn  = "advisory.parse.warning.withdrawn"   // a report that its author took back
	WarnAutomatic  = "advisory.parse.warning.automatic"   // nobody wrote this mail
	WarnEncrypted  = "advisory.parse.warning.encrypted"   // a mail that cannot be read
	WarnUnverified = "advisory.parse.warning.unverified"  // a signature nobody looked at
	WarnBrokenMail = "advisory.parse.warning.broken_mail" // a part of a mail that cannot be read
)

func tooLarge(n int64) *fault.Error {
	return fault.New(fault.TooLarge, CodeTooLarge, fault.P{"limit": n >> 20})
}
