// SPDX-License-Identifier: EUPL-1.2

// Package pull is what all fetchers of alerts have in common: items, whom they
// are handed to, and one way to read an address that bounds what it reads.
package pull
