// SPDX-License-Identifier: EUPL-1.2

// Package mailcrypt signs and encrypts mail, and signs what else the CSIRT
// publishes: bytes in, bytes out, no network and no database.
//
// PGP reads the CSIRT's OpenPGP key, SMIME its certificate with key; a Ring
// holds one or both. Around a MIME entity they build PGP/MIME (RFC 3156:
// multipart/signed, multipart/encrypted with the signature inside) and S/MIME
// (RFC 8551: multipart/signed, and enveloped data around the signed entity).
//
// What is signed is exactly what is sent: Canonical gives lines their CRLF, and
// an entity whose lines end in blanks or are longer than mail carries is
// refused, because servers on the way change such lines and break the signature.
//
// A signature is made once and kept by the caller: the same entity with the same
// Signature is byte for byte the same mail. Private keys and passphrases stand
// in no error and no text this package makes.
package mailcrypt
