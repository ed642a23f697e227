// SPDX-License-Identifier: EUPL-1.2

// Package parse reads alerts as they come in and gives one structure, whatever
// form they had: a page of ACN/CSIRT Italia pasted or mailed, an item of a feed,
// CSAF, STIX, MISP, a mail. It is pure: no SQL, no HTTP, no files, no clock.
//
// Rules every reader keeps:
//
//   - Nothing is invented. What the alert does not state stays empty; a colour
//     is not made a severity, a vector is not made a score.
//   - Nothing is lost in silence. What could not be placed is in
//     [Document.Unparsed] as it was written, what had to be decided is in
//     [Document.Warnings].
//   - An indicator is something to block. An address is one when it stands in a
//     list of indicators or is written defanged, a hash wherever it stands; a
//     vendor's page or an example never is.
//   - When an alert carries several TLP labels, the most restricted one binds.
//   - Input is hostile: it is bounded, and so is all that is made of it.
package parse
