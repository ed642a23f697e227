// SPDX-License-Identifier: EUPL-1.2

// Package keys reads the public keys with which mail to a contact is encrypted:
// OpenPGP certificates (RFC 9580 and RFC 4880) and S/MIME certificates (X.509 in
// PEM, DER or a PKCS #7 bundle, RFC 8550).
//
// It says whose key it is, until when, and what is wrong with it. A private key
// is never read: whatever holds one is refused whole, before it is parsed
// further, and nothing of it is kept or repeated in an error.
package keys
