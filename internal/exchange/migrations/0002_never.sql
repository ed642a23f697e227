-- SPDX-License-Identifier: EUPL-1.2
-- What the CSIRT's people say is never blocked: a name, a network, an address, a hash.
CREATE TABLE exchange_never (
	id      {{id}},
	value   TEXT NOT NULL UNIQUE,
	note    TEXT NOT NULL,
	at      BIGINT NOT NULL,
	by_name TEXT NOT NULL
);
