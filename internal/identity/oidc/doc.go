// SPDX-License-Identifier: EUPL-1.2

// Package oidc lets people sign in who are known elsewhere: at a regional proxy
// of SPID and CIE, at ID-porten, at an organisation's Keycloak. It is a relying
// party of OpenID Connect Core 1.0, with the authorization code flow and nothing else.
//
// # Rules
//
//   - PKCE with S256 (RFC 7636), a state and a nonce in every request; who calls
//     keeps them, bound to the browser, and uses each once.
//   - The signature, issuer, audience, times and nonce of the ID token are verified;
//     algorithms are those the provider publishes, never none nor a shared secret.
//   - Where levels of assurance (acr) are configured, the token must have one of them.
//   - Discovery happens when it is needed, never at the start of the program. A
//     provider that does not answer is left alone for a while, longer each time.
//   - What it cannot accept is a *Refusal with a reason that has its sentence.
//
// It knows no database. Its HTTP client is handed to it, guarded.
package oidc
