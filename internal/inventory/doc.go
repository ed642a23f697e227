// SPDX-License-Identifier: EUPL-1.2

// Package inventory keeps what each organisation runs: its technology stack
// (feature A6), the ground personalised CVEs stand on.
//
// # Items
//
// An Item is a product on a system, or in the organisation as a whole. It is
// what people typed (Label) and what it was identified as: a CPE 2.3 name
// (NISTIR 7695) with a state. Resolved means that it is certain: the CPE name or
// package URL was given, a person chose or confirmed the product, or vendor and
// product are both named in full. Guessed means that a program thinks so, with
// a confidence and a reason. Unknown means that nothing fits well enough.
//
// # History
//
// Every change closes the item's current version and opens the next one, in the
// change's own transaction (item_version). So the stack of any moment can be
// shown, and what changed between two. Times never run backwards for one item,
// also when the clock does.
//
// # Names
//
// What a member confirms holds for the member at once and is offered to
// everyone else as a strong guess, without saying whose it was. What the CSIRT's
// people confirm (access.NameConfirm) holds for everyone. Either is applied to
// all items with the same name by a job. Names nobody resolved are a work list
// for the CSIRT, by how many organisations have them.
//
// # Imports
//
// A list is stored as handed over, read by a job into import rows in bounded
// memory, shown with every bad line, and applied when a person says so: in one
// transaction, whole or not at all, so that a program killed half-way has done
// nothing and starts over. Lines are recognised by system and name: the same
// list again changes nothing.
//
// Each change publishes EventChanged for its organisation; requests that wait
// are joined into one.
package inventory
