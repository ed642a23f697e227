// SPDX-License-Identifier: EUPL-1.2

// Package gate is where every request enters: each route names the rule that
// says who may pass, and a route without a rule cannot be written.
//
// Rules deny by default. Another tenant's organisation answers 404, as if it
// did not exist. A member's pages beyond his own record open once his
// organisation is accredited (source 000: "i servizi … garantiti esclusivamente
// agli enti che abbiano completato con successo il processo di
// accreditamento"). The handler gets a Scope that can do no more than the rule
// allowed, and returns an error instead of writing one: faults become pages or
// problem documents here, once.
package gate
