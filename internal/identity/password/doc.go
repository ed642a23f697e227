// SPDX-License-Identifier: EUPL-1.2

// Package password keeps passwords and says which ones are too easily guessed.
//
// They are hashed with argon2id (RFC 9106) at the parameters OWASP recommends,
// written as PHC strings, so that each hash says how it was made and is made
// again, at the next sign-in, when the parameters change. No more than a few
// are computed at once: each takes 19 MiB, and whoever floods the sign-in page
// must get "busy", not the machine's memory.
//
// The policy follows NIST SP 800-63B, section 5.1.1.2 (revision 4: 3.1.1.2):
// length, no rules of composition, no expiry, and a comparison with what is
// commonly used, expected or part of the context. Since nearly all common
// passwords are shorter than twelve characters, what is looked up is also the
// password without the digits and signs people put around a word to lengthen it.
package password
