// SPDX-License-Identifier: EUPL-1.2

// Package access says who is asking, for which organisation, with which permissions.
//
// A Principal is a person who has signed in. A Scope is what a store method is
// given: it can only be made from a Principal, or by a named part of the system
// (System), or for a visitor nobody knows (Visitor), and it is narrowed to one
// organisation or holds for the whole territory. The table in permission.go is
// the only place where roles get permissions; everything not in it is denied.
package access
