// SPDX-License-Identifier: EUPL-1.2

// Package card judges the certificate of an Italian smart card, the Carta
// Nazionale dei Servizi (CNS) or the Carta d'Identità Elettronica (CIE), with
// which somebody signs in: who issued it, what for, whether it still holds, and
// whose it is.
//
// It knows no database and no network of its own. What must be fetched it asks
// of a Fetcher, which the program bounds and guards.
//
// # Rules
//
//   - A certificate is good when a chain leads from it to an authority of the
//     trust (Trust), it is within its time, made for client authentication, and
//     names one of the policies asked for. Signatures with SHA-1 or MD5 are refused.
//   - Every certificate of the chain but the authority's own must be known not to
//     be revoked, by OCSP (RFC 6960) or by a list (RFC 5280, section 5). What
//     cannot be known counts as revoked, unless the configuration says Soft.
//   - The person is the Codice Fiscale in the first 16 characters of the
//     subject's common name; its check character must be right.
//   - The authorities come from PEM files and from trusted lists (ETSI TS 119 612).
package card
