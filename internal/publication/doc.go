// SPDX-License-Identifier: EUPL-1.2

// Package publication is the room of what everybody may see: the public alerts,
// as CSAF 2.0 documents of a trusted provider (package csaf), and what others must
// know of the CSIRT to write to it and to check what it signed.
//
// An alert that is marked TLP:CLEAR and sent is published by a job of the event
// that tells so: the document is made and signed once, and its bytes are kept, so
// that hashes and signature stay true. Nothing else is in this room's tables:
// what is not public cannot leave from here.
package publication
