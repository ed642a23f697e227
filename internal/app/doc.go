// SPDX-License-Identifier: EUPL-1.2

// Package app is the composition root: it builds everything, hands each room
// its neighbours through the small interfaces the room declares, starts what
// runs and stops it.
//
// An App is a value: Open makes one from a configuration, Serve and Work run
// it, Close ends it. End-to-end tests start the real one on port 0.
package app
