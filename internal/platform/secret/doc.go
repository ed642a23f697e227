// SPDX-License-Identifier: EUPL-1.2

// Package secret seals what must not be readable in the database or in a backup
// of it: the secrets of second factors, the passwords of feeds.
//
// A Box seals with XChaCha20-Poly1305 under a 256-bit key. The nonce is random:
// with its 192 bits no count of messages needs to be kept. What a secret is for
// and whose it is goes in as associated data, so that a sealed value copied to
// another row does not open there.
//
// The key is 32 random bytes in base64, one a line. It comes from the
// configuration, from a file that the configuration names, or from a file in
// the data folder that is made on the first start with mode 0600. To change it,
// put the new key on the first line and leave the old one below: the first
// seals, all of them open. A database without its key file cannot be read, so
// the key belongs in the backup plan, apart from the database.
package secret
