// SPDX-License-Identifier: EUPL-1.2

// Package taxii fetches what is new in collections of TAXII 2.1 (OASIS Standard,
// 10 June 2021): from the discovery, an API root or a collection on, page by page,
// with added_after and next.
//
//   - An alert is a report, a grouping or a note, with all that it refers to, as one
//     bundle of STIX 2.1. What it refers to and came earlier is asked for by name.
//   - Indicators and vulnerabilities that nothing refers to come once a day, together:
//     most get their report a little later. Other objects by themselves are no alert.
//   - Where the next run begins is the server's own X-TAXII-Date-Added-Last. A long
//     collection is handed on part by part, so that memory is bounded and a run that
//     fails has not begun for nothing.
package taxii
