// SPDX-License-Identifier: EUPL-1.2

// Package ratelimit says whether somebody asks too often.
//
// It is the generic cell rate algorithm (ITU-T I.371, annex A): one number for
// each key, the theoretical arrival time of the next request that keeps the
// rate. Compared with counting in windows it has no edge at which twice the
// limit passes, and it knows how long to wait.
//
// The numbers are in memory: every node limits for itself, and a restart
// forgives. What must outlive a restart (failed sign-ins) is in the database.
package ratelimit
