// SPDX-License-Identifier: EUPL-1.2

// Package csaf fetches from providers of CSAF 2.0 documents and from aggregators
// that list them (CSAF 2.0, section 7): by their ROLIE feeds, or else by the
// changes.csv of their folders, only what is new since the last run.
//
// A document's hash is verified wherever one is offered, and so is its OpenPGP
// signature where the provider names keys; a trusted provider's document must have
// both (7.2.3). One that does not fit its hash or its signature is refused. gocsaf's
// own downloader goes on when a feed cannot be read; here that is the source's failure.
package csaf
