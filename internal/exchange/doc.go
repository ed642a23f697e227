// SPDX-License-Identifier: EUPL-1.2

// Package exchange is the room of what leaves by programs' doors: the alerts of
// the CSIRT for feed readers (Atom, RFC 4287), for threat intelligence platforms
// (TAXII 2.1 with STIX 2.1, MISP feeds) and for firewalls (plain lists).
//
//   - A door is opened with a key. A key is an organisation's, or a neighbouring
//     CSIRT's (federation); it opens one door, is shown once and kept as a hash,
//     can be bound to networks, exchanged and revoked.
//   - What leaves is what was sent, never a draft. By a member's key: what was sent
//     to it up to TLP:AMBER, and what the community may know (TLP:GREEN). By a
//     neighbour's: up to the label its key says, TLP:GREEN at most. Without a key:
//     TLP:CLEAR, and no indicators of what is PAP:RED or PAP:AMBER, for the adversary
//     has no key either. Of TLP:AMBER+STRICT only a member's feed says that an alert
//     waits in the portal; of TLP:RED nothing says anything.
//   - Lists for firewalls hold only what may be blocked: PAP:RED and PAP:AMBER allow
//     nothing the adversary could notice, and what would take members or everybody
//     offline is left out and shown to the CSIRT with the reason (see [Guard]).
package exchange
