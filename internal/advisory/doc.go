// SPDX-License-Identifier: EUPL-1.2

// Package advisory is the room of alerts: written by the CSIRT, sent to the
// bodies they concern and to nobody else, acknowledged by them.
//
// An advisory is a draft until somebody sends it; where the house asks for four
// eyes, one person proposes it and another sends it. Whom it is for is an
// audience (package audience). Sending freezes the audience: the organisations
// with the reason for each, and one recipient for each person, in the transaction
// that marks it sent; the mails follow as jobs, each exactly once.
//
// The Traffic Light Protocol binds (FIRST, TLP 2.0): Label says what a label
// forbids. Mail carries the text of what is TLP:AMBER or less restricted; of the
// rest it says only that an alert waits in the portal.
package advisory
