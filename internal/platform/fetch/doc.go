// SPDX-License-Identifier: EUPL-1.2

// Package fetch is the only way Martinella reads addresses of the outside
// world: a small HTTP client that cannot be turned against the network it runs in.
//
//   - Addresses are checked when the connection is made, after the name was
//     resolved, for every redirect anew: loopback, private, link-local (cloud metadata
//     among them), multicast and reserved networks are refused unless Options.Allow names them.
//   - At most Options.Redirects redirects, never from https to http; headers
//     that carry keys do not follow to another host.
//   - Bodies are bounded in size, and in the time they may stand still.
//   - Compression is left as it is on the wire, so that a limit counts real bytes.
//
// Behind a proxy (Options.Proxy) the proxy resolves names: keeping it from
// inner addresses is then its task. Addresses written as numbers are still checked here.
package fetch
