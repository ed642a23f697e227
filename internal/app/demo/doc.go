// SPDX-License-Identifier: EUPL-1.2

// Package demo is the demonstration territory as data: invented bodies, people
// and inventories (territory.json, imports/), and an extract of real
// vulnerability data (feeds/) whose README says from whom, of when and under
// which licence.
//
// Bodies and people are invented because publishing invented weaknesses of real
// municipalities would wrong them; their addresses end in .example, which
// nobody can own (RFC 2606). Products, versions and vulnerabilities are real.
//
// The package holds no door into a database: internal/app makes the territory
// out of it, through the same functions the pages use.
package demo

//go:generate go run ./extract -from ../../../../shared/data/cve -to .
